import {
  BookingPage,
  BookingView,
  type CancelCommand,
  CancelPreview,
  CancelReply,
  CancelRequest,
  headers,
  openly,
  PageQuery,
  Problem,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { jsonBytes, readJson } from '../core-client.ts'
import { pagePath } from '../event-reader.ts'
import { idempotencyKey } from '../middleware/idempotency-key.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import { readReceipt } from '../read-receipt.ts'
import type { Services } from '../services.ts'
import { BookingPath } from './paths.ts'

/** Bookings, as core has them: a buyer reads their own, a server all of its app. */
export function bookingRoutes({
  guards,
  core,
  inventory,
  platform,
}: Pick<Services, 'guards' | 'core' | 'inventory' | 'platform'>) {
  return new Hono<EdgeEnv>()
    .get('/', guards.app, guards.userIfAny, query(PageQuery), (c) => {
      const path = pagePath('/v1/bookings', c.req.valid('query'))
      return passOn(core, BookingPage, { method: 'GET', path, caller: c.var })
    })
    .get('/:bookingId', guards.app, guards.userIfAny, pathIds(BookingPath), (c) => {
      const path = `/v1/bookings/${c.req.valid('param').bookingId}`
      return passOn(core, BookingView, { method: 'GET', path, caller: c.var })
    })
    .post(
      '/:bookingId/cancel/preview',
      guards.app,
      guards.userIfAny,
      guards.writes,
      pathIds(BookingPath),
      jsonBody(CancelRequest),
      (c) => {
        const path = `/v1/bookings/${c.req.valid('param').bookingId}/cancel/preview`
        return passOn(core, CancelPreview, { method: 'POST', path, body: c.get('body'), caller: c.var })
      },
    )
    .post(
      '/:bookingId/cancel',
      guards.app,
      guards.userIfAny,
      guards.writes,
      idempotencyKey(platform),
      pathIds(BookingPath),
      jsonBody(CancelRequest),
      async (c) => {
        const path = `/v1/bookings/${c.req.valid('param').bookingId}/cancel`
        const command: CancelCommand = {
          idempotencyKey: c.get('idempotencyKey'),
          request: c.req.valid('json'),
        }
        const body = jsonBytes(command)
        const answer = await core.send({ method: 'POST', path, body, caller: c.var })
        if (answer.kind === 'refusal') throw answer.problem
        // Core may have cancelled: the same key finds out.
        const isUnknown =
          answer.kind === 'silence' ? answer.sent : !readJson(openly(CancelReply), answer.text)
        if (isUnknown) throw new Problem('outcome_unknown', {}, 1)
        if (answer.kind === 'silence') throw new Problem('dependency_unavailable', {}, 1)
        const replayed = answer.replayed && { [headers.idempotentReplayed]: 'true' }
        return jsonText(answer.text, answer.status, { ...noStore, ...replayed })
      },
    )
    .get('/:bookingId/receipt', guards.app, guards.userIfAny, pathIds(BookingPath), async (c) => {
      const { bookingId } = c.req.valid('param')
      const { receipt, ticket } = await readReceipt({ core, inventory }, c.var, bookingId)
      const told = { 'content-type': 'application/jwt', ...(ticket && { [headers.ticket]: ticket }) }
      return c.body(receipt, 200, { ...told, ...noStore })
    })
}
