import {
  type AppId,
  type CancelPreview,
  type CancelReply,
  type CancelRequest,
  type KeyKind,
  type PricedSeat,
  type Principal,
  Problem,
  paymentCallMs,
  problemWith,
  shareOf,
  sumToGiveBack,
} from '@holdfast/contract'
import { assertAlive, remainingMs } from '../http/admission.ts'
import { pokeSubject } from '../outbox/relay.ts'
import type { Settling } from '../payments/book-paid.ts'
import { chargeOf, isOurs, keyOf } from '../payments/payment-rows.ts'
import { settlePayment } from '../payments/settle-payment.ts'
import { settleRefund } from '../payments/settle-refund.ts'
import type { BookingDoc } from '../store/schema.ts'
import { StoreError } from '../store/store.ts'
import { bookingView } from './booking-view.ts'
import { abandonKey, type Claim, ClaimLost, claimKey, completeKey, type Reply } from './claim-key.ts'
import { readBooking } from './read-bookings.ts'
import {
  BookingChanged,
  type Cancellation,
  changesOf,
  draftCancellation,
  type Ending,
  liveSeats,
  recordCancellation,
} from './record-cancellation.ts'
import { type Due, refundOf } from './terms.ts'

/** Who cancels what. Without an owner it is the app's server. */
export interface CancelAsk {
  readonly appId: AppId
  readonly owner: Principal | null
  readonly kind: KeyKind
  readonly bookingId: string
  readonly request: CancelRequest
}

/** The same, once. */
export interface CancelCall extends CancelAsk {
  readonly idempotencyKey: string
  /** What the key stands for: method, route, app, user and body. */
  readonly fingerprint: string
  /** When core must have answered, on its own clock. */
  readonly deadlineMs: number
}

export interface CancelAnswer extends Reply {
  readonly replayed: boolean
}

/** How often a booking may change between being read and being cancelled. */
const attemptsMax = 5

/**
 * What a cancellation would come to now.
 * @throws Problem `not_found`, `forbidden`, `unknown_seat`, `cannot_cancel`
 */
export async function previewCancellation(ctx: Settling, ask: CancelAsk): Promise<CancelPreview> {
  const booking = await readBooking(ctx, ask, ask.bookingId)
  const ending = await endingOf(ctx, booking, ask)
  const { seats, refund, retained, charges } = ending
  const { bookingId, currency } = booking
  const sums = { refund, retained, ...roundingOf(ending), currency }
  return { booking: bookingId, seats: [...seats], ...sums, charges: [...charges] }
}

/**
 * Cancels a booking or some of its seats, once for each key. What was taken goes back as a refund; what was only
 * reserved is let go where all of it would go back, else it is taken first.
 *
 * @throws Problem as the preview, `payment_pending`, `in_progress`, `idempotency_key_reused`, `overloaded`
 */
export async function cancelBooking(ctx: Settling, call: CancelCall): Promise<CancelAnswer> {
  const { appId, owner, fingerprint } = call
  const booking = await readBooking(ctx, call, call.bookingId)
  // No buyer can send such a key: it has a space.
  const key = owner === null ? `app ${call.idempotencyKey}` : call.idempotencyKey
  // What a server sent before the buyer became an account is known by whom it was sold to.
  const claimant = owner ?? booking.soldTo ?? booking.owner
  const outcome = await claimKey(ctx, { appId, owner: claimant, key, fingerprint })
  switch (outcome.word) {
    case 'replay':
      return { ...outcome.reply, replayed: true }
    case 'reused':
      throw new Problem('idempotency_key_reused')
    case 'in_progress':
      throw new Problem('in_progress', {}, 1)
    case 'claimed':
      return { ...(await whileClaimed(ctx, call, outcome.claim)), replayed: false }
  }
}

async function whileClaimed(ctx: Settling, call: CancelCall, claim: Claim): Promise<Reply> {
  try {
    return await cancel(ctx, call, claim)
  } catch (error) {
    if (error instanceof ClaimLost) throw new Problem('in_progress', {}, 1)
    const isKnown = !(error instanceof StoreError && error.code === 'outcome_unknown')
    if (!isKnown) throw new Problem('outcome_unknown')
    await abandonKey(ctx.store, claim).catch(() =>
      ctx.log({ level: 'warn', event: 'claim_not_abandoned', appId: call.appId }),
    )
    throw error
  }
}

async function cancel(ctx: Settling, call: CancelCall, claim: Claim): Promise<Reply> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    assertAlive(ctx.platform, call.deadlineMs)
    const booking = await readBooking(ctx, call, call.bookingId)
    const ending = await endingOf(ctx, booking, call)
    const isLetGo = booking.paymentStatus === 'PENDING' && (await letGo(ctx, booking, ending))
    if (booking.paymentStatus === 'PENDING' && !isLetGo) {
      await takeFirst(ctx, booking)
      continue
    }
    const cancellation = await draftCancellation(ctx, booking, ending)
    const reply = replyOf(booking, cancellation, { ending, isLetGo })
    try {
      await ctx.store.transaction(remainingMs(ctx.platform, call.deadlineMs), async (tx) => {
        if (isLetGo) await markLetGo(tx, booking)
        await recordCancellation(tx, booking, cancellation, isLetGo)
        await completeKey(tx, claim, reply)
      })
    } catch (error) {
      if (error instanceof BookingChanged) continue
      throw error
    }
    carryOut(ctx, booking, cancellation).catch(() =>
      ctx.log({ level: 'warn', event: 'cancellation_left_to_repair', appId: booking.appId }),
    )
    return reply
  }
  throw new Problem('payment_pending', {}, 1)
}

