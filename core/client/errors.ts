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

/** What is read of a problem, whatever version wrote it. */
export interface ToldProblem {
  readonly code: AnyCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly requestId: string | undefined
  readonly seats: readonly string[]
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  readonly bookingId: string | undefined
  readonly opensAt: string | undefined
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
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  readonly bookingId: string | undefined
  /** When the sale starts, as ISO text. */
  readonly opensAt: string | undefined
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
    this.retryAfterMs = told.retryAfterMs
    this.location = told.location
    this.call = call
  }
}

/**
 * No answer came that this client can read: the network failed, time ran out, or something in between answered.
 * The request may have been carried out all the same.
 */
export class HoldfastFault extends Error {
  override readonly name = 'HoldfastFault'
  /** The status of what was answered, if anything was. */
  readonly status: number | undefined
  readonly call: CallFacts

  constructor(reason: string, status: number | undefined, call: CallFacts, cause?: unknown) {
    super(`${call.operation}: ${reason}`, { cause })
    this.status = status
    this.call = call
  }
}
