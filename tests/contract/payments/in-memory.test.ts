import { PaymentId, systemPlatform } from '@holdfast/contract'
import { simulatedProvider } from '../../../core/src/payments/simulated.ts'
import { createBank } from '../../support/bank.ts'
import { type Bench, type BookedBench, fortyFiveEuros, orderAt, type Paid } from './bench.ts'
import { booksSuite, providerSuite } from './provider-suite.ts'

const inMemory = { pendingIs: 'pending', pendingVoids: 'voided' } as const

/** A payment does what its id begins with, and nothing is remembered. */
async function simulated(): Promise<Bench> {
  const provider = simulatedProvider(systemPlatform)
  let next = 1
  const prefixes = { authorised: 'auth_', captured: '', pending: 'pending_', declined: 'declined_' }
  const named = (prefix: string): Paid => {
    const id = PaymentId.parse(`pay_${prefix}${next++}`)
    return { charge: { paymentId: id, ...fortyFiveEuros }, words: { id } }
  }
  return {
    provider,
    async pay(outcome) {
      if (outcome !== 'open') return named(prefixes[outcome])
      const charge = await orderAt(provider)
      return { charge, words: { id: charge.paymentId } }
    },
    payInVain: async () => named('capture_fails_'),
    close: async () => {},
  }
}

async function bank(): Promise<BookedBench> {
  const { provider, pay, refuseCapture, bookOf } = createBank()
  const paid = async (outcome: Parameters<Bench['pay']>[0]): Promise<Paid> => {
    const charge = await orderAt(provider)
    if (outcome !== 'open') pay(charge.paymentId, outcome)
    return { charge, words: { id: charge.paymentId } }
  }
  return {
    provider,
    pay: paid,
    async payInVain() {
      const made = await paid('authorised')
      refuseCapture(made.charge.paymentId)
      return made
    },
    bookOf: ({ paymentId }) => bookOf(paymentId),
    close: async () => {},
  }
}

providerSuite('the simulated provider', inMemory, simulated)
providerSuite('the bank of our tests', inMemory, bank)
booksSuite('the bank of our tests', bank)
