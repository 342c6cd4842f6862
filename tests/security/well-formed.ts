import * as z from 'zod'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { expectDocumented } from '../support/documented.ts'
import { said } from '../support/tickets.ts'
import { Service } from '../support/unified-shapes.ts'
import type { Route } from './routes.ts'

/** The codes and statuses of the Unified Booking Backend, and those that stand for what it had no words for. */
const statuses: Readonly<Record<string, number>> = {
  ...{ VALIDATION_ERROR: 400, AUTHENTICATION_ERROR: 401, AUTHORIZATION_ERROR: 403, NOT_FOUND: 404 },
  ...{ CONFLICT: 409, SEAT_LOCK_ERROR: 409, PAYMENT_ERROR: 402, METHOD_NOT_ALLOWED: 405 },
  ...{ PAYLOAD_TOO_LARGE: 413, RATE_LIMIT_ERROR: 429, INTERNAL_ERROR: 500, SERVICE_UNAVAILABLE: 503 },
}
const timestamp = z.iso.datetime()
const Unified = z.union([
  z.strictObject({ success: z.literal(true), message: z.string(), data: z.unknown(), timestamp }),
  z.strictObject({
    success: z.literal(false),
    error: z.strictObject({
      code: z.enum(Object.keys(statuses)),
      message: z.string().min(1),
      details: z.record(z.string(), z.unknown()),
    }),
    timestamp,
  }),
])

const { seats, locked, notLocked, paid, refused, released, registered, session, error } = said
const Done = z.union([seats, locked, paid, released, registered, session])
const Refused = z.union([refused, notLocked, error])
const ticketsStatuses = [400, 401, 403, 404, 405, 409, 413, 429, 500]

/** Throws unless an answer is one that its API promises, whatever happened behind it. */
export function expectWellFormed(route: Route, path: string, answer: ApiAnswer): void {
  const { status, body } = answer
  if (route.api === 'v1') {
    expectDocumented(route.method, `http://edge.test${path}`, answer)
    return
  }
  if (!answer.headers.get('content-type')?.startsWith('application/json')) {
    throw new Error(`${status} is not JSON: ${answer.text}`)
  }
  if (route.api === 'unified') {
    const ofService = { '/': Service.door, '/health': Service.health }[route.path]
    if (ofService) {
      ofService.parse(body)
      return
    }
    const said = Unified.parse(body)
    const wanted = said.success ? [200, 201] : [statuses[said.error.code]]
    if (!wanted.includes(status)) throw new Error(`${status} is not the status of ${answer.text}`)
    return
  }
  const isDone = status === 200
  ;(isDone ? Done : Refused).parse(body)
  if (!isDone && !ticketsStatuses.includes(status)) throw new Error(`${status} is no status of TicketS`)
}
