import { type AnyCode, Problem, type ProblemCode, totalOf } from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import { assertAlive, remainingMs } from '../http/admission.ts'
import { bookingPokes, noticePoke } from '../outbox/rows.ts'
import { type Taken, takePayment } from '../payments/take-payment.ts'
import type { BookingDoc } from '../store/schema.ts'
import { isDuplicate, StoreError } from '../store/store.ts'
import { newBookingId } from './booking-id.ts'
import { type Buyer, buyerOf } from './buyer.ts'
import { type Buying, type Count, countBooked } from './buyer-limits.ts'
import { abandonKey, type Claim, ClaimLost, claimKey } from './claim-key.ts'
import { bookedAmong, bookedReply, commitBooking, SeatsTaken } from './commit-booking.ts'
import {
  answerOf,
  type ConfirmAnswer,
  type ConfirmCall,
  type Confirming,
  finish,
  type Pinned,
  refusal,
  tellOnly,
} from './confirm-answer.ts'
import { decideAgainst } from './decide-grant.ts'
import { noteRefusal } from './last-refusal.ts'
import { assertTimely, holdOverAtMs, reportOverAtMs } from './late-sale.ts'
import { refuseForGood, refusePin, tellOver } from './refuse-confirm.ts'
import { replayBooking } from './replay-booking.ts'
import { stage } from './stage.ts'

/**
 * The refusals that stay true, so that a key may answer them for ever, beside those of a grant that is decided
 * (`refuseForGood`). A payment that was refused may be paid the next time, with the same key.
 */
const finalCodes = [
  'hold_released',
  'hold_confirmed',
  'payment_already_used',
] as const satisfies readonly ProblemCode[]
type FinalCode = (typeof finalCodes)[number]

const isFinal = (code: AnyCode): code is FinalCode => finalCodes.some((final) => final === code)

/** More repeats of a booking id in a row than chance can explain. */
const bookingIdAttemptsMax = 8

/**
 * Turns a hold into a booking.
 *
 * Replays first; then claims the key, takes the payment, and commits. What the pin answered is only a hint: the
 * store decides. Final answers are recorded with their decision, so the same key always gets the same bytes and
 * is never both booked and refused; others (202, 409 in_progress, 5xx) are not recorded.
 */
export async function confirmHold(ctx: Confirming, asked: ConfirmCall): Promise<ConfirmAnswer> {
  const { appId, owner, eventId, grantId, fingerprint, command } = asked
  // Nothing is begun on a report that is too old: another confirm asks anew.
  const call = { ...asked, deadlineMs: Math.min(asked.deadlineMs, reportOverAtMs(command)) }
  assertAlive(ctx.platform, call.deadlineMs)
  const about = { eventId, grantId, paymentId: call.paymentId ?? command.payment?.id ?? null }
  const key = { appId, owner, key: command.idempotencyKey, fingerprint, about }
  const outcome = await stage(ctx, 'claim', () => claimKey(ctx, key))
  switch (outcome.word) {
    case 'replay':
      return { ...outcome.reply, replayed: true }
    case 'reused':
      return refusal(call, 'idempotency_key_reused')
    case 'in_progress':
      return { ...refusal(call, 'in_progress'), retryAfterSeconds: 1 }
    case 'claimed':
      return settleClaim(ctx, call, outcome.claim)
  }
}

/** Answers a claimed key, and lets it go when the answer is not final. */
async function settleClaim(ctx: Confirming, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
  try {
    return await answerClaim(ctx, call, claim)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'outcome_unknown')
      return refusal(call, 'outcome_unknown')
    if (error instanceof ClaimLost) return { ...refusal(call, 'in_progress'), retryAfterSeconds: 1 }
    await abandonKey(ctx.store, claim).catch(() =>
      ctx.log({ level: 'warn', event: 'claim_not_abandoned', appId: call.appId }),
    )
    throw error
  }
}

/** The answer, recorded when it is final. */
async function answerClaim(ctx: Confirming, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
  try {
    const before = await stage(ctx, 'replay', () => replayBooking(ctx, call))
    if (before) return await finish(ctx, claim, before)
    const { pin } = call.command
    if (pin.word !== 'pinned') return await refusePin(ctx, call, claim, pin)
    if (ctx.platform.now() >= holdOverAtMs(ctx, pin))
      return await refuseForGood(ctx, call, claim, 'hold_expired')
    return await payAndCommit(ctx, call, claim, pin)
  } catch (error) {
    if (!(error instanceof Problem) || error.kind.status >= 500) throw error
    await noteRefusal(ctx, call, error)
    const answer = answerOf(call, error)
    return isFinal(error.code) ? finish(ctx, claim, answer) : tellOnly(ctx, claim, answer)
  }
}

