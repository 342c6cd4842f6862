import { AppId, BookingId, EventId, GrantId, type Platform, systemPlatform } from '@holdfast/contract'
import { afterAll, beforeAll } from 'vitest'
import type { Charge, OrderRequest, PaymentWords, Provider } from '../../../core/src/payments/provider.ts'
import type { ProviderTools } from '../../../core/src/payments/provider-call.ts'
import type { Entry, Outcome, ProviderFake } from '../../support/provider-fake.ts'

export const budgetMs = 5_000
export const booking = BookingId.parse('BK-20261123-7K2M9Q')

/** A sum as we count it. */
export interface Sum {
  readonly amount: number
  readonly currency: string
}
export const fortyFiveEuros: Sum = { amount: 4500, currency: 'EUR' }

let next = 1
/** What is ordered for a hold of its own. */
export const requestOf = ({ amount, currency }: Sum = fortyFiveEuros): OrderRequest => ({
  reference: `hf_${String(next++).padStart(22, '0')}`,
  appId: AppId.parse('app_test'),
  eventId: EventId.parse('theatre'),
  grantId: GrantId.parse('hold_0123456789012345678901.1.1'),
  amount,
  currency,
})

/** A payment that a buyer has attempted, and what the page has in its hands. */
export interface Paid {
  readonly charge: Charge
  readonly words: PaymentWords
}

/** A provider, and what happens there without us. */
export interface Bench {
  readonly provider: Provider
  pay(outcome: Outcome | 'open', sum?: Sum): Promise<Paid>
  /** A payment that cannot be taken, although it is reserved. */
  payInVain(): Promise<Paid>
  close(): Promise<void>
}

/** A provider that remembers what was done, and keeps books. */
export interface BookedBench extends Bench {
  bookOf(charge: Charge): Entry
}

/** Orders a payment, or fails the test. */
export async function orderAt(provider: Provider, sum: Sum = fortyFiveEuros): Promise<Charge> {
  const reply = await provider.order?.(requestOf(sum), budgetMs)
  if (reply?.word !== 'made') throw new Error(`no order was made: ${reply?.word}`)
  return { paymentId: reply.paymentId, ...sum }
}

/** An adapter of ours that speaks to a fake over HTTP. */
export interface WireBench<Account = unknown> extends BookedBench {
  readonly fake: ProviderFake<Account>
  /** What our log says. */
  readonly log: object[]
  /** The budgets that were set for calls of the provider, in ms. */
  readonly budgets: number[]
  /** The same account with other settings, or on another clock. */
  adapter(settings?: Partial<Account>, platform?: Partial<Platform>): Provider
}

/** Opens an adapter on its fake. */
export function wireBench<Account extends object>(
  fake: ProviderFake<Account>,
  adapterOf: (name: string, account: Account, tools: ProviderTools) => Provider,
): WireBench<Account> {
  const log: object[] = []
  const budgets: number[] = []
  const adapter = (settings: Partial<Account> = {}, more: Partial<Platform> = {}) => {
    const deadline = (ms: number) => {
      budgets.push(ms)
      return (more.deadline ?? systemPlatform.deadline)(ms)
    }
    const platform = { ...systemPlatform, ...more, deadline }
    return adapterOf(
      'default',
      { ...fake.account, ...settings },
      { fetch, platform, log: (line) => log.push(line) },
    )
  }
  const provider = adapter()
  const pay = async (outcome: Outcome | 'open', sum = fortyFiveEuros): Promise<Paid> => {
    const charge = await orderAt(provider, sum)
    const words = outcome === 'open' ? { id: charge.paymentId } : fake.pay(charge.paymentId, outcome)
    return { charge, words }
  }
  return {
    provider,
    fake,
    log,
    budgets,
    adapter,
    pay,
    async payInVain() {
      const paid = await pay('authorised')
      fake.refuseCapture(paid.charge.paymentId)
      return paid
    },
    bookOf({ paymentId }) {
      const entry = fake.books().get(paymentId)
      if (!entry) throw new Error(`no book of ${paymentId}`)
      return entry
    },
    close: () => fake.stop(),
  }
}

/** Gives the tests of the enclosing suite one bench, which is there while they run. */
export function useBench<Kind extends Bench>(open: () => Promise<Kind>): () => Kind {
  let bench: Kind | undefined
  beforeAll(async () => {
    bench = await open()
  })
  afterAll(() => bench?.close())
  return () => {
    if (!bench) throw new Error('the bench is there only while tests run')
    return bench
  }
}
