import type { AppId, BookingId, EventId, GrantId, PaymentId } from '@holdfast/contract'

/** The account of a provider that a payment is made to, as core's configuration names it. */
export const defaultAccount = 'default'

/** A payment as its provider knows it. `amount` is in minor units of ISO 4217; adapters speak the provider's own. */
export interface Charge {
  /** Of what was ordered, the order's: one order carries one payment that counts. Else the id that the client named. */
  readonly paymentId: PaymentId
  readonly amount: number
  readonly currency: string
}

/** What is to be paid for. `reference` is ours, one for each grant, at most 40 characters; it makes repeats one order. */
export interface OrderRequest {
  readonly reference: string
  readonly appId: AppId
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly amount: number
  readonly currency: string
}

/** What a buyer's page needs to pay an order with the provider's own form. Neither is a secret of the account. */
export interface Checkout {
  readonly keyId?: string
  readonly clientSecret?: string
}

export type OrderReply =
  | { readonly word: 'made'; readonly paymentId: PaymentId; readonly checkout: Checkout }
  /** For good, e.g. an amount below the provider's least. */
  | { readonly word: 'refused' }
  | { readonly word: 'unknown' }

/**
 * Where a payment stands: nobody has paid yet; the last attempt failed, and another may follow; on its way; reserved;
 * here; given back or ended before it was taken.
 */
export type ProviderState = 'open' | 'declined' | 'pending' | 'authorised' | 'captured' | 'voided'

/** What the provider says of a payment, whatever it was asked for: the caller compares the sum and the reference. */
export interface Seen {
  readonly word: 'seen'
  readonly state: ProviderState
  readonly amount: number
  readonly currency: string
  /**
   * The order's `reference`: empty when somebody else ordered it, null where the provider keeps none or does not tell.
   */
  readonly reference: string | null
}
export type Sight = Seen | { readonly word: 'absent' } | { readonly word: 'unknown' }

export type Capture = 'captured' | 'refused' | 'unknown'
/** `captured`: too late, the money was taken. */
export type Voiding = 'voided' | 'captured' | 'unknown'
/** `pending`: accepted, and told by an event or by asking again with the same reference. */
export type Refunding = 'done' | 'pending' | 'refused' | 'unknown'

/** What a provider tells by itself. Its order and number of deliveries mean nothing; `eventId` is the same each time. */
export interface ProviderEvent {
  readonly eventId: string
  readonly paymentId: PaymentId
  readonly fact:
    | { readonly kind: 'payment'; readonly seen: Seen }
    | {
        readonly kind: 'refund'
        /** Ours; null when somebody made the refund at the provider. */
        readonly reference: string | null
        readonly providerRefund: string
        readonly amount: number
        readonly currency: string
        readonly state: 'done' | 'failed'
      }
}

export type EventReading =
  | { readonly word: 'event'; readonly event: ProviderEvent }
  /** Rightly signed, and nothing to us. */
  | { readonly word: 'ignored' }
  | { readonly word: 'bad_signature' }

/**
 * One account of a payment provider.
 *
 * Every call is safe to repeat: the provider knows an order by its reference, a capture by the booking and a refund by
 * its reference. A fault, a missed deadline or an unreadable answer is the word `unknown`, never an exception and never
 * a refusal. Calls may run at once from anywhere. Budgets are milliseconds.
 */
export interface Provider {
  /**
   * Whoever names a payment has one, ordered or not: only where no money moves. Elsewhere several apps, and strangers to
   * them all, are paid at one account, so that a payment is an app's by its order alone.
   */
  readonly takesUnordered?: true
  /** Absent where nothing is ordered first: the client names a payment. */
  order?(request: OrderRequest, budgetMs: number): Promise<OrderReply>
  /**
   * The payment that a client means by what the provider gave its page, e.g. Razorpay's payment, order and signature.
   * Null: this cannot be, or the signature is wrong. Asks the provider only where the words do not tell.
   */
  identify(claim: PaymentWords, budgetMs: number): Promise<PaymentId | 'unknown' | null>
  look(charge: Charge, budgetMs: number): Promise<Sight>
  /** Takes reserved money for a booking that is committed. */
  capture(charge: Charge, bookingId: BookingId, budgetMs: number): Promise<Capture>
  /** Lets reserved money go. What the provider lets go by itself when it is not captured counts as voided. */
  void(charge: Charge, budgetMs: number): Promise<Voiding>
  /** Gives `amount` of captured money back. */
  refund(charge: Charge, refund: RefundRequest, budgetMs: number): Promise<Refunding>
  /** Reads a webhook: the signature over the raw bytes first. Absent where there are none. */
  readEvent?(raw: Uint8Array, header: (name: string) => string | undefined): Promise<EventReading>
}

/** `reference` is ours: sent again it is the same refund. */
export interface RefundRequest {
  readonly reference: string
  readonly amount: number
}

/** What a client says of its payment. */
export interface PaymentWords {
  readonly id: PaymentId
  readonly order?: string | undefined
  readonly signature?: string | undefined
}

/** The accounts that core has, by provider and name. Null: there is none of that name. */
export type FindProvider = (provider: string, account: string) => Provider | null
