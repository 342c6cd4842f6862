import { letters } from '../provider-fake.ts'
import { missing, Refusal, unexpected } from './errors.ts'

type Status = 'requires_payment_method' | 'processing' | 'requires_capture' | 'succeeded' | 'canceled'
export interface Refund {
  readonly id: string
  readonly intent: string
  readonly amount: number
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
  readonly created: number
  status: 'pending' | 'succeeded' | 'failed'
}
export interface Intent {
  readonly id: string
  readonly secret: string
  readonly amount: number
  readonly currency: string
  readonly created: number
  metadata: Readonly<Record<string, string>>
  status: Status
  capturable: number
  received: number
  hasFailed: boolean
  charge: string | null
  refusesCapture: boolean
  readonly refunds: Refund[]
}

/** Told of every change. */
export type Tell = (type: string, what: Intent | Refund) => void
type Metadata = Readonly<Record<string, string>>

/** https://docs.stripe.com/api/payment_intents/cancel: from processing only in rare cases, so not here. */
const cancelable: readonly Status[] = ['requires_payment_method', 'requires_capture']

export const refundedOf = ({ refunds }: Intent): number =>
  refunds.filter(({ status }) => status !== 'failed').reduce((sum, { amount }) => sum + amount, 0)

/** What Stripe knows of one account, by the lifecycle https://docs.stripe.com/payments/paymentintents/lifecycle */
export function createBook(tell: Tell, nowMs: () => number) {
  const intents = new Map<string, Intent>()
  const seconds = () => Math.floor(nowMs() / 1000)
  const settings = { areRefundsDelayed: false, isBalanceEmpty: false }

  const find = (id: string): Intent => {
    const intent = intents.get(id)
    if (!intent) throw missing(id)
    return intent
  }
  const take = (intent: Intent, amount: number) => {
    intent.status = 'succeeded'
    intent.received = amount
    intent.capturable = 0
    tell('payment_intent.succeeded', intent)
  }
  const reserve = (intent: Intent) => {
    intent.status = 'requires_capture'
    intent.capturable = intent.amount
    intent.charge = `ch_${letters(24)}`
    intent.hasFailed = false
    tell('payment_intent.amount_capturable_updated', intent)
  }
  const decline = (intent: Intent) => {
    intent.status = 'requires_payment_method'
    intent.hasFailed = true
    tell('payment_intent.payment_failed', intent)
  }

  return {
    intents,
    settings,
    find,
    create(amount: number, currency: string, metadata: Metadata): Intent {
      const id = `pi_${letters(24)}`
      const intent: Intent = {
        id,
        secret: `${id}_secret_${letters(25)}`,
        amount,
        currency,
        created: seconds(),
        metadata,
        status: 'requires_payment_method',
        capturable: 0,
        received: 0,
        hasFailed: false,
        charge: null,
        refusesCapture: false,
        refunds: [],
      }
      intents.set(id, intent)
      tell('payment_intent.created', intent)
      return intent
    },
    /** https://docs.stripe.com/api/payment_intents/capture */
    capture(id: string, amount: number | undefined, metadata: Metadata): Intent {
      const intent = find(id)
      if (intent.status !== 'requires_capture') {
        throw unexpected('captured', intent.status, ['requires_capture'])
      }
      if (intent.refusesCapture) {
        // https://docs.stripe.com/error-codes#charge-expired-for-capture
        throw new Refusal(400, 'The authorization has expired.', { code: 'charge_expired_for_capture' })
      }
      const sum = amount ?? intent.capturable
      if (sum < 1 || sum > intent.capturable) {
        throw new Refusal(400, 'The amount to capture is greater than what is capturable.', {
          param: 'amount_to_capture',
        })
      }
      intent.metadata = { ...intent.metadata, ...metadata }
      take(intent, sum)
      return intent
    },
    cancel(id: string): Intent {
      const intent = find(id)
      if (!cancelable.includes(intent.status)) throw unexpected('canceled', intent.status, cancelable)
      intent.status = 'canceled'
      intent.capturable = 0
      tell('payment_intent.canceled', intent)
      return intent
    },
    /** https://docs.stripe.com/api/refunds/create */
    refund(id: string, amount: number | undefined, metadata: Metadata): Refund {
      const intent = find(id)
      if (intent.status !== 'succeeded') {
        throw new Refusal(400, `This PaymentIntent (${id}) does not have a successful charge to refund.`)
      }
      const left = intent.received - refundedOf(intent)
      const sum = amount ?? left
      // https://docs.stripe.com/error-codes#charge-already-refunded
      if (left === 0) {
        throw new Refusal(400, `Charge ${intent.charge} has already been refunded.`, {
          code: 'charge_already_refunded',
        })
      }
      if (sum > left) {
        throw new Refusal(400, `Refund amount (${sum}) is greater than unrefunded amount on charge (${left})`)
      }
      // https://docs.stripe.com/error-codes#balance-insufficient
      if (settings.isBalanceEmpty) {
        throw new Refusal(400, 'Insufficient funds in your balance.', { code: 'balance_insufficient' })
      }
      const status = settings.areRefundsDelayed ? 'pending' : 'succeeded'
      const { currency } = intent
      const refund: Refund = {
        id: `re_${letters(24)}`,
        intent: id,
        amount: sum,
        currency,
        metadata,
        created: seconds(),
        status,
      }
      intent.refunds.unshift(refund)
      tell('refund.created', refund)
      tell('charge.refunded', intent)
      return refund
    },
    settleRefunds(status: 'succeeded' | 'failed'): void {
      const pending = [...intents.values()]
        .flatMap(({ refunds }) => refunds)
        .filter((one) => one.status === 'pending')
      for (const refund of pending) {
        refund.status = status
        tell(status === 'failed' ? 'refund.failed' : 'refund.updated', refund)
      }
    },
    /** What a buyer's attempt comes to. */
    attempt(intent: Intent, outcome: 'authorised' | 'captured' | 'pending' | 'declined'): void {
      if (!['requires_payment_method', 'processing'].includes(intent.status)) {
        throw new Error(`nobody can pay ${intent.id}: it is ${intent.status}`)
      }
      switch (outcome) {
        case 'declined':
          decline(intent)
          break
        case 'pending':
          intent.status = 'processing'
          tell('payment_intent.processing', intent)
          break
        case 'authorised':
          reserve(intent)
          break
        case 'captured':
          reserve(intent)
          take(intent, intent.amount)
      }
    },
  }
}
export type Book = ReturnType<typeof createBook>