const forApp =
  'How much is given back is for the app’s server to say: with the secret key, and without a buyer. Leave refund out, and the terms of the booking say it.'

/**
 * What would end, by whose word, at which price.
 * @throws Problem `forbidden`, `unknown_seat`, `cannot_cancel`
 */
async function endingOf({ store, platform }: Settling, booking: BookingDoc, ask: CancelAsk): Promise<Ending> {
  const { owner, request } = ask
  const isApp = owner === null && ask.kind === 'secret'
  if (!isApp && request.refund !== undefined && request.refund !== 'policy')
    throw problemWith('forbidden', forApp)
  if (booking.status === 'CANCELLED' || booking.paymentStatus === 'FAILED') throw new Problem('cannot_cancel')
  const seats = seatsOf(booking, request)
  const kind = isApp ? (request.refund ?? 'full') : 'policy'
  const event = await store.get(booking.appId, 'events', { eventId: booking.eventId })
  const { startsAt } = event ?? booking.terms
  const due = refundOf({ booking, startsAt, seats, nowMs: platform.now(), kind })
  if (due === 'not_allowed') throw new Problem('cannot_cancel')
  return { by: isApp ? 'app' : 'owner', seats, ...payableOf(due, booking) }
}

/**
 * What is given back of what is due: a sum that the provider can make, which is more where it cannot make this one. What
 * somebody gave back there already is not given back again, nor its part of the charges.
 */
function payableOf(due: Due, { provider, currency, retained: left }: BookingDoc): Due {
  const refund = sumToGiveBack(provider, currency, due.refund, left)
  const rounding = refund - due.refund
  if (rounding > 0) return { ...due, refund, retained: due.retained - rounding, rounding }
  if (due.refund <= left) return due
  const charges = due.charges.map((line) => ({ ...line, amount: shareOf(line.amount, left, due.refund) }))
  return { refund: left, retained: due.retained + due.refund - left, charges }
}

function seatsOf(booking: BookingDoc, { seats: ids }: CancelRequest): PricedSeat[] {
  const live = liveSeats(booking)
  if (!ids) return live
  const unknown = ids.filter((id) => !booking.seats.some((seat) => seat.id === id))
  if (unknown.length > 0) throw new Problem('unknown_seat', { seats: unknown })
  const chosen = live.filter(({ id }) => ids.includes(id))
  if (chosen.length !== ids.length) throw new Problem('cannot_cancel')
  return chosen
}

/** Lets reserved money go instead of taking it, where all of it would go back anyway. */
async function letGo(ctx: Settling, booking: BookingDoc, { seats, refund }: Ending): Promise<boolean> {
  const { appId, paymentId, total } = booking
  if (seats.length !== booking.seats.length || refund !== total || paymentId === null) return false
  const payment = await ctx.store.get(appId, 'payments', keyOf({ ...booking, paymentId }))
  if (payment?.state !== 'AUTHORISED') return false
  const provider = ctx.findProvider(payment.provider, payment.account)
  if (!provider || !isOurs(payment, provider)) return false
  return (await provider.void(chargeOf(payment), paymentCallMs)) === 'voided'
}

type Tx = Parameters<typeof recordCancellation>[0]

async function markLetGo(tx: Tx, booking: BookingDoc): Promise<void> {
  const { appId, paymentId } = booking
  if (paymentId === null) return
  const when = { ...keyOf({ ...booking, paymentId }), state: 'AUTHORISED' } as const
  const ours = await tx.updateIf(appId, 'payments', when, { set: { state: 'VOIDED' } })
  if (ours !== 1) throw new BookingChanged()
}

/** Brings the payment to rest, so that there is something to give back. @throws Problem `payment_pending` */
async function takeFirst(ctx: Settling, { appId, bookingId, provider, account, paymentId }: BookingDoc) {
  if (paymentId !== null) await settlePayment(ctx, { appId, provider, account, paymentId })
  const after = await ctx.store.get(appId, 'bookings', { bookingId })
  if (after?.paymentStatus === 'PENDING') throw new Problem('payment_pending', {}, 1)
}

const roundingOf = ({ rounding }: Pick<Ending, 'rounding'>) => (rounding === undefined ? {} : { rounding })

function replyOf(
  booking: BookingDoc,
  { doc }: Cancellation,
  { ending, isLetGo }: { readonly ending: Ending; readonly isLetGo: boolean },
): Reply {
  const { bookingId, n, seats, refund, retained, currency, charges, refundId, receipt, createdAt } = doc
  const reply: CancelReply = {
    booking: bookingView({ ...booking, ...changesOf(booking, doc, isLetGo) }),
    cancellation: {
      booking: bookingId,
      n,
      seats,
      refund,
      retained,
      ...roundingOf(ending),
      currency,
      charges,
      refundId,
      receipt,
      createdAt: createdAt.toISOString(),
    },
  }
  return { status: 200, body: JSON.stringify(reply) }
}

/** Does what the cancellation promised, now; repair does it again until it is done. */
async function carryOut(
  ctx: Settling,
  { appId, bookingId }: BookingDoc,
  { refund }: Cancellation,
): Promise<void> {
  await pokeSubject(ctx, appId, bookingId)
  if (refund) await settleRefund(ctx, refund)
}
