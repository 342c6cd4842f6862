import {
  type AdminPayment,
  type AdminPaymentPage,
  type AdminPaymentsQuery,
  type AppId,
  type PaymentId,
  type PaymentView,
  type Principal,
  Problem,
  pageSizeMax,
  paymentAttemptsToStuck,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { pageOf, placeIn } from '../cursor.ts'
import type { PaymentDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import { carries, keyOf } from './payment-rows.ts'
import { adminPayment, adminRefund, paymentView } from './payment-views.ts'

type Context = Pick<Core, 'store' | 'findProvider'>

/** Whose payments: one buyer's, or all of the app's when its server asks for nobody in particular. */
interface Reader {
  readonly appId: AppId
  readonly owner: Principal | null
}

/** What became of a payment; another's is as missing as one that never was. */
export async function readPayment(
  ctx: Context,
  { appId, owner }: Reader,
  paymentId: PaymentId,
): Promise<PaymentView> {
  const app = await ctx.store.get(appId, 'apps', {})
  const { paymentProvider, paymentAccount } = app ?? {}
  const found = await ctx.store.find(appId, 'payments', { paymentId }, { limit: pageSizeMax })
  const mine = found.filter((payment) => owner === null || payment.owner === owner)
  // The same id may be known of an account that the app used before.
  const isCurrent = (payment: PaymentDoc) =>
    payment.provider === paymentProvider && payment.account === paymentAccount
  const payment = mine.find(isCurrent) ?? mine[0]
  if (!payment) throw new Problem('not_found')
  return viewOf(ctx, payment)
}

/** A payment with what belongs to it. */
export async function viewOf({ store }: Context, payment: PaymentDoc): Promise<PaymentView> {
  const { appId, eventId, grantId } = payment
  const [refunds, bookings] = await Promise.all([
    store.find(appId, 'refunds', keyOf(payment), { limit: pageSizeMax }),
    store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 }),
  ])
  const booking = bookings.find((one) => carries(payment, one))
  return paymentView(payment, booking?.bookingId ?? null, refunds)
}

/** Payments of all apps, newest first, and before them the refunds that wait for somebody. */
export async function listPayments(ctx: Context, query: AdminPaymentsQuery): Promise<AdminPaymentPage> {
  const { app, stuck, cursor, limit } = query
  const place = placeIn('payments', cursor)
  const scope = app ?? everyApp
  const filter = {
    ...(stuck && { attempts: { gte: paymentAttemptsToStuck } }),
    ...(place !== undefined && { cursor: { lt: place } }),
  }
  const options = { orderBy: 'cursor', order: 'descending', limit: limit + 1 } as const
  const { docs, next } = pageOf('payments', await ctx.store.find(scope, 'payments', filter, options), limit)
  const payments = await Promise.all(
    docs.map(
      async (payment): Promise<AdminPayment> =>
        adminPayment(ctx.findProvider, payment, await viewOf(ctx, payment)),
    ),
  )
  if (cursor !== undefined) return { payments, refunds: [], ...next }
  const state = { in: ['FAILED', 'OWED', 'PENDING'] } as const
  const open = await ctx.store.find(scope, 'refunds', { state }, { orderBy: 'createdAt', limit: pageSizeMax })
  const refunds = open
    .filter((refund) => !stuck || refund.state !== 'PENDING' || refund.attempts >= paymentAttemptsToStuck)
    .map((refund) => adminRefund(ctx.findProvider, refund))
  return { payments, refunds, ...next }
}
