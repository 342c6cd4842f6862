import {
  coreBudgetMs,
  type OrderCommand,
  type OrderView,
  type PaymentId,
  Problem,
  paymentCallMs,
  totalOf,
} from '@holdfast/contract'
import type { Grant } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'
import type { Documents } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { newPayment, orderReference, type Purpose } from './payment-rows.ts'

type Context = Pick<Core, 'store' | 'platform' | 'findProvider'>

/** A live hold whose payment is to be ordered. */
export interface OrderCall extends Grant, Pick<Purpose, 'owner' | 'kind'> {
  readonly owner: Purpose['owner']
  readonly command: OrderCommand
}

/**
 * Orders the payment of a hold at the app's provider: what the seats cost, in the currency of the event, whatever the
 * client says. One order for each grant: asked again, it is the same one.
 *
 * @throws Problem `order_not_possible`, `hold_confirmed`, `invalid_request`, `dependency_unavailable`
 */
export async function orderPayment(ctx: Context, call: OrderCall): Promise<OrderView> {
  const { appId, eventId, grantId, command } = call
  const { seats, currency, untilMs } = command
  const app = await ctx.store.get(appId, 'apps', {})
  if (!app?.active) throw new Problem('forbidden')
  const amount = totalOf(seats)
  assertAsked(command, amount)
  const { paymentProvider: provider, paymentAccount: account } = app
  const taker = ctx.findProvider(provider, account)
  if (amount === 0 || !taker?.order) throw new Problem('order_not_possible')
  const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  if (booking) throw new Problem('hold_confirmed', { bookingId: booking.bookingId })

  const reference = await orderReference(ctx.platform, call)
  const request = { reference, appId, eventId, grantId, amount, currency }
  const reply = await taker.order(request, paymentCallMs)
  if (reply.word === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
  if (reply.word === 'refused') throw new Problem('order_not_possible')
  const purpose: Purpose = { ...call, provider, account, seats, amount, currency }
  const id = await keepOrder(ctx, purpose, reply.paymentId, { reference, untilMs })
  const expiresAt = new Date(untilMs).toISOString()
  return { id, hold: grantId, provider, amount, currency, ...reply.checkout, expiresAt }
}

/** A client that shows its buyer another sum than the hold's must not have it paid. */
function assertAsked({ asked, currency }: OrderCommand, amount: number): void {
  const errors = []
  if (asked.amount !== undefined && asked.amount !== amount) {
    errors.push({ path: 'amount', message: `must be ${amount}` })
  }
  if (asked.currency !== undefined && asked.currency !== currency) {
    errors.push({ path: 'currency', message: `must be ${currency}` })
  }
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

/** Keeps the order before anybody is told of it, or finds the one that was kept first. */
async function keepOrder(
  { store, platform }: Context,
  purpose: Purpose,
  paymentId: PaymentId,
  { reference, untilMs }: { readonly reference: string; readonly untilMs: number },
): Promise<PaymentId> {
  const { appId, eventId, grantId, provider, account } = purpose
  const nowMs = platform.now()
  const createdAt = new Date(nowMs)
  const order: Documents['orders'] = { appId, eventId, grantId, provider, account, paymentId, createdAt }
  const payment = newPayment(purpose, paymentId, { nowMs, dueAtMs: untilMs, reference })
  try {
    await store.transaction(coreBudgetMs, async (tx) => {
      await tx.insert(appId, 'orders', order)
      await tx.insert(appId, 'payments', payment)
    })
    return paymentId
  } catch (error) {
    if (!isDuplicate(error, 'orders', 'primary')) throw error
    const kept = await store.get(appId, 'orders', { eventId, grantId })
    if (!kept) throw error
    return kept.paymentId
  }
}
