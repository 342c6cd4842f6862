import type { AnyCode } from '@holdfast/contract'

/** What is known of a call that did not succeed, beside why. */
export interface CallFacts {
  /** The name of the operation. */
  readonly operation: string
  /** How often the request was sent. */
  readonly attempts: number
  /** What the intention was called: give it to the same call again and it happens once, whatever became of this. */
  readonly idempotencyKey: string | undefined
}

/** What is wrong with a request, and where; the same said of several places is one, with how many and some of them. */
export interface ToldFault {
  readonly path: string
  readonly message: string
  readonly count?: number
  readonly examples?: readonly string[]
}

/** What is read of a problem, whatever version wrote it. */
export interface ToldProblem {
  readonly code: AnyCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly requestId: string | undefined
  readonly seats: readonly string[]
  readonly errors: readonly ToldFault[]
  readonly bookingId: string | undefined
  readonly opensAt: string | undefined
  readonly scope: string | undefined
  readonly limit: number | undefined
  readonly holds: readonly string[]
}

/** What the answer says beside its body. */
export interface Told {
  /** From Retry-After; the same request is not worth sending before. */
  readonly retryAfterMs: number | undefined
  /** The URL that tells what became of it. */
  readonly location: string | undefined
}

/**
 * A refusal. Its `code` is one of the catalogue, and /docs/errors tells what to do about each; a newer service may
 * have more, so a `switch` needs a default, which goes by `status` and `retryable`. With `outcome_unknown` nothing was refused: nobody knows yet.
 */
export class HoldfastProblem extends Error {
  override readonly name = 'HoldfastProblem'
  readonly code: AnyCode
  readonly status: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  readonly requestId: string | undefined
  /** The seats that it is about. */
  readonly seats: readonly string[]
  /** What is wrong with the request, and where. */
  readonly errors: readonly ToldFault[]
  readonly bookingId: string | undefined
  /** When the sale starts, as ISO text. */
  readonly opensAt: string | undefined
  /** Whose limit was reached, of limits that several share. */
  readonly scope: string | undefined
  /** How much is allowed, of a refusal for a limit. */
  readonly limit: number | undefined
  /** The buyer's own holds that have some of the seats. */
  readonly holds: readonly string[]
  readonly retryAfterMs: number | undefined
  readonly location: string | undefined
  readonly call: CallFacts

  constructor(body: ToldProblem, told: Told, call: CallFacts) {
    super(`${body.code}: ${body.title}. ${body.detail}`)
    this.code = body.code
    this.status = body.status
    this.retryable = body.retryable
    this.requestId = body.requestId
    this.seats = body.seats
    this.errors = body.errors
    this.bookingId = body.bookingId
    this.opensAt = body.opensAt
    this.scope = body.scope
    this.limit = body.limit
    this.holds = body.holds
    this.retryAfterMs = told.retryAfterMs
    this.location = told.location
    this.call = call
  }
}

/**
 * Why there is no answer of the service: `not_sent`, so that nothing was done; `no_answer`, so that nobody knows; or
 * `unreadable_answer`, which something in between gave, or another version.
 */
export type FaultCause = 'not_sent' | 'no_answer' | 'unreadable_answer'

/**
 * No answer came that this client can read. Unless it was `not_sent`, the request may have been carried out all the same.
 */
export class HoldfastFault extends Error {
  override readonly name = 'HoldfastFault'
  readonly why: FaultCause
  /** The status of what was answered, if anything was. */
  readonly status: number | undefined
  readonly call: CallFacts

  constructor(
    {
      why,
      reason,
      status,
      cause,
    }: Pick<HoldfastFault, 'why' | 'status'> & { reason: string; cause?: unknown },
    call: CallFacts,
  ) {
    super(`${call.operation}: ${reason}`, { cause })
    this.why = why
    this.status = status
    this.call = call
  }
}
