import { PaymentId } from '@holdfast/contract'
import type {
  Charge,
  Provider,
  ProviderEvent,
  ProviderState,
  Seen,
} from '../../core/src/payments/provider.ts'
import type { Entry, FaultKind, Verb } from './provider-fake.ts'

/** What goes wrong with the next call of a kind: it does not arrive, or its answer does not. */
export type Fault = Extract<FaultKind, 'lost' | 'unanswered'>

interface Account {
  state: ProviderState
  readonly amount: number
  readonly currency: string
  readonly reference: string | null
  readonly refunds: Map<string, number>
  refusesCapture: boolean
}

/**
 * A payment provider in memory that keeps books: what was taken, and what was given back. Whoever names a payment has one,
 * unless it is one where all payments are ordered, as at Stripe. What it gives back is a multiple of `step`.
 */
export function createBank({
  takesUnordered = true,
  step = 1,
}: {
  readonly takesUnordered?: boolean
  readonly step?: number
} = {}) {
  const accounts = new Map<string, Account>()
  const faults: { verb: Verb; fault: Fault; id: string | undefined }[] = []
  const calls: string[] = []
  let told = 0
  let made = 0

  const of = (id: PaymentId): Account => {
    const account = accounts.get(id)
    if (!account) throw new Error(`the bank has no payment ${id}`)
    return account
  }
  const open = (id: PaymentId, amount: number, currency: string, reference: string | null) => {
    const fresh: Account = {
      state: 'open',
      amount,
      currency,
      reference,
      refunds: new Map(),
      refusesCapture: false,
    }
    if (!accounts.has(id)) accounts.set(id, fresh)
    return id
  }

  /** Does a call, unless it gets lost; then, or if its answer does, nobody knows. */
  const call = <Answer>(verb: Verb, id: string, work: () => Answer): Answer | 'unknown' => {
    calls.push(`${verb} ${id}`)
    const at = faults.findIndex((fault) => fault.verb === verb && (fault.id ?? id) === id)
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault
    if (fault === 'lost') return 'unknown'
    const answer = work()
    return fault === 'unanswered' ? 'unknown' : answer
  }
  const seenOf = ({ state, amount, currency, reference }: Account): Seen => ({
    word: 'seen',
    state,
    amount,
    currency,
    reference,
  })

  const provider: Provider = {
    ...(takesUnordered && { takesUnordered }),
    async order({ reference, amount, currency }) {
      const id = PaymentId.parse(`order_${reference}`)
      const made = call('order', id, () => open(id, amount, currency, reference))
      return made === 'unknown' ? { word: 'unknown' } : { word: 'made', paymentId: made, checkout: {} }
    },
    async identify({ id }) {
      return id
    },
    async look({ paymentId }) {
      const seen = call('look', paymentId, () => {
        const account = accounts.get(paymentId)
        return account ? seenOf(account) : ({ word: 'absent' } as const)
      })
      return seen === 'unknown' ? { word: 'unknown' } : seen
    },
    async capture({ paymentId }) {
      return call('capture', paymentId, () => {
        const account = accounts.get(paymentId)
        if (!account) return 'refused'
        if (account.state === 'captured') return 'captured'
        if (account.state !== 'authorised' || account.refusesCapture) return 'refused'
        account.state = 'captured'
        return 'captured'
      })
    },
    async void({ paymentId }) {
      return call('void', paymentId, () => {
        const account = accounts.get(paymentId)
        // What is not there keeps no money.
        if (!account) return 'voided'
        if (account.state === 'captured') return 'captured'
        account.state = 'voided'
        return 'voided'
      })
    },
    async refund({ paymentId }: Charge, { reference, amount }) {
      return call('refund', paymentId, () => {
        const account = of(paymentId)
        if (account.refunds.has(reference)) return 'done'
        const given = [...account.refunds.values()].reduce((sum, one) => sum + one, 0)
        const isSum = amount % step === 0 && given + amount <= account.amount
        if (account.state !== 'captured' || !isSum) return 'refused'
        account.refunds.set(reference, amount)
        return 'done'
      })
    },
    async readEvent(raw) {
      const { event } = JSON.parse(new TextDecoder().decode(raw)) as { event: ProviderEvent | null }
      return event ? { word: 'event', event } : { word: 'bad_signature' }
    },
  }

  return {
    provider,
    calls,
    /** A buyer pays, or a payment that nobody ordered comes to be. */
    pay(id: PaymentId | string, state: ProviderState, { amount = 4500, currency = 'EUR' } = {}): PaymentId {
      const paymentId = open(PaymentId.parse(id), amount, currency, takesUnordered ? null : '')
      of(paymentId).state = state
      return paymentId
    },
    refuseCapture(id: PaymentId): void {
      of(id).refusesCapture = true
    },
    /** The next call of this kind goes wrong; of this payment, if one is named. */
    fail(verb: Verb, fault: Fault, id?: string): void {
      faults.push({ verb, fault, id })
    },
    /** From now on nothing goes wrong. */
    heal(): void {
      faults.length = 0
    },
    /** Somebody gives money back at the bank itself; returns what it tells of that, each time it tells it. */
    refundByHand(id: PaymentId, amount: number): () => ProviderEvent {
      const { refunds, currency } = of(id)
      made += 1
      // No two refunds of an account have one id.
      const providerRefund = `byhand_${made}`
      refunds.set(providerRefund, amount)
      return () => {
        told += 1
        const fact = {
          kind: 'refund',
          reference: null,
          providerRefund,
          amount,
          currency,
          state: 'done',
        } as const
        return { eventId: `evt_${told}`, paymentId: id, fact }
      }
    },
    stateOf: (id: PaymentId): ProviderState => of(id).state,
    /** What the bank tells of a payment as it is, or of another state that it had; each time a new event. */
    event(id: PaymentId, state = of(id).state): ProviderEvent {
      told += 1
      return {
        eventId: `evt_${told}`,
        paymentId: id,
        fact: { kind: 'payment', seen: { ...seenOf(of(id)), state } },
      }
    },
    /** In minor units. */
    bookOf(id: PaymentId): Entry {
      const { state, amount, refunds } = of(id)
      return {
        captured: state === 'captured' ? amount : 0,
        refunded: [...refunds.values()].reduce((sum, one) => sum + one, 0),
        reserved: state === 'authorised' ? amount : 0,
      }
    },
    /** Every payment that it knows. */
    ids: (): PaymentId[] => [...accounts.keys()].map((id) => PaymentId.parse(id)),
    /** In minor units, over all payments. */
    books() {
      const all = [...accounts.values()]
      const captured = all
        .filter(({ state }) => state === 'captured')
        .reduce((sum, { amount }) => sum + amount, 0)
      const refunded = all
        .flatMap(({ refunds }) => [...refunds.values()])
        .reduce((sum, amount) => sum + amount, 0)
      const reserved = all.filter(({ state }) => state === 'authorised').length
      return { captured, refunded, reserved }
    },
    /** What was taken and not given back, over these payments. */
    net: (isMeant: (id: string) => boolean): number =>
      [...accounts]
        .filter(([id, { state }]) => state === 'captured' && isMeant(id))
        .map(([, { amount, refunds }]) => amount - [...refunds.values()].reduce((sum, one) => sum + one, 0))
        .reduce((sum, one) => sum + one, 0),
  }
}
export type Bank = ReturnType<typeof createBank>
