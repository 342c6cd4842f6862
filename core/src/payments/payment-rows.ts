import {
  base62Of,
  type KeyKind,
  type PaymentId,
  type Platform,
  type PricedSeat,
  type Principal,
  RefundId,
} from '@holdfast/contract'
import type { Grant } from '../bookings/decide-grant.ts'
import { cursorOf } from '../cursor.ts'
import type { BookingDoc, PaymentDoc, RefundDoc } from '../store/schema.ts'
import type { Charge, Provider } from './provider.ts'

/** Names a payment: an id is its account's own. */
export type PaymentKey = Pick<PaymentDoc, 'appId' | 'provider' | 'account' | 'paymentId'>

/** The key without the app, which every call of the store has first. */
export const keyOf = ({ provider, account, paymentId }: PaymentKey) => ({ provider, account, paymentId })

export const chargeOf = ({ paymentId, amount, currency }: PaymentDoc): Charge => ({
  paymentId,
  amount,
  currency,
})

/**
 * Whether the money of a payment is its app's to take, let go and give back: it was ordered for it, or its provider needs
 * no order. An older core kept what a client had named, which may be another app's at the same account.
 */
export const isOurs = ({ reference }: PaymentDoc, provider: Provider | null): boolean =>
  reference !== null || provider === null || provider.takesUnordered === true

/** Whether what was taken is what the grant costs. */
export const isCovered = ({ captured, amount }: PaymentDoc): boolean => captured === amount

/** Whether this payment is the one that the booking was sold on. */
export const carries = (payment: PaymentKey, booking: BookingDoc): boolean =>
  booking.provider === payment.provider &&
  booking.account === payment.account &&
  booking.paymentId === payment.paymentId

/** What a payment is for. */
export interface Purpose extends Omit<Grant, 'owner'> {
  readonly provider: PaymentDoc['provider']
  readonly account: string
  readonly owner: Principal
  readonly kind: KeyKind
  readonly seats: readonly PricedSeat[]
  readonly amount: number
  readonly currency: string
}

/** A new row. Repair looks at it when it is due, whatever became of who wrote it. */
export function newPayment(
  purpose: Purpose,
  paymentId: PaymentId,
  { nowMs, dueAtMs, reference }: { nowMs: number; dueAtMs: number; reference: string | null },
): PaymentDoc {
  const { appId, provider, account, eventId, grantId, owner, kind, seats, amount, currency } = purpose
  const createdAt = new Date(nowMs)
  return {
    appId,
    provider,
    account,
    paymentId,
    eventId,
    grantId,
    owner,
    kind,
    seats: [...seats],
    reference,
    amount,
    captured: 0,
    currency,
    state: 'INTENT',
    dueAt: new Date(dueAtMs),
    attempts: 0,
    cursor: cursorOf(createdAt, paymentId),
    createdAt,
    expiresAt: null,
  }
}

const digest = async ({ sha256 }: Pick<Platform, 'sha256'>, parts: readonly string[]): Promise<string> =>
  base62Of(await sha256(new TextEncoder().encode(JSON.stringify(parts))))

/** Our name for the order of a grant, the same whenever it is asked for. */
export const orderReference = async (
  platform: Pick<Platform, 'sha256'>,
  { appId, eventId, grantId }: Omit<Grant, 'owner'>,
): Promise<string> => `hf_${await digest(platform, ['order', appId, eventId, grantId])}`

/** A refund of a payment, named by what it is for, so that the same refund is never made twice. */
export async function newRefund(
  platform: Pick<Platform, 'sha256' | 'now'>,
  payment: PaymentKey & Pick<PaymentDoc, 'owner' | 'currency'>,
  refund: Pick<RefundDoc, 'reason' | 'amount' | 'bookingId'> & { readonly name: string },
): Promise<RefundDoc> {
  const { appId, provider, account, paymentId, owner, currency } = payment
  const { reason, amount, bookingId, name } = refund
  const now = new Date(platform.now())
  const isOurs = provider !== 'external'
  return {
    appId,
    refundId: RefundId.parse(`rf_${await digest(platform, [appId, provider, account, paymentId, name])}`),
    provider,
    account,
    paymentId,
    bookingId,
    owner,
    amount,
    currency,
    reason,
    state: isOurs ? 'PENDING' : 'OWED',
    dueAt: isOurs ? now : null,
    attempts: 0,
    createdAt: now,
  }
}

/** The refund of a payment that pays for nothing: there is one. */
export const unusedRefund = (
  platform: Pick<Platform, 'sha256' | 'now'>,
  payment: PaymentDoc,
  amount: number,
): Promise<RefundDoc> =>
  newRefund(platform, payment, { reason: 'unused', amount, bookingId: null, name: 'unused' })
