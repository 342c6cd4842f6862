import { base62Of, coreBudgetMs, GrantId, paymentAccountDefault } from '@holdfast/contract'
import type { Receipts } from '../bookings/receipts.ts'
import type { Core } from '../context.ts'
import { cursorOf } from '../cursor.ts'
import { bookingPokes } from '../outbox/rows.ts'
import { newPayment } from '../payments/payment-rows.ts'
import type { BookingDoc, EventDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import { hasSeat, LegacyError, type LegacySale } from './legacy.ts'

type Context = Pick<Core, 'store' | 'platform'> & { readonly receipts: Pick<Receipts, 'sign'> }

/** A grant that nobody made and nobody can guess the maker of: the same for the same booking. */
async function grantOf({ platform }: Context, { appId, bookingId }: LegacySale): Promise<GrantId> {
  const digest = await platform.sha256(new TextEncoder().encode(`moved-in ${appId} ${bookingId}`))
  return GrantId.parse(`hold_${base62Of(digest)}.0.0`)
}

async function bookingOf(ctx: Context, event: EventDoc, sale: LegacySale): Promise<BookingDoc> {
  const { appId, eventId, bookingId, owner, seat, paymentId, paymentStatus, createdAt } = sale
  const draft: Omit<BookingDoc, 'receipt'> = {
    appId,
    domain: event.domain,
    bookingId,
    eventId,
    grantId: await grantOf(ctx, sale),
    owner,
    soldTo: null,
    buyerName: sale.buyerName,
    buyerEmail: sale.buyerEmail,
    status: 'CONFIRMED',
    paymentStatus,
    provider: seat.price === 0 ? 'none' : 'external',
    account: paymentAccountDefault,
    paymentId,
    seats: [seat],
    cancelled: [],
    cancellations: 0,
    total: seat.price,
    retained: paymentStatus === 'FAILED' ? 0 : seat.price,
    currency: event.currency,
    terms: { charges: [], cancellation: null, startsAt: event.startsAt },
    cursor: cursorOf(createdAt, bookingId),
    createdAt,
  }
  return { ...draft, receipt: await ctx.receipts.sign(draft) }
}

const paymentStates = { SUCCESS: 'CAPTURED', PENDING: 'PENDING', FAILED: 'DECLINED' } as const

/** The payment is known here too, so that it pays for nothing else. */
async function recordPayment(tx: Statements, booking: BookingDoc): Promise<void> {
  const { appId, provider, account, paymentId, total: amount, paymentStatus, createdAt } = booking
  if (paymentId === null || (await tx.get(appId, 'payments', { provider, account, paymentId }))) return
  const times = { nowMs: createdAt.getTime(), dueAtMs: 0, reference: null }
  const state = paymentStates[paymentStatus]
  const captured = state === 'CAPTURED' ? amount : 0
  const payment = newPayment({ ...booking, kind: 'secret', amount }, paymentId, times)
  // What became of it was between the predecessor and its provider.
  await tx.insert(appId, 'payments', { ...payment, state, captured, dueAt: null })
}

/**
 * Books the seat as a commit does; a failed booking has given it back.
 * @throws LegacyError when the seat is not there to be booked any more.
 */
export async function moveSale(ctx: Context, event: EventDoc, sale: LegacySale): Promise<void> {
  const { appId, eventId, bookingId, seat } = sale
  const booking = await bookingOf(ctx, event, sale)
  const pokes = bookingPokes(booking, ctx.platform)
  const { grantId, owner, seats, createdAt } = booking
  await ctx.store.transaction(coreBudgetMs, async (tx) => {
    if (hasSeat(sale)) {
      const decided = { appId, eventId, grantId, owner, seats, bookingId, createdAt } as const
      const forGood = { status: 'CONFIRMED', until: null, expiresAt: null } as const
      await tx.insert(appId, 'reservations', { ...decided, ...forGood })
      const sold = await tx.updateIf(
        appId,
        'seats',
        { eventId, seatId: seat.id, state: 'AVAILABLE' },
        { set: { state: 'BOOKED', blocked: false, grantId, bookingId }, inc: { rev: 1 } },
      )
      if (sold !== 1)
        throw new LegacyError(`the seat of ${bookingId} was sold here meanwhile: run the same import again`)
    }
    await recordPayment(tx, booking)
    await tx.insert(appId, 'bookings', booking)
    await tx.insert(appId, 'outbox', pokes)
  })
}
