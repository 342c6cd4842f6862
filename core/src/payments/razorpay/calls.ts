import { razorpayCaptureMinutesMax } from '@holdfast/contract'
import type { Capture, Charge, OrderReply, OrderRequest, Sight, Voiding } from '../provider.ts'
import { type Ask, type Budget, ProviderFault } from '../provider-call.ts'
import { toRazorpay } from './amounts.ts'
import type { RazorpayApi } from './api.ts'
import { bestOf, isOrderId, Order, Orders, Payment, Payments, seenOf, stateOf } from './entities.ts'

/** One account's API, and how it is asked. */
export interface Ports {
  readonly api: RazorpayApi
  readonly ask: Ask
}

/** The most that Razorpay lists at once. */
export const itemsPerPage = 100

/** The attempts to pay an order; null: there is no such order. */
async function attempts(api: RazorpayApi, orderId: string, budget: Budget): Promise<Payment[] | null> {
  if (!isOrderId(orderId)) return null
  const list = await api(Payments, { path: `/v1/orders/${orderId}/payments` }, budget)
  return list ? list.items : null
}

/** The attempt of an order that counts; undefined: nobody has paid, or there is no such order. */
export const paymentOf = async (
  api: RazorpayApi,
  orderId: string,
  budget: Budget,
): Promise<Payment | undefined> => bestOf((await attempts(api, orderId, budget)) ?? [])

/** Where an order stands. */
export async function sightOf({ api, ask }: Ports, { paymentId }: Charge, budgetMs: number): Promise<Sight> {
  const sight = await ask('look', budgetMs, async (budget): Promise<Sight> => {
    const payments = await attempts(api, paymentId, budget)
    const order = payments && (await api(Order, { path: `/v1/orders/${paymentId}` }, budget))
    return order ? seenOf(order, payments) : { word: 'absent' }
  })
  return sight ?? { word: 'unknown' }
}

/** Makes an order, or finds the one of this reference: no call of Razorpay's makes a repeat safe for every account. */
export async function order(
  { api, ask }: Ports,
  keyId: string,
  request: OrderRequest,
  budgetMs: number,
): Promise<OrderReply> {
  const amount = toRazorpay(request.amount, request.currency)
  if (amount === null) return { word: 'refused' }
  const made = await ask('order', budgetMs, async (budget): Promise<OrderReply> => {
    const { reference, currency } = request
    const known =
      (await findOrder(api, reference, budget)) ??
      (await api(Order, { path: '/v1/orders', body: bodyOf(request, amount) }, budget)) ??
      // Refused, perhaps because somebody made it just now: where receipts are unique, a second one is refused.
      (await findOrder(api, reference, budget))
    if (known?.amount !== amount || known.currency !== currency) return { word: 'refused' }
    return { word: 'made', paymentId: known.id, checkout: { keyId } }
  })
  return made ?? { word: 'unknown' }
}

/** The first order of a reference, so that whoever asks finds the same one. */
async function findOrder(api: RazorpayApi, reference: string, budget: Budget): Promise<Order | null> {
  const path = `/v1/orders?receipt=${encodeURIComponent(reference)}&count=${itemsPerPage}`
  const list = await api(Orders, { path }, budget)
  if (!list) throw new ProviderFault('orders are not told')
  const ours = list.items.filter(({ receipt }) => receipt === reference)
  return ours.toSorted((one, other) => one.created_at - other.created_at)[0] ?? null
}

/** https://razorpay.com/docs/payments/payments/capture-settings/api */
const bodyOf = ({ reference, appId, eventId, grantId, currency }: OrderRequest, amount: number) => ({
  amount,
  currency,
  receipt: reference,
  notes: { app: appId, event: eventId, grant: grantId },
  payment: {
    capture: 'manual',
    capture_options: { manual_expiry_period: razorpayCaptureMinutesMax, refund_speed: 'normal' },
  },
})

/** Takes reserved money: once, since Razorpay captures only what is reserved. */
export async function capture({ api, ask }: Ports, charge: Charge, budgetMs: number): Promise<Capture> {
  const amount = toRazorpay(charge.amount, charge.currency)
  if (amount === null) return 'refused'
  const captured = await ask('capture', budgetMs, async (budget): Promise<Capture> => {
    const before = await attempts(api, charge.paymentId, budget)
    if (before === null) return 'unknown'
    const reserved = bestOf(before)
    const state = reserved && stateOf(reserved)
    if (state !== 'authorised') return state === 'captured' ? 'captured' : 'refused'
    const body = { amount, currency: charge.currency }
    // It must be the whole of what is reserved: https://razorpay.com/docs/api/payments/capture
    if (reserved?.amount !== body.amount || reserved.currency !== body.currency) return 'refused'
    const after =
      (await api(Payment, { path: `/v1/payments/${reserved.id}/capture`, body }, budget)) ??
      (await paymentOf(api, charge.paymentId, budget))
    switch (after && stateOf(after)) {
      case 'captured':
        return 'captured'
      case 'authorised':
        return 'unknown'
      default:
        return 'refused'
    }
  })
  return captured ?? 'unknown'
}

/** Razorpay has no call for this: what is not captured in time, it gives back by itself. */
export async function letGo(ports: Ports, charge: Charge, budgetMs: number): Promise<Voiding> {
  const sight = await sightOf(ports, charge, budgetMs)
  if (sight.word === 'unknown') return 'unknown'
  return sight.word === 'seen' && sight.state === 'captured' ? 'captured' : 'voided'
}
