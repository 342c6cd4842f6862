import type { RazorpayAccount } from '../../../core/src/payments/razorpay.ts'
import {
  type Delivery,
  type Entry,
  letters,
  type ProviderFake,
  secretDigits,
  type Verb,
} from '../provider-fake.ts'
import { startWire } from '../provider-server.ts'
import { createBook, type Order, type Payment, refundedOf } from './book.ts'
import { razorpayRoutes } from './routes.ts'
import { deliveryOf, signatureOf } from './webhooks.ts'

export type FakeRazorpay = ProviderFake<RazorpayAccount>

interface Options {
  readonly nowMs?: () => number
  /** Whether a receipt names one order only: not so for every account. */
  readonly areReceiptsUnique?: boolean
}

/** A Razorpay on this machine, of one account in test mode, as https://razorpay.com/docs/api says. */
export async function startFakeRazorpay(options: Options = {}): Promise<FakeRazorpay> {
  const { nowMs = Date.now, areReceiptsUnique = true } = options
  const key = { keyId: `rzp_test_${secretDigits().slice(0, 14)}`, keySecret: secretDigits() }
  const secret = secretDigits()
  const account = `acc_${letters(14)}`
  const webhooks: Delivery[] = []
  const book = createBook(
    (event, payment, refund) =>
      webhooks.push(deliveryOf(event, { payment, refund }, { secret, account, nowMs })),
    nowMs,
    { areReceiptsUnique },
  )
  const { apiUrl, ...wire } = await startWire({ verbsOf, routes: razorpayRoutes(book, key) })
  const last = (orderId: string, which: (payment: Payment) => boolean): Payment => {
    const payment = book.findOrder(orderId).payments.findLast(which)
    if (!payment) throw new Error(`${orderId} has no such payment`)
    return payment
  }
  return {
    ...wire,
    account: { ...key, webhookSecrets: [secret], apiUrl },
    webhooks,
    pay(orderId, outcome) {
      const payment = book.begin(book.findOrder(orderId))
      if (outcome !== 'pending') book.settle(payment, outcome)
      // What the handler of the checkout is given:
      // https://razorpay.com/docs/payments/payment-gateway/web-integration/standard/integration-steps
      const signature = signatureOf(`${orderId}|${payment.id}`, key.keySecret)
      return { id: payment.id as never, order: orderId, signature }
    },
    settlePending: (orderId, outcome) =>
      book.settle(
        last(orderId, ({ status }) => status === 'created'),
        outcome,
      ),
    orderByHand: (order) => book.create(order).id,
    refuseCapture(orderId) {
      book.findOrder(orderId).refusesCapture = true
    },
    lapse(orderId) {
      book.giveBack(last(orderId, ({ status }) => status === 'authorized'))
    },
    captureByHand(orderId) {
      const { id, order } = last(orderId, ({ status }) => status === 'authorized')
      book.capture(id, order.amount, order.currency)
    },
    refundByHand(orderId, amount) {
      book.refund(last(orderId, ({ isCaptured }) => isCaptured).id, amount, null)
    },
    delayRefunds(are) {
      book.settings.areRefundsDelayed = are
    },
    emptyBalance(is) {
      book.settings.isBalanceEmpty = is
    },
    settleRefunds: (outcome) => book.settleRefunds(outcome === 'done' ? 'processed' : 'failed'),
    books: () => new Map([...book.orders.values()].map((order) => [order.id, entryOf(order)])),
  }
}

/** What was given back without having been taken is in no book. */
function entryOf({ payments, amount }: Order): Entry {
  const taken = payments.filter(({ isCaptured }) => isCaptured)
  const reserved = payments.filter(({ status }) => status === 'authorized')
  return {
    captured: taken.length * amount,
    refunded: taken.reduce((sum, payment) => sum + refundedOf(payment), 0),
    reserved: reserved.length * amount,
  }
}

/** There is no call for void: our adapter looks. */
function verbsOf(method: string, path: string): readonly Verb[] {
  if (method === 'GET') return ['look', 'void']
  if (path === '/v1/orders') return ['order']
  if (path.endsWith('/refund')) return ['refund']
  return path.endsWith('/capture') ? ['capture'] : []
}
