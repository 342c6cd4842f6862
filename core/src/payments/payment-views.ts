import type { AdminPayment, AdminRefund } from '@holdfast/contract'
import { type NextStep, type PaymentView, paymentAttemptsToStuck, type RefundView } from '@holdfast/contract'
import type { PaymentDoc, RefundDoc } from '../store/schema.ts'
import type { FindProvider } from './provider.ts'

const states = {
  INTENT: 'open',
  PENDING: 'pending',
  AUTHORISED: 'authorised',
  CAPTURED: 'captured',
  DECLINED: 'declined',
  VOIDED: 'voided',
  CAPTURE_FAILED: 'failed',
} as const

const refundStates = { PENDING: 'pending', DONE: 'done', FAILED: 'failed', OWED: 'owed' } as const

/** A payment, the booking it carries if it does, and what was given back of it. */
export const paymentView = (
  payment: PaymentDoc,
  booking: PaymentView['booking'],
  refunds: readonly RefundDoc[],
): PaymentView => ({
  id: payment.paymentId,
  provider: payment.provider,
  event: payment.eventId,
  hold: payment.grantId,
  status: states[payment.state],
  amount: payment.amount,
  currency: payment.currency,
  booking,
  refunds: refunds.map(refundView),
  createdAt: payment.createdAt.toISOString(),
})

/** Money given back, or to be. */
export const refundView = (refund: RefundDoc): RefundView => ({
  id: refund.refundId,
  amount: refund.amount,
  currency: refund.currency,
  status: refundStates[refund.state],
  reason: refund.reason,
  booking: refund.bookingId,
  payment: refund.paymentId,
  createdAt: refund.createdAt.toISOString(),
})

type Work = Pick<PaymentDoc, 'appId' | 'account' | 'attempts' | 'dueAt'>

const workOf = ({ appId, account, attempts, dueAt }: Work) => ({
  app: appId,
  account,
  attempts,
  dueAt: dueAt?.toISOString() ?? null,
})

/** What an operator does about work that is not at rest. */
function nextStepOf(
  find: FindProvider,
  { provider, account, attempts, dueAt }: Work & Pick<PaymentDoc, 'provider'>,
) {
  if (dueAt === null) return null
  if (provider !== 'external' && !find(provider, account)) return 'configure_account'
  return attempts < paymentAttemptsToStuck ? 'wait' : 'check_provider'
}

export const adminPayment = (find: FindProvider, payment: PaymentDoc, view: PaymentView): AdminPayment => ({
  ...view,
  ...workOf(payment),
  nextStep: nextStepOf(find, payment),
})

export function adminRefund(find: FindProvider, refund: RefundDoc): AdminRefund {
  const steps: Partial<Record<RefundDoc['state'], NextStep>> = {
    OWED: 'ask_the_app',
    FAILED: 'refund_by_hand',
  }
  const nextStep = steps[refund.state] ?? nextStepOf(find, refund)
  return { ...refundView(refund), ...workOf(refund), provider: refund.provider, nextStep }
}
