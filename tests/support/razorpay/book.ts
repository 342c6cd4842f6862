import { letters } from '../provider-fake.ts'
import { missing, Refusal } from './errors.ts'
import type { CreateOrder } from './params.ts'

export interface Refund {
  readonly id: string
  readonly payment: Payment
  readonly amount: number
  readonly receipt: string | null
  readonly createdAt: number
  status: 'pending' | 'processed' | 'failed'
}
export interface Payment {
  readonly id: string
  readonly order: Order
  readonly createdAt: number
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed'
  isCaptured: boolean
  readonly refunds: Refund[]
}
export interface Order {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly receipt: string | null
  readonly notes: Readonly<Record<string, string>>
  readonly createdAt: number
  /** Newest last. */
  readonly payments: Payment[]
  refusesCapture: boolean
}

/** Told of every change. */
export type Tell = (event: string, payment: Payment, refund?: Refund) => void

export const refundedOf = ({ refunds }: Payment): number =>
  refunds.filter(({ status }) => status !== 'failed').reduce((sum, { amount }) => sum + amount, 0)

/** What Razorpay knows of one account; https://razorpay.com/docs/payments/payments#payment-life-cycle */
export function createBook(
  tell: Tell,
  nowMs: () => number,
  { areReceiptsUnique }: { areReceiptsUnique: boolean },
) {
  const orders = new Map<string, Order>()
  const payments = new Map<string, Payment>()
  const settings = { areRefundsDelayed: false, isBalanceEmpty: false }
  const seconds = () => Math.floor(nowMs() / 1000)

  const findOrder = (id: string): Order => {
    const order = orders.get(id)
    if (!order) throw missing()
    return order
  }
  const findPayment = (id: string): Payment => {
    const payment = payments.get(id)
    if (!payment) throw missing()
    return payment
  }
  const isPaid = ({ payments }: Order) => payments.some(({ isCaptured }) => isCaptured)
  const give = (payment: Payment, amount: number, receipt: string | null, status: Refund['status']) => {
    const refund: Refund = {
      id: `rfnd_${letters(14)}`,
      payment,
      amount,
      receipt,
      createdAt: seconds(),
      status,
    }
    payment.refunds.unshift(refund)
    // A part leaves it captured: https://razorpay.com/docs/payments/refunds/issue
    if (refundedOf(payment) === payment.order.amount) payment.status = 'refunded'
    tell('refund.created', payment, refund)
    if (status === 'processed') tell('refund.processed', payment, refund)
    return refund
  }
  const take = (payment: Payment) => {
    payment.status = 'captured'
    payment.isCaptured = true
    tell('payment.captured', payment)
    tell('order.paid', payment)
  }
  /** https://razorpay.com/docs/payments/refunds/auto-refunds: a refund of what was never captured. */
  const giveBack = (payment: Payment) => give(payment, payment.order.amount, null, 'processed')
  const authorise = (payment: Payment) => {
    payment.status = 'authorized'
    tell('payment.authorized', payment)
    // A second payment of a paid order is given back at once, by the same page.
    if (isPaid(payment.order)) giveBack(payment)
  }
  const settle = (payment: Payment, outcome: 'authorised' | 'captured' | 'declined') => {
    if (outcome === 'declined') {
      payment.status = 'failed'
      tell('payment.failed', payment)
      return
    }
    authorise(payment)
    if (outcome === 'captured' && payment.status === 'authorized') take(payment)
  }

  return {
    orders,
    settings,
    findOrder,
    findPayment,
    giveBack,
    settle,
    create({ amount, currency, receipt, notes }: CreateOrder): Order {
      const isTaken = receipt !== undefined && [...orders.values()].some((order) => order.receipt === receipt)
      if (isTaken && areReceiptsUnique) throw new Refusal('Order receipt should be unique.')
      const order: Order = {
        id: `order_${letters(14)}`,
        amount,
        currency,
        receipt: receipt ?? null,
        notes: notes ?? {},
        createdAt: seconds(),
        payments: [],
        refusesCapture: false,
      }
      orders.set(order.id, order)
      return order
    },
    /** Newest first: https://razorpay.com/docs/api/orders/fetch-all */
    withReceipt: (receipt: string): Order[] =>
      [...orders.values()].filter((order) => order.receipt === receipt).reverse(),
    /** https://razorpay.com/docs/api/payments/capture */
    capture(id: string, amount: number, currency: string): Payment {
      const payment = findPayment(id)
      if (payment.isCaptured) throw new Refusal('This payment has already been captured')
      if (payment.status !== 'authorized') {
        throw new Refusal('Only payments which have been authorized and not yet captured can be captured')
      }
      if (payment.order.refusesCapture) {
        // Its time has passed: https://razorpay.com/docs/payments/payments/capture-settings
        giveBack(payment)
        throw new Refusal('The payment has been refunded: it was not captured in time')
      }
      if (amount !== payment.order.amount || currency !== payment.order.currency) {
        throw new Refusal('Capture amount must be equal to the amount authorized')
      }
      take(payment)
      return payment
    },
    /** https://razorpay.com/docs/api/refunds/create-normal */
    refund(id: string, amount: number, receipt: string | null): Refund {
      const payment = findPayment(id)
      if (!payment.isCaptured)
        throw new Refusal('The payment status should be captured for action to be taken')
      const left = payment.order.amount - refundedOf(payment)
      if (left === 0) throw new Refusal('The payment has been fully refunded already')
      if (amount > left)
        throw new Refusal('The total refund amount is greater than the refund payment amount')
      // https://razorpay.com/docs/payments/refunds/faqs
      if (settings.isBalanceEmpty) throw new Refusal('Your account does not have enough balance to refund')
      return give(payment, amount, receipt, settings.areRefundsDelayed ? 'pending' : 'processed')
    },
    settleRefunds(status: 'processed' | 'failed'): void {
      for (const payment of payments.values()) {
        for (const refund of payment.refunds.filter((one) => one.status === 'pending')) {
          refund.status = status
          if (status === 'failed') payment.status = 'captured'
          tell(`refund.${status}`, payment, refund)
        }
      }
    },
    /** A buyer begins to pay: https://razorpay.com/docs/payments/orders, not beside what is reserved or on what is paid. */
    begin(order: Order): Payment {
      if (isPaid(order) || order.payments.some(({ status }) => status === 'authorized')) {
        throw new Error(`nobody can pay ${order.id} again`)
      }
      const payment: Payment = {
        id: `pay_${letters(14)}`,
        order,
        createdAt: seconds(),
        status: 'created',
        isCaptured: false,
        refunds: [],
      }
      payments.set(payment.id, payment)
      order.payments.push(payment)
      return payment
    },
  }
}
export type Book = ReturnType<typeof createBook>