async function payAndCommit(
  ctx: Confirming,
  call: ConfirmCall,
  claim: Claim,
  pin: Pinned,
): Promise<ConfirmAnswer> {
  const { appId, eventId, paymentId, command } = call
  const [app, event] = await Promise.all([
    ctx.store.get(appId, 'apps', {}),
    ctx.store.get(appId, 'events', { eventId }),
  ])
  if (!app?.active) throw new Problem('forbidden')
  if (!event) throw new Problem('not_found')
  const { charges, cancellation, startsAt } = event
  const buyer = await buyerOf(ctx, call)
  const { paymentProvider: provider, paymentAccount: account } = app
  const { seats, currency } = pin
  const buying = { app, event, owner: call.owner, seats, client: command.client }
  // Before anybody pays for what they may not have.
  const counts = await countBooked(ctx, buying)
  const due = {
    ...call,
    provider,
    account,
    seats,
    amount: totalOf(seats),
    currency,
    paymentId,
    untilMs: pin.until,
  }
  assertAlive(ctx.platform, call.deadlineMs)
  const asked = { ...due, claim: command.payment }
  const taken = await stage(ctx, 'payment', () =>
    takePayment(ctx, asked, remainingMs(ctx.platform, call.deadlineMs)),
  )
  if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')
  return commit(ctx, call, claim, {
    ...{ pin, domain: app.domain, buyer, provider, account, taken, buying, counts },
    terms: { charges, cancellation, startsAt },
  })
}

interface Sale {
  readonly pin: Pinned
  readonly domain: BookingDoc['domain']
  readonly buyer: Buyer
  readonly provider: BookingDoc['provider']
  readonly account: BookingDoc['account']
  readonly taken: Extract<Taken, { word: 'paid' }>
  readonly terms: BookingDoc['terms']
  readonly buying: Buying
  /** What its limits will have counted, as they were when it was asked for. */
  readonly counts: readonly Count[]
}

async function commit(ctx: Confirming, call: ConfirmCall, claim: Claim, sale: Sale): Promise<ConfirmAnswer> {
  let { counts } = sale
  for (let attempt = 1; ; attempt++) {
    // Made outside the transaction, which may run several times; a repeated id comes back here for another.
    const booking = await draftBooking(ctx, call, sale)
    const pokes = [
      ...bookingPokes(booking, ctx.platform),
      noticePoke(booking, { type: 'booking.confirmed' }, ctx.platform),
    ]
    assertAlive(ctx.platform, call.deadlineMs)
    try {
      await stage(ctx, 'commit', () =>
        commitBooking(ctx.store, {
          ...{ booking, claim, pokes, counts },
          budgetMs: remainingMs(ctx.platform, call.deadlineMs),
          assertTimely: () => assertTimely(ctx, call.command, sale.pin),
        }),
      )
      ctx.poke(booking)
      return { ...bookedReply(booking), replayed: false }
    } catch (error) {
      if (isDuplicate(error, 'bookings', 'primary') && attempt < bookingIdAttemptsMax) continue
      if (isDuplicate(error, 'tallies', 'primary')) {
        counts = await countBooked(ctx, sale.buying)
        continue
      }
      if (isDuplicate(error, 'reservations', 'primary')) return await followDecision(ctx, call, claim)
      if (!(error instanceof SeatsTaken)) throw error
      const ids = sale.pin.seats.map((seat) => seat.id)
      const seats = await bookedAmong(ctx.store, call.appId, call.eventId, ids)
      return await refuseForGood(ctx, call, claim, 'seats_unavailable', { seats })
    }
  }
}

async function draftBooking(
  ctx: Confirming,
  call: ConfirmCall,
  { pin, domain, buyer, provider, account, taken, terms }: Sale,
): Promise<BookingDoc> {
  const { appId, eventId, grantId, owner } = call
  const createdAt = new Date(ctx.platform.now())
  const bookingId = newBookingId(ctx.platform)
  const draft: Omit<BookingDoc, 'receipt'> = {
    appId,
    domain,
    bookingId,
    eventId,
    grantId,
    owner,
    soldTo: null,
    buyerName: buyer.name,
    buyerEmail: buyer.email,
    status: 'CONFIRMED',
    paymentStatus: taken.state === 'captured' ? 'SUCCESS' : 'PENDING',
    provider,
    account,
    paymentId: taken.paymentId,
    seats: [...pin.seats],
    cancelled: [],
    cancellations: 0,
    total: totalOf(pin.seats),
    retained: totalOf(pin.seats),
    currency: pin.currency,
    terms,
    cursor: cursorOf(createdAt, bookingId),
    createdAt,
  }
  return { ...draft, receipt: await ctx.receipts.sign(draft) }
}

/** Somebody decided the grant first: their decision is the answer. */
async function followDecision(ctx: Confirming, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
  const decided = await decideAgainst(ctx, call, 'EXPIRED')
  if (decided === 'RELEASED') throw new Problem('hold_released')
  if (decided !== 'CONFIRMED') return tellOver(ctx, call, claim, refusal(call, 'hold_expired'))
  const before = await replayBooking(ctx, call)
  if (!before) throw new Problem('dependency_unavailable', {}, 1)
  return finish(ctx, claim, before)
}
