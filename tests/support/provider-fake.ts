import type { PaymentWords } from '../../core/src/payments/provider.ts'

/** What a provider is asked for, in the words of our port. */
export type Verb = 'order' | 'look' | 'capture' | 'void' | 'refund'

/**
 * What goes wrong with a call: it does not arrive; it is done, and its answer is lost, never comes, or is no answer;
 * the provider fails before it has done anything.
 */
export type FaultKind = 'lost' | 'unanswered' | 'slow' | 'garbage' | 'error_500'
export interface Fault {
  readonly verb: Verb
  readonly kind: FaultKind
}

/** How an attempt to pay goes. A pending one is settled by hand. */
export type Outcome = 'authorised' | 'captured' | 'pending' | 'declined'

/** One delivery of a webhook, signed when it is read: a provider signs each time that it delivers. */
export interface Delivery {
  readonly event: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** The books of one payment, in the units that the provider counts in. */
export interface Entry {
  readonly captured: number
  readonly refunded: number
  readonly reserved: number
}

/** A payment provider on this machine that answers as its documentation says, and keeps books. */
export interface ProviderFake<Account> {
  /** What core is configured with to use it. */
  readonly account: Account
  /** A buyer attempts to pay an order on a page. Returns what the provider gives the page. */
  pay(paymentId: string, outcome: Outcome): PaymentWords
  settlePending(paymentId: string, outcome: Exclude<Outcome, 'pending'>): void
  /** Somebody else's order at the same account, made without us. */
  orderByHand(order: { readonly amount: number; readonly currency: string }): string
  /** From now on this payment cannot be taken. */
  refuseCapture(paymentId: string): void
  /** What is reserved is let go by the provider itself, since nobody took it in time. */
  lapse(paymentId: string): void
  /** Somebody takes what is reserved at the provider's dashboard. */
  captureByHand(paymentId: string): void
  /** Somebody gives money back at the provider's dashboard. */
  refundByHand(paymentId: string, amount: number): void
  /** Whether refunds are accepted only, and come through when they are settled. */
  delayRefunds(are: boolean): void
  /** Whether there is no money at the provider to give back. */
  emptyBalance(is: boolean): void
  settleRefunds(outcome: 'done' | 'failed'): void
  /** Each is met by the next call of its verb. Where a provider has no call for a verb, a look stands for it. */
  readonly faults: Fault[]
  /** What was asked, with the id in its path. */
  readonly calls: string[]
  /** What the provider has to tell, oldest first. Deliver them in any order, as often as you like. */
  readonly webhooks: Delivery[]
  books(): ReadonlyMap<string, Entry>
  /** @throws when it was asked for what it does not have */
  stop(): Promise<void>
}

/** All the books together. */
export function sumOf(books: ReadonlyMap<string, Entry>): Entry {
  const sum = { captured: 0, refunded: 0, reserved: 0 }
  for (const { captured, refunded, reserved } of books.values()) {
    sum.captured += captured
    sum.refunded += refunded
    sum.reserved += reserved
  }
  return sum
}

/** Delivers a webhook over HTTP, as the provider does. */
export const deliver = (url: string, { body, headers }: Delivery): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Random letters and digits, as providers make their ids of. */
export const letters = (count: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => base62.charAt(byte % 62)).join('')

/** Random digits of secrets: nothing in them looks like a sample's. */
export const secretDigits = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

type Accounts = Readonly<Record<string, ProviderFake<{ readonly webhookSecrets: readonly string[] }>>>

/** What core's environment says of accounts, by their names. */
export const accountsText = (accounts: Accounts): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(accounts).map(([name, { account }]) => {
        const { webhookSecrets: webhookSecret, ...keys } = account
        return [name, { ...keys, webhookSecret }]
      }),
    ),
  )
