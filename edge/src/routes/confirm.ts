import {
  BookingView,
  type ConfirmCommand,
  ConfirmRequest,
  headers,
  type PinReport,
  Problem,
  pinLeaseMs,
  problems,
} from '@holdfast/contract'
import { InventoryFault, type PinReply } from '@holdfast/inventory'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv, EdgeVars } from '../context.ts'
import { type CoreAnswer, readJson } from '../core-client.ts'
import { holdPath } from '../hold-views.ts'
import { idempotencyKey } from '../middleware/idempotency-key.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import { refuse } from '../refusals.ts'
import type { Services } from '../services.ts'
import { HoldPath } from './paths.ts'

/** Confirm: the edge pins the seats, core decides. Whatever the pin said, core hears it and has the last word. */
export function confirmRoutes({
  guards,
  inventory,
  core,
  platform,
}: Pick<Services, 'guards' | 'inventory' | 'core' | 'platform'>) {
  return new Hono<EdgeEnv>().post(
    '/:eventId/holds/:holdId/confirm',
    guards.app,
    guards.user,
    guards.writes,
    idempotencyKey(platform),
    pathIds(HoldPath),
    jsonBody(ConfirmRequest),
    async (c) => {
      const { eventId, holdId } = c.req.valid('param')
      const event = { appId: c.get('app').appId, eventId }
      const pin = await reportOf(inventory.pin(event, holdId, c.get('principal'), pinLeaseMs))
      const command: ConfirmCommand = { idempotencyKey: c.get('idempotencyKey'), pin, ...c.req.valid('json') }
      const location = holdPath(eventId, holdId)
      const answer = await core.send({
        method: 'POST',
        path: `${location}/confirm`,
        body: new TextEncoder().encode(JSON.stringify(command)),
        caller: c.var,
      })
      return passOn(c.var, answer, location)
    },
  )
}

/** The pin's reply as core wants to hear it. Without a reply the seats may be pinned or not: core must not assume. */
async function reportOf(pinning: Promise<PinReply>): Promise<PinReport> {
  try {
    const reply = await pinning
    switch (reply.word) {
      case 'pinned': {
        const { seats, currency, untilMs } = reply.hold
        return { word: 'pinned', seats: [...seats], currency, until: untilMs }
      }
      case 'taken':
        return { word: 'taken', seats: [...reply.seats] }
      default:
        return { word: reply.word }
    }
  } catch (error) {
    if (error instanceof InventoryFault) return { word: 'unavailable' }
    throw error
  }
}

/**
 * Passes core's answer on byte for byte, refusals too: the same key gets the same bytes. Where no answer came that
 * can be read, core may have booked the seats, and the caller is told just that.
 */
function passOn(vars: EdgeVars, answer: CoreAnswer, location: string): Response {
  if (answer.kind === 'silence' && !answer.sent)
    return refuse(new Problem('dependency_unavailable', {}, 1), vars)
  const replayed = answer.kind !== 'silence' && answer.replayed && { [headers.idempotentReplayed]: 'true' }
  if (answer.kind === 'refusal') {
    const { code, retryAfterSeconds } = answer.problem
    vars.note.code = code
    return jsonText(answer.text, problems[code].status, {
      ...noStore,
      ...replayed,
      'content-type': 'application/problem+json',
      ...(code === 'outcome_unknown' && { location }),
      ...(retryAfterSeconds !== undefined && { [headers.retryAfter]: String(retryAfterSeconds) }),
    })
  }
  if (answer.kind === 'answer' && answer.status === 201 && readJson(BookingView, answer.text)) {
    return jsonText(answer.text, 201, { ...noStore, ...replayed, location })
  }
  const unknown = refuse(new Problem('outcome_unknown'), vars)
  unknown.headers.set('location', location)
  return unknown
}
