import {
  type AnyCode,
  type ConfirmCommand,
  type ExternalUser,
  type KeyKind,
  type PaymentId,
  type PinReport,
  Problem,
  type ProblemCode,
  type ProblemExtras,
  paymentCallMs,
  problemBody,
  problems,
  SeatId,
  totalOf,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { cursorOf } from '../cursor.ts'
import { applySeats } from '../events/apply-event.ts'
import { assertAlive, remainingMs } from '../http/admission.ts'
import { bookingPokes, noticePoke } from '../outbox/rows.ts'
import { noteUnused } from '../payments/note-unused.ts'
import { type Taken, takePayment } from '../payments/take-payment.ts'
import type { BookingDoc } from '../store/schema.ts'
import { isDuplicate, StoreError } from '../store/store.ts'
import { newBookingId } from './booking-id.ts'
import { type Buyer, buyerOf } from './buyer.ts'
import { abandonKey, type Claim, ClaimLost, claimKey, completeKey, type Reply } from './claim-key.ts'
import { bookedAmong, bookedReply, commitBooking, SeatsTaken } from './commit-booking.ts'
import { decideExpired, type Grant, putDecision } from './decide-grant.ts'
import { stage } from './stage.ts'

type Context = Pick<
  Core,
  'store' | 'inventory' | 'platform' | 'findProvider' | 'receipts' | 'log' | 'observe'
> & {
  /** Carries out what a commit promised, now; repair does it again until it is done. */
  readonly poke: (booking: BookingDoc) => void
}

export interface ConfirmCall extends Grant {
  readonly owner: BookingDoc['owner']
  readonly kind: KeyKind
  /** What the app's server says of its own user. */
  readonly externalUser: ExternalUser | undefined
  readonly requestId: string
  /** What the key stands for: method, route, app, user and body. */
  readonly fingerprint: string
  readonly command: ConfirmCommand
  /** When it is known already which payment the command means. */
  readonly paymentId?: PaymentId
  /** When core must have answered, on its own clock. */
  readonly deadlineMs: number
}

export interface ConfirmAnswer extends Reply {
  readonly replayed: boolean
  readonly retryAfterSeconds?: number
}

type Pinned = Extract<PinReport, { word: 'pinned' }>

/** The refusals that stay true, so that a key may answer them for ever. */
const finalCodes = [
  'hold_expired',
  'hold_released',
  'hold_confirmed',
  'payment_required',
  'payment_declined',
  'payment_already_used',
  'invalid_request',
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
export async function confirmHold(ctx: Context, call: ConfirmCall): Promise<ConfirmAnswer> {
  const { appId, owner, eventId, grantId, fingerprint, command } = call
  assertAlive(ctx.platform, call.deadlineMs)
  const about = { eventId, grantId, paymentId: call.paymentId ?? command.payment?.id ?? null }
  const asked = { appId, owner, key: command.idempotencyKey, fingerprint, about }
  const outcome = await stage(ctx, 'claim', () => claimKey(ctx, asked))
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
async function settleClaim(ctx: Context, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
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
async function answerClaim(ctx: Context, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
  try {
    const before = await stage(ctx, 'replay', () => replayBooking(ctx, call))
    if (before) return await finish(ctx, claim, before)
    const { pin } = call.command
    if (pin.word !== 'pinned') return await refusePin(ctx, call, claim, pin)
    return await payAndCommit(ctx, call, claim, pin)
  } catch (error) {
    if (!(error instanceof Problem && isFinal(error.code))) throw error
    return finish(ctx, claim, refusal(call, error.code, error.extras))
  }
}

/** The booking that the grant became, if it did: the natural key of a sale. */
async function replayBooking(ctx: Context, call: ConfirmCall): Promise<ConfirmAnswer | null> {
  const { appId, eventId, grantId, owner } = call
  const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  if (!booking) return null
  if (booking.owner !== owner) throw new Problem('not_found')
  if (await isPaidOtherwise(ctx, call, booking)) {
    const { provider, account, seats, total, currency } = booking
    const purpose = { ...call, provider, account, seats, amount: total, currency }
    await noteUnused(ctx, purpose, call.command.payment)
    throw new Problem('hold_confirmed', { bookingId: booking.bookingId })
  }
  return { ...bookedReply(booking), replayed: true }
}

/** Whether the call names another payment than the one that the booking was sold on. */
async function isPaidOtherwise(ctx: Context, call: ConfirmCall, booking: BookingDoc): Promise<boolean> {
  const { payment } = call.command
  if (!payment || (call.paymentId ?? payment.id) === booking.paymentId) return false
  const provider = ctx.findProvider(booking.provider, booking.account)
  const meant = await provider?.identify(
    payment,
    Math.min(remainingMs(ctx.platform, call.deadlineMs), paymentCallMs),
  )
  if (meant === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
  return meant !== booking.paymentId
}

/** A pin that did not hold: final refusals are decided in the store before they are told. */
async function refusePin(
  ctx: Context,
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
    case 'not_found':
      throw new Problem('not_found')
    case 'not_ready': {
      const event = await ctx.store.get(call.appId, 'events', { eventId: call.eventId })
      throw event ? new Problem('event_not_ready', {}, 1) : new Problem('not_found')
    }
    case 'confirmed': // Redis has heard of a booking that the store does not have: repair will tell.
    case 'unavailable':
      throw new Problem('dependency_unavailable', {}, 1)
  }
}

async function payAndCommit(
  ctx: Context,
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
  const due = { ...call, provider, account, seats, amount: totalOf(seats), currency, paymentId }
  assertAlive(ctx.platform, call.deadlineMs)
  const asked = { ...due, claim: command.payment }
  const taken = await stage(ctx, 'payment', () =>
    takePayment(ctx, asked, remainingMs(ctx.platform, call.deadlineMs)),
  )
  if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')
  return commit(ctx, call, claim, {
    ...{ pin, domain: app.domain, buyer, provider, account, taken },
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
}

async function commit(ctx: Context, call: ConfirmCall, claim: Claim, sale: Sale): Promise<ConfirmAnswer> {
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
        commitBooking(ctx.store, booking, claim, pokes, remainingMs(ctx.platform, call.deadlineMs)),
      )
      ctx.poke(booking)
      return { ...bookedReply(booking), replayed: false }
    } catch (error) {
      if (isDuplicate(error, 'bookings', 'primary') && attempt < bookingIdAttemptsMax) continue
      if (isDuplicate(error, 'reservations', 'primary')) return await followDecision(ctx, call, claim)
      if (!(error instanceof SeatsTaken)) throw error
      const ids = sale.pin.seats.map((seat) => seat.id)
      const seats = await bookedAmong(ctx.store, call.appId, call.eventId, ids)
      return await refuseForGood(ctx, call, claim, 'seats_unavailable', { seats })
    }
  }
}

async function draftBooking(
  ctx: Context,
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
async function followDecision(ctx: Context, call: ConfirmCall, claim: Claim): Promise<ConfirmAnswer> {
  const decided = await decideExpired(ctx.store, call, new Date(ctx.platform.now()))
  if (decided !== 'CONFIRMED') throw new Problem(decided === 'RELEASED' ? 'hold_released' : 'hold_expired')
  const before = await replayBooking(ctx, call)
  if (!before) throw new Problem('dependency_unavailable', {}, 1)
  return finish(ctx, claim, before)
}

/** Decides against the grant and records the refusal, in one transaction; then the seats need not wait. */
async function refuseForGood(
  ctx: Context,
  call: ConfirmCall,
  claim: Claim,
  code: ProblemCode,
  extras: ProblemExtras = {},
): Promise<ConfirmAnswer> {
  await noteRefused(ctx, call)
  const answer = refusal(call, code, extras)
  const { appId, eventId, grantId, owner } = call
  const status = code === 'hold_released' ? 'RELEASED' : 'EXPIRED'
  const now = new Date(ctx.platform.now())
  try {
    await ctx.store.transaction(remainingMs(ctx.platform, call.deadlineMs), async (tx) => {
      await putDecision(tx, { appId, eventId, grantId, owner }, status, now)
      await completeKey(tx, claim, answer)
    })
  } catch (error) {
    if (!isDuplicate(error, 'reservations', 'primary')) throw error
    return decidedAlready(ctx, call, claim, answer)
  }
  await giveBack(ctx, call, extras.seats ?? []).catch(() =>
    ctx.log({ level: 'warn', event: 'seats_left_to_repair', appId, eventId }),
  )
  return answer
}

/** What an app has taken by itself for a grant that is over is on record, before it is told that it is. */
async function noteRefused(ctx: Context, call: ConfirmCall): Promise<void> {
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
  ctx: Context,
  { appId, eventId, grantId }: Grant,
  sold: readonly string[],
): Promise<void> {
  const ids = sold.map((id) => SeatId.parse(id))
  if (ids.length > 0) await applySeats(ctx, { appId, eventId }, ids)
  await ctx.inventory.sweep({ appId, eventId }, [{ grantId, verdict: 'decided' }])
}

/** The grant was decided before: as a booking, which is the answer, or against it, as we say too. */
async function decidedAlready(
  ctx: Context,
  call: ConfirmCall,
  claim: Claim,
  answer: ConfirmAnswer,
): Promise<ConfirmAnswer> {
  const before = await replayBooking(ctx, call)
  return finish(ctx, claim, before ?? answer)
}

/** Records a final answer. */
async function finish(ctx: Context, claim: Claim, answer: ConfirmAnswer): Promise<ConfirmAnswer> {
  await completeKey(ctx.store, claim, { status: answer.status, body: answer.body })
  return answer
}

function refusal(call: ConfirmCall, code: ProblemCode, extras: ProblemExtras = {}): ConfirmAnswer {
  const body = JSON.stringify(problemBody(code, extras, call.requestId))
  return { status: problems[code].status, body, replayed: false }
}
