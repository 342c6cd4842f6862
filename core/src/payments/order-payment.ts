import {
  coreBudgetMs,
  type OrderCommand,
  type OrderView,
  orderFaults,
  Problem,
  paymentCallMs,
  problemWith,
  totalOf,
} from '@holdfast/contract'
import { countBooked } from '../bookings/buyer-limits.ts'
import type { Grant } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'
import type { AppDoc, Documents } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { orderOf } from './ordered-payment.ts'
import { newPayment, orderReference, type Purpose } from './payment-rows.ts'
import type { OrderReply, Provider } from './provider.ts'
import { countOrder } from './unpaid-orders.ts'

type Context = Pick<Core, 'store' | 'platform' | 'findProvider'>

type Order = Documents['orders']

/** A live hold whose payment is to be ordered. */
export interface OrderCall extends Grant, Pick<Purpose, 'owner' | 'kind'> {
  readonly owner: Purpose['owner']
  readonly command: OrderCommand
}

/**
 * Orders the payment of a hold at the app's provider: what the seats cost, in the currency of the event, whatever the
 * client says. One order for each grant: asked again, it is the same one, and the provider is not asked.
 *
 * @throws Problem `order_not_possible`, `hold_confirmed`, `buyer_limit`, `invalid_request`, `rate_limited`,
 *   `dependency_unavailable`
 */
export async function orderPayment(ctx: Context, call: OrderCall): Promise<OrderView> {
  const { appId, eventId, grantId, command } = call
  const { seats, currency, untilMs } = command
  const app = await ctx.store.get(appId, 'apps', {})
  if (!app?.active) throw problemWith('forbidden', 'The app is not active any more: ask the operator.')
  const amount = totalOf(seats)
  const errors = orderFaults(command.asked, { amount, currency })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
  const { paymentProvider: provider, paymentAccount: account } = app
  const unpaidMax = app.rateLimits.unpaidOrdersPerHour
  const taker = ctx.findProvider(provider, account)
  if (amount === 0 || !taker?.order) throw new Problem('order_not_possible')
  const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  if (booking) throw new Problem('hold_confirmed', { bookingId: booking.bookingId })

  const purpose: Purpose = { ...call, provider, account, seats, amount, currency }
  const kept = await keptOrder(ctx, purpose)
  if (!kept) await assertRoom(ctx, app, purpose)
  const order = kept ?? (await makeOrder(ctx, taker, purpose, { command, unpaidMax }))
  const expiresAt = new Date(untilMs).toISOString()
  return { id: order.paymentId, hold: grantId, provider, amount, currency, ...order.checkout, expiresAt }
}

/** What was ordered for the grant before; null: nothing, or what the buyer's page needs is not known. */
async function keptOrder(ctx: Context, purpose: Purpose): Promise<Order | null> {
  const kept = await orderOf(ctx, purpose)
  const isHere = kept === null || (kept.provider === purpose.provider && kept.account === purpose.account)
  // The app is paid elsewhere by now, where a hold has one order: it takes another hold.
  if (!isHere) throw new Problem('order_not_possible')
  return kept?.checkout ? kept : null
}

/** Nobody pays for seats that they may not book. @throws Problem `buyer_limit` */
async function assertRoom(
  ctx: Context,
  app: AppDoc,
  { appId, eventId, owner, seats }: Purpose,
): Promise<void> {
  const event = await ctx.store.get(appId, 'events', { eventId })
  if (event) await countBooked(ctx, { app, event, owner, seats, client: undefined })
}

/** Orders the payment at the provider, which knows the order by our name for it if it was asked before in vain. */
async function makeOrder(
  ctx: Context,
  taker: Provider,
  purpose: Purpose,
  { command: { untilMs, client }, unpaidMax }: Pick<OrderCall, 'command'> & { readonly unpaidMax: number },
): Promise<Order> {
  const { appId, eventId, grantId, amount, currency } = purpose
  if (client !== undefined) await countOrder(ctx, purpose, { client, unpaidMax })
  const reference = await orderReference(ctx.platform, purpose)
  const request = { reference, appId, eventId, grantId, amount, currency }
  const reply = (await taker.order?.(request, paymentCallMs)) ?? ({ word: 'refused' } as const)
  if (reply.word === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
  if (reply.word === 'refused') throw new Problem('order_not_possible')
  return keepOrder(ctx, purpose, reply, { reference, untilMs })
}

/** Keeps the order before anybody is told of it, or finds the one that was kept first. */
async function keepOrder(
  { store, platform }: Context,
  purpose: Purpose,
  { paymentId, checkout }: Extract<OrderReply, { word: 'made' }>,
  { reference, untilMs }: { readonly reference: string; readonly untilMs: number },
): Promise<Order> {
  const { appId, eventId, grantId, provider, account } = purpose
  const nowMs = platform.now()
  const createdAt = new Date(nowMs)
  const made = { appId, eventId, grantId, provider, account, paymentId, checkout, createdAt }
  const order: Order = { ...made, declined: null, expiresAt: null }
  const payment = newPayment(purpose, paymentId, { nowMs, dueAtMs: untilMs, reference })
  try {
    await store.transaction(coreBudgetMs, async (tx) => {
      await tx.insert(appId, 'orders', order)
      await tx.insert(appId, 'payments', payment)
    })
    return order
  } catch (error) {
    if (!isDuplicate(error, 'orders', 'primary')) throw error
    const kept = await orderOf({ store }, purpose)
    if (!kept) throw error
    if (kept.checkout) return kept
    // An older core kept it, without what the page needs.
    await store.updateIf(appId, 'orders', { eventId, grantId }, { set: { checkout } })
    return { ...kept, checkout }
  }
}
