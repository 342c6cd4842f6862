import { ConfirmRequest, headers, Problem } from '@holdfast/contract'
import { holdPath } from '@holdfast/inventory'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import { type Confirming, type ConfirmOutcome, confirmHold } from '../confirm-hold.ts'
import type { EdgeEnv, EdgeVars } from '../context.ts'
import { idempotencyKey } from '../middleware/idempotency-key.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import { refuse } from '../refusals.ts'
import type { Services } from '../services.ts'
import { HoldPath } from './paths.ts'

/** Confirm, which makes a hold a booking. */
export function confirmRoutes({ guards, ...confirming }: Confirming & Pick<Services, 'guards'>) {
  return new Hono<EdgeEnv>().post(
    '/:eventId/holds/:holdId/confirm',
    guards.app,
    guards.user,
    guards.writes,
    idempotencyKey(confirming.platform),
    pathIds(HoldPath),
    jsonBody(ConfirmRequest),
    async (c) => {
      const { eventId, holdId: grantId } = c.req.valid('param')
      const outcome = await confirmHold(confirming, {
        event: { appId: c.get('app').appId, eventId },
        grantId,
        owner: c.get('principal'),
        idempotencyKey: c.get('idempotencyKey'),
        ...c.req.valid('json'),
        caller: c.var,
      })
      return passOn(c.var, outcome, holdPath(eventId, grantId))
    },
  )
}

/** Passes core's answer on byte for byte, refusals too. Of what nobody knows, the caller is told just that. */
function passOn(vars: EdgeVars, outcome: ConfirmOutcome, location: string): Response {
  const replayed = outcome.word !== 'unknown' && outcome.replayed && { [headers.idempotentReplayed]: 'true' }
  switch (outcome.word) {
    case 'booked':
      return jsonText(outcome.text, outcome.status, { ...noStore, ...replayed, location })
    case 'refused': {
      const { code, kind, retryAfterSeconds } = outcome.problem
      vars.note.code = code
      return jsonText(outcome.text, kind.status, {
        ...noStore,
        ...replayed,
        'content-type': 'application/problem+json',
        ...(kind.status === 202 && { location }),
        ...(retryAfterSeconds !== undefined && { [headers.retryAfter]: String(retryAfterSeconds) }),
      })
    }
    case 'unknown': {
      const unknown = refuse(new Problem('outcome_unknown'), vars)
      unknown.headers.set('location', location)
      return unknown
    }
  }
}
