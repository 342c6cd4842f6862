import * as z from 'zod'
import { PaymentAccount, PaymentProvider } from './apps.ts'
import { PricedSeat } from './holds.ts'
import { AppId, BookingId, EventId, GrantId, PaymentId, RefundId } from './ids.ts'
import { idLengthMax } from './limits.ts'
import { Currency, MinorUnits } from './money.ts'
import { PageQuery } from './pages.ts'
import type { RequestFault } from './request-faults.ts'

/**
 * POST /v1/events/{e}/holds/{h}/order: the sum is what the hold says. A client that names another is refused, for it
 * has shown its buyer something else.
 */
export const OrderRequest = z.strictObject({
  amount: z.int().min(0).optional(),
  currency: Currency.optional(),
})
export type OrderRequest = z.infer<typeof OrderRequest>

/**
 * Why a client may not have an order paid that it has asked for: it shows its buyer another sum than the hold's.
 * @param shown how the client's API writes an amount
 */
export function orderFaults(
  asked: OrderRequest,
  owed: { readonly amount: number; readonly currency: string },
  shown: (minor: number) => string = String,
): RequestFault[] {
  const faults: RequestFault[] = []
  if (asked.amount !== undefined && asked.amount !== owed.amount)
    faults.push({ path: 'amount', message: `must be ${shown(owed.amount)}` })
  if (asked.currency !== undefined && asked.currency !== owed.currency)
    faults.push({ path: 'currency', message: `must be ${owed.currency}` })
  return faults
}

/** What the edge sends to core to order the payment of a live hold: what the inventory says of it. */
export const OrderCommand = z.object({
  seats: z.array(PricedSeat).min(1),
  currency: Currency,
  untilMs: z.int(),
  asked: OrderRequest,
  /** Whose unpaid orders are counted together: a keyed digest of a client's address, of IPv6 its /64. Absent: a server's, or not known. */
  client: z.string().max(idLengthMax).optional(),
})
export type OrderCommand = z.infer<typeof OrderCommand>

/** What a page needs to have its hold paid by the provider's own form. The same hold gets the same order. */
export const OrderView = z.object({
  /** Of the provider: the payment intent of Stripe, the order of Razorpay. */
  id: PaymentId,
  hold: GrantId,
  provider: PaymentProvider,
  amount: z.int(),
  currency: Currency,
  /** The account's public key, for the provider's script. */
  keyId: z.string().optional(),
  /** Of Stripe: what its form is opened with. */
  clientSecret: z.string().optional(),
  expiresAt: z.iso.datetime(),
})
export type OrderView = z.infer<typeof OrderView>

/** `open`: nobody has paid. `failed`: it was reserved and could not be taken. `voided`: let go before it was taken. */
export const PaymentState = z.enum([
  'open',
  'pending',
  'authorised',
  'captured',
  'declined',
  'voided',
  'failed',
])
export type PaymentState = z.infer<typeof PaymentState>

/** `owed`: the app takes its payments itself, so it must give this back and say so. `failed`: somebody must look. */
export const RefundState = z.enum(['pending', 'done', 'failed', 'owed'])
export type RefundState = z.infer<typeof RefundState>

/** Money given back. `cancelled`: of a booking. `unused`: it paid for nothing. `provider`: made there by hand. */
export const RefundView = z.object({
  id: RefundId,
  amount: MinorUnits,
  currency: Currency,
  status: RefundState,
  reason: z.enum(['cancelled', 'unused', 'provider']),
  booking: BookingId.nullable(),
  payment: PaymentId,
  createdAt: z.iso.datetime(),
})
export type RefundView = z.infer<typeof RefundView>

/** GET /v1/payments/{p}: what became of a payment, whether there is a booking or not. */
export const PaymentView = z.object({
  id: PaymentId,
  provider: PaymentProvider,
  event: EventId,
  hold: GrantId,
  status: PaymentState,
  amount: z.int(),
  currency: Currency,
  booking: BookingId.nullable(),
  refunds: z.array(RefundView),
  createdAt: z.iso.datetime(),
})
export type PaymentView = z.infer<typeof PaymentView>

/** What an operator does about a payment or a refund that does not come to rest. */
export const NextStep = z.enum([
  /** Nothing yet: it is asked again by itself. */
  'wait',
  /** The provider does not answer, or not readably. */
  'check_provider',
  /** Core's configuration has no such account any more. */
  'configure_account',
  /** The provider refuses: give the money back there, then settle the refund here. */
  'refund_by_hand',
  /** The app owes it to its buyer. */
  'ask_the_app',
])
export type NextStep = z.infer<typeof NextStep>

/** GET /v1/admin/payments?...: with `stuck`, only what has been tried in vain. */
export const AdminPaymentsQuery = PageQuery.extend({
  app: AppId.optional(),
  stuck: z.literal('true').optional(),
})
export type AdminPaymentsQuery = z.infer<typeof AdminPaymentsQuery>

const work = {
  app: AppId,
  account: z.string(),
  attempts: z.int(),
  /** When it is tried again; null: it is at rest. */
  dueAt: z.iso.datetime().nullable(),
  nextStep: NextStep.nullable(),
}

/** A payment, and what there is to do about it. */
export const AdminPayment = PaymentView.extend(work)
export type AdminPayment = z.infer<typeof AdminPayment>

/** A refund that has not been made, and what there is to do about it. */
export const AdminRefund = RefundView.extend({ ...work, provider: PaymentProvider })
export type AdminRefund = z.infer<typeof AdminRefund>

/** One page of payments, newest first, and on the first page the refunds that have not been made. */
export const AdminPaymentPage = z.object({
  payments: z.array(AdminPayment),
  refunds: z.array(AdminRefund),
  nextCursor: z.string().optional(),
})
export type AdminPaymentPage = z.infer<typeof AdminPaymentPage>

/** POST /v1/admin/payments/retry: names a payment that is looked at again now. */
export const RetryRequest = z.strictObject({
  app: AppId,
  provider: PaymentProvider,
  account: PaymentAccount,
  payment: PaymentId,
})
export type RetryRequest = z.infer<typeof RetryRequest>

/** POST /v1/admin/refunds/{r}/settle: the money was given back by hand. */
export const SettleRefundRequest = z.strictObject({ app: AppId })
export type SettleRefundRequest = z.infer<typeof SettleRefundRequest>

/** What the edge sends to core of a provider's webhook: the bytes as they came, which the signature is over. */
export const WebhookCommand = z.object({
  provider: PaymentProvider,
  account: PaymentAccount,
  headers: z.record(z.string(), z.string()),
  /** base64url. */
  body: z.string(),
})
export type WebhookCommand = z.infer<typeof WebhookCommand>

/** The answer to a webhook that was heard, the first time and every other. */
export const WebhookReply = z.object({ received: z.literal(true) })
export type WebhookReply = z.infer<typeof WebhookReply>
