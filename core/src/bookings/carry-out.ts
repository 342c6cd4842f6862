import { pokeSubject } from '../outbox/relay.ts'
import type { Settling } from '../payments/book-paid.ts'
import { settlePayment } from '../payments/settle-payment.ts'
import type { BookingDoc } from '../store/schema.ts'

/** Does what the commit of a booking promised, now: Redis is told, and its payment brought to rest. */
export async function carryOut(ctx: Settling, booking: BookingDoc): Promise<void> {
  const { appId, provider, account, bookingId, paymentId } = booking
  await pokeSubject(ctx, appId, bookingId)
  if (paymentId !== null) await settlePayment(ctx, { appId, provider, account, paymentId })
}
