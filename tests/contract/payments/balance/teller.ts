import { type PaymentClaim, PaymentId, type Platform } from '@holdfast/contract'
import type { Provider, ProviderEvent } from '@holdfast/core/src/payments/provider.ts'
import type { ProviderTools } from '@holdfast/core/src/payments/provider-call.ts'
import { razorpayProvider } from '@holdfast/core/src/payments/razorpay.ts'
import { stripeProvider } from '@holdfast/core/src/payments/stripe.ts'
import { base64url } from 'jose'
import { createBank, type Fault } from '../../../support/bank.ts'
import type { Delivery, Entry, Outcome, ProviderFake, Verb } from '../../../support/provider-fake.ts'
import { startFakeRazorpay } from '../../../support/razorpay/index.ts'
import { startFakeStripe } from '../../../support/stripe/index.ts'

/** A webhook as it comes in. */
export interface Told {
  readonly headers: Record<string, string>
  readonly body: string
}

/** A provider, and what buyers and operators do there without core. */
export interface Teller {
  readonly provider: Provider
  /** What core is configured with to reach it over HTTP, where it does. */
  readonly account?: object
  /** What an app calls it. */
  readonly name: 'stripe' | 'razorpay' | 'simulated'
  /** Whether payments are ordered; else a client names them. */
  readonly isOrdered: boolean
  /** Whether it lets reserved money go by itself only, some day. */
  readonly isVoidedInTime: boolean
  /** Somebody pays, or tries to, where that can still be done. */
  pay(id: PaymentId, outcome: Outcome, amount: number): void
  /** What it gave the page of whoever paid. */
  wordsOf(id: PaymentId): PaymentClaim
  refuseCapture(id: PaymentId): void
  fail(verb: Verb, fault: Fault, id: PaymentId): void
  heal(): void
  /** What is on its way for too long comes to nothing. */
  endPending(): void
  /** What it tells of a payment: as it is now, or as it was at first. */
  tell(id: PaymentId, which: 'first' | 'newest'): Told | null
  /** Gives money back by hand, and says what it tells of that. */
  refundByHand(id: PaymentId, amount: number): readonly Told[]
  /** What was taken, given back and reserved of each payment, in minor units. */
  books(): ReadonlyMap<string, Entry>
  close(): Promise<void>
}

/** Opens a provider that lives by this clock. */
export type OpenTeller = (platform: Platform) => Promise<Teller>

/** The bank, whose payments are ordered, or named by whoever has paid them. */
export const bankTeller =
  (name: 'stripe' | 'simulated'): OpenTeller =>
  async () => {
    const bank = createBank()
    const first = new Map<PaymentId, ProviderEvent>()
    const toldOf = (event: ProviderEvent): Told => ({
      headers: {},
      body: base64url.encode(new TextEncoder().encode(JSON.stringify({ event }))),
    })
    return {
      provider: bank.provider,
      name,
      isOrdered: name === 'stripe',
      isVoidedInTime: false,
      pay(id, outcome, amount) {
        const isVoided = bank.ids().includes(id) && bank.stateOf(id) === 'voided'
        // What comes all the same when it was let go is here for good, or not at all.
        if (isVoided && outcome !== 'captured') return
        bank.pay(id, outcome, { amount })
        if (!first.has(id)) first.set(id, bank.event(id))
      },
      wordsOf: (id) => ({ id }),
      refuseCapture: bank.refuseCapture,
      fail: bank.fail,
      heal: bank.heal,
      endPending: () => {},
      tell(id, which) {
        if (!first.has(id)) return null
        return toldOf((which === 'first' && first.get(id)) || bank.event(id))
      },
      refundByHand(id, amount) {
        const tell = bank.refundByHand(id, amount)
        return [toldOf(tell()), toldOf(tell())]
      },
      books: () => new Map(bank.ids().map((id) => [id, bank.bookOf(id)])),
      close: async () => {},
    }
  }

type Adapter<Account> = (
  name: string,
  account: Account,
  tools: ProviderTools & { platform: Platform },
) => Provider

/** An HTTP fake of a provider, behind the adapter that is made for the real one. */
const fakeTeller =
  <Account>(
    name: 'stripe' | 'razorpay',
    start: (options: { nowMs: () => number }) => Promise<ProviderFake<Account>>,
    adapter: Adapter<Account>,
  ): OpenTeller =>
  async (platform) => {
    const fake = await start({ nowMs: platform.now })
    const words = new Map<PaymentId, PaymentClaim>()
    const pending = new Set<PaymentId>()
    const toldOf = ({ headers, body }: Delivery): Told => ({ headers, body: base64url.encode(body) })
    const about = (id: PaymentId) =>
      fake.webhooks.filter(({ body }) => new TextDecoder().decode(body).includes(`"${id}"`))
    const canBePaid = (id: PaymentId) => {
      const entry = fake.books().get(id)
      const isFree = entry !== undefined && entry.captured === 0 && entry.reserved === 0
      return isFree && about(id).every(({ event }) => event !== 'payment_intent.canceled')
    }
    return {
      provider: adapter('default', fake.account, { fetch, platform, log: () => {} }),
      account: fake.account as object,
      name,
      isOrdered: true,
      isVoidedInTime: name === 'razorpay',
      pay(id, outcome) {
        if (!canBePaid(id)) return
        if (pending.has(id) && outcome !== 'pending') {
          pending.delete(id)
          return fake.settlePending(id, outcome)
        }
        if (outcome === 'pending') pending.add(id)
        const { order, ...given } = fake.pay(id, outcome)
        words.set(id, { ...given, ...(order && { order: PaymentId.parse(order) }) })
      },
      wordsOf: (id) => words.get(id) ?? { id },
      refuseCapture: fake.refuseCapture,
      fail: (verb, kind) => {
        fake.faults.push({ verb, kind })
      },
      heal: () => {
        fake.faults.length = 0
      },
      endPending() {
        for (const id of pending) fake.settlePending(id, 'declined')
        pending.clear()
      },
      tell(id, which) {
        const told = about(id)
        const one = which === 'first' ? told[0] : told.at(-1)
        return one ? toldOf(one) : null
      },
      refundByHand(id, amount) {
        const before = fake.webhooks.length
        fake.refundByHand(id, amount)
        return fake.webhooks.slice(before).map(toldOf)
      },
      books: fake.books,
      close: fake.stop,
    }
  }

export const stripeTeller = fakeTeller('stripe', startFakeStripe, stripeProvider)
export const razorpayTeller = fakeTeller('razorpay', startFakeRazorpay, razorpayProvider)
