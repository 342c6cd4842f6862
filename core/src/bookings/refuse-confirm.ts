import { type PinReport, Problem, type ProblemCode, type ProblemExtras, SeatId } from '@holdfast/contract'
import { applySeats } from '../events/apply-event.ts'
import { remainingMs } from '../http/admission.ts'
import { noteUnused } from '../payments/note-unused.ts'
import { orderOf } from '../payments/ordered-payment.ts'
import { isDuplicate } from '../store/store.ts'
import { type Claim, completeKey } from './claim-key.ts'
import {
  type ConfirmAnswer,
  type ConfirmCall,
  type Confirming,
  finish,
  type Pinned,
  refusal,
  tellOnly,
} from './confirm-answer.ts'
import { endingNow, type Grant, putDecision } from './decide-grant.ts'
import { readDecision } from './read-decision.ts'
import { orderOutcome, replayBooking } from './replay-booking.ts'

/** A pin that did not hold: final refusals are decided in the store before they are told. */
export async function refusePin(
  ctx: Confirming,
  call: ConfirmCall,
  claim: Claim,
  pin: Exclude<PinReport, Pinned>,
): Promise<ConfirmAnswer> {
  switch (pin.word) {
    case 'expired':
      return refuseForGood(ctx, call, claim, 'hold_expired')
    case 'lost':
      return refuseForGood(ctx, call, claim, 'hold_lost')
    case 'taken':
      return refuseForGood(ctx, call, claim, 'seats_unavailable', { seats: pin.seats })
    case 'released':
      return refuseForGood(ctx, call, claim, 'hold_released')
    case 'not_found': {
      // Redis forgets how a hold has ended, and the store does not so soon.
      const { decision } = await readDecision(ctx.store, call)
      if (decision === 'expired' || decision === 'released') {
        return tellOver(ctx, call, claim, refusal(call, `hold_${decision}`))
      }
      throw new Problem('not_found')
    }
    case 'not_ready': {
      const event = await ctx.store.get(call.appId, 'events', { eventId: call.eventId })
      // Of what has no seats there is no hold, and nothing is being built.
      throw event?.seatCount ? new Problem('event_not_ready', {}, 1) : new Problem('not_found')
    }
    case 'confirmed': // Redis has heard of a booking that the store does not have: repair will tell.
    case 'unavailable':
      throw new Problem('dependency_unavailable', {}, 1)
  }
}

/**
 * Decides against the grant and records the refusal, in one transaction; then the seats need not wait. A refusal that an
 * order may still change is told, and not kept.
 */
export async function refuseForGood(
  ctx: Confirming,
  call: ConfirmCall,
  claim: Claim,
  code: ProblemCode,
  extras: ProblemExtras = {},
): Promise<ConfirmAnswer> {
  await noteTaken(ctx, call)
  const answer = refusal(call, code, extras)
  const { appId, eventId, grantId, owner } = call
  const isReleased = code === 'hold_released'
  const mayChange = !isReleased && (await orderOf(ctx, call)) !== null
  const ending = endingNow(ctx)
  try {
    await ctx.store.transaction(remainingMs(ctx.platform, call.deadlineMs), async (tx) => {
      await putDecision(tx, { appId, eventId, grantId, owner }, isReleased ? 'RELEASED' : 'EXPIRED', ending)
      if (!mayChange) await completeKey(tx, claim, answer)
    })
  } catch (error) {
    if (!isDuplicate(error, 'reservations', 'primary')) throw error
    return tellOver(ctx, call, claim, answer)
  }
  await giveBack(ctx, call, extras.seats ?? []).catch(() =>
    ctx.log({ level: 'warn', event: 'seats_left_to_repair', appId, eventId }),
  )
  return mayChange ? tellOnly(ctx, claim, answer) : answer
}

/** The answer for a grant that was decided before: what it became, or its order; or this, when it became nothing. */
export async function tellOver(
  ctx: Confirming,
  call: ConfirmCall,
  claim: Claim,
  answer: ConfirmAnswer,
): Promise<ConfirmAnswer> {
  const before = await replayBooking(ctx, call)
  if (before) return finish(ctx, claim, before)
  const ordered = await orderOutcome(ctx, call)
  if (ordered === 'open') return tellOnly(ctx, claim, answer)
  return finish(ctx, claim, ordered ?? answer)
}

/** What an app has taken by itself for a grant that is over is on record, before it is told that it is. */
async function noteTaken(ctx: Confirming, call: ConfirmCall): Promise<void> {
  const { payment } = call.command
  if (!payment?.amount || !payment.currency || call.kind !== 'secret') return
  const app = await ctx.store.get(call.appId, 'apps', {})
  if (app?.paymentProvider !== 'external') return
  const { amount, currency } = payment
  const taken = { provider: app.paymentProvider, account: app.paymentAccount, seats: [], amount, currency }
  await noteUnused(ctx, { ...call, ...taken }, payment)
}

/** Seats that somebody else has bought are told as sold, then what the grant still has is freed. */
async function giveBack(
  ctx: Confirming,
  { appId, eventId, grantId }: Grant,
  sold: readonly string[],
): Promise<void> {
  const ids = sold.map((id) => SeatId.parse(id))
  if (ids.length > 0) await applySeats(ctx, { appId, eventId }, ids)
  await ctx.inventory.sweep({ appId, eventId }, [{ grantId, verdict: 'decided' }])
}
