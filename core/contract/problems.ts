import * as z from 'zod'
import { recentSignInSeconds } from './limits.ts'
import { gatherFaults, RequestFault } from './request-faults.ts'

/** What a caller is told about one kind of refusal. `advice` is sent as the problem's `detail`. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
  /** Whether the same request, sent again later and unchanged, may succeed. */
  readonly retryable: boolean
  readonly advice: string
}

const kind = (status: number, retryable: boolean, title: string, advice: string): ProblemKind => ({
  status,
  title,
  retryable,
  advice,
})

/** The whole catalogue of refusals. A code is for ever; titles and advice may be reworded. */
export const problems = {
  outcome_unknown: kind(
    202,
    true,
    'The outcome is not known yet',
    'Read the URL in Location until it tells, or send the same request with the same Idempotency-Key.',
  ),
  invalid_api_key: kind(
    401,
    false,
    'The app key is missing or not valid',
    'Send the key of your app in the x-api-key header.',
  ),
  invalid_token: kind(
    401,
    false,
    'The user token is missing or not valid',
    'Sign in again (POST /v1/auth/login or /v1/auth/guest) and send the token as Authorization: Bearer.',
  ),
  invalid_credentials: kind(
    401,
    false,
    'The e-mail or the password is wrong',
    'Check both (or the code) and try again, or sign up.',
  ),
  second_factor_required: kind(
    401,
    false,
    'The code of the second factor is missing or wrong',
    'The password is right. Sign in again with `code`, the 6 digits that the authenticator shows now; each is good once.',
  ),
  sign_in_again: kind(
    401,
    false,
    'This needs a recent sign-in',
    `Sign in again (POST /v1/admin/login) and repeat the request with that token: it is good for this for ${recentSignInSeconds / 60} minutes.`,
  ),
  invalid_signature: kind(
    401,
    false,
    'The signature of the webhook is missing or not valid',
    'Check the webhook secret of this account in the configuration of core.',
  ),
  payment_required: kind(
    402,
    false,
    'This event must be paid for',
    'Confirm again with payment.id of a payment that covers the total of the hold.',
  ),
  payment_declined: kind(
    402,
    false,
    'The payment was declined',
    'The seats stay yours until the hold expires: confirm again with another payment, or with this one once it is authorised.',
  ),
  origin_not_allowed: kind(
    403,
    false,
    'This origin may not use the key',
    'Add the exact origin of the page to the allowed origins of the app.',
  ),
  origin_required: kind(
    403,
    false,
    'A publishable key needs an Origin',
    'Call from a browser page, use a secret key on a server, or set allowNoOrigin for a native app.',
  ),
  secret_key_in_browser: kind(
    403,
    false,
    'A secret key was sent by a browser',
    'Use the publishable key in browsers, and rotate this secret key: it has been exposed.',
  ),
  forbidden: kind(
    403,
    false,
    'This key or user may not do that',
    'Use a key of the right kind or sign in as the owner.',
  ),
  user_deactivated: kind(
    403,
    false,
    'This account has been deactivated',
    'Ask the operator; signing in again does not help.',
  ),
  email_unverified: kind(
    403,
    false,
    'Nobody has proven that this address is theirs',
    'Have a code mailed (POST /v1/auth/codes) and set a password with it (POST /v1/auth/password/reset).',
  ),
  not_found: kind(
    404,
    false,
    'There is no such thing here',
    'Check the id; what belongs to another app or user answers the same.',
  ),
  method_not_allowed: kind(
    405,
    false,
    'This URL does not know the method',
    'Use one of the methods in the Allow header.',
  ),
  seats_unavailable: kind(
    409,
    false,
    'Some of the seats are taken',
    'None was held. Choose others for those listed in seats; with own, read or release those in holds, which are yours.',
  ),
  hold_expired: kind(409, false, 'The hold has expired', 'Hold the seats again.'),
  hold_lost: kind(
    409,
    false,
    'The hold was lost with its inventory',
    'Nothing was sold. Hold the seats again.',
  ),
  hold_released: kind(409, false, 'The hold was released', 'Hold the seats again.'),
  hold_confirmed: kind(409, false, 'The hold is already a booking', 'Read the booking in bookingId.'),
  confirm_in_progress: kind(
    409,
    true,
    'The hold is being confirmed',
    'Nothing was released. Read the hold until it is decided, or release it again.',
  ),
  in_progress: kind(
    409,
    true,
    'The first request with this key is still running',
    'Send the same request again after Retry-After.',
  ),
  cannot_extend: kind(
    409,
    false,
    'The hold cannot live longer',
    'Confirm it before it expires: the holdLifetimeMs of its event is over.',
  ),
  payment_already_used: kind(
    409,
    false,
    'The payment belongs to another hold',
    'Confirm with a payment of its own.',
  ),
  payment_pending: kind(
    409,
    true,
    'The payment is still on its way',
    'Send the same request again after Retry-After; it is decided soon.',
  ),
  order_not_possible: kind(
    409,
    false,
    'Nothing can be ordered for this hold',
    'It is free, its app takes payments by itself, or the provider does not take this sum.',
  ),
  buyer_limit: kind(
    409,
    false,
    'As many seats are booked as one buyer may have',
    'Nothing was booked, and the seats stay yours until the hold expires. Hold fewer, or cancel seats of this event first; from one address seats that cost nothing are booked again a day after the first.',
  ),
  cannot_cancel: kind(
    409,
    false,
    'These seats cannot be cancelled',
    'Read the booking: they are cancelled already, or its cancellation terms do not allow it now.',
  ),
  sale_closed: kind(409, false, 'The sale is closed', 'Nothing of this event is for sale now.'),
  sale_not_started: kind(
    409,
    true,
    'The sale has not started',
    'Hold from opensAt on; Retry-After counts the seconds until then.',
  ),
  guest_merged: kind(
    409,
    false,
    'The guest belongs to another account',
    'What a guest has goes to one account. Sign in with the one that has it.',
  ),
  email_taken: kind(409, false, 'There is an account with this e-mail', 'Sign in instead.'),
  no_account: kind(
    404,
    false,
    'There is no account with this e-mail',
    'Sign up with the same code (POST /v1/auth/signup).',
  ),
  body_too_large: kind(
    413,
    false,
    'The body is too large',
    'Send fewer bytes in one request; a plan or a list of seats can be sent in parts.',
  ),
  unsupported_encoding: kind(
    415,
    false,
    'The body is coded in a way that is not read here',
    'Send it as it is, or with Content-Encoding: gzip.',
  ),
  invalid_request: kind(
    422,
    false,
    'The request is not valid',
    'Mend what errors lists: each fault once, with how many places have it.',
  ),
  unknown_seat: kind(422, false, 'The event has no such seat', 'Take seat ids from the chart of the event.'),
  idempotency_key_reused: kind(
    422,
    false,
    'The Idempotency-Key was used for another request',
    'Use a new key for every new intention.',
  ),
  rate_limited: kind(429, true, 'Too many requests', 'Wait for Retry-After seconds.'),
  bot_detected: kind(429, false, 'The request looks automated', 'Use a secret key for servers and tools.'),
  too_many_holds: kind(
    429,
    true,
    'Too many seats held at once',
    'Release or confirm what you hold, or try again after Retry-After seconds. `scope` says who holds them: you (the event’s seatsHeldPerOwner is the most), your address, or its network.',
  ),
  holding_too_fast: kind(
    429,
    true,
    'Too many holds of this event in a minute',
    'What you hold stays yours. Hold more after Retry-After seconds; the event’s holdsPerMinute is the most.',
  ),
  cooling_down: kind(
    429,
    true,
    'Too many holds ran out without a booking',
    'Hold again after Retry-After seconds; release what you do not want before it runs out. The event’s lapsedHoldsPerOwner is the most, its coolDownMs the pause.',
  ),
  internal_error: kind(
    500,
    true,
    'Something went wrong here',
    'Send the same request with the same Idempotency-Key; quote requestId if it stays.',
  ),
  event_not_ready: kind(
    503,
    true,
    'The inventory is being built',
    'Send the same request again after Retry-After.',
  ),
  mail_not_configured: kind(
    503,
    false,
    'This service sends no mail',
    'Ask the operator to configure it (SMTP_URL at core), or buy as a guest.',
  ),
  overloaded: kind(503, true, 'Too much is going on', 'Send the same request again after Retry-After.'),
  dependency_unavailable: kind(
    503,
    true,
    'A part of the service does not answer',
    'Send the same request with the same Idempotency-Key after Retry-After.',
  ),
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problems

/** A code of this catalogue or of another version's: whoever decides by codes needs an answer for those too. */
export type AnyCode = ProblemCode | (string & Record<never, never>)

/** Whether this version knows the code. */
export const isCatalogued = (code: AnyCode): code is ProblemCode => Object.hasOwn(problems, code)

/** Who holds too much: the buyer, their client address, or the network that it is of. */
export const LimitScope = z.enum(['owner', 'address', 'network'])
export type LimitScope = z.infer<typeof LimitScope>

/** What a code adds to its problem. Never a message of a library, a stack or a key. */
export interface ProblemExtras {
  readonly seats?: readonly string[]
  readonly errors?: readonly RequestFault[]
  readonly bookingId?: string
  /** When the sale starts, as ISO text. */
  readonly opensAt?: string
  /** Whose limit was reached. */
  readonly scope?: LimitScope
  /** How much is allowed, in what the code is about: bytes, seats, holds. */
  readonly limit?: number
  /** Some of the seats are held by the very buyer who wants them, and by which holds. */
  readonly own?: true
  readonly holds?: readonly string[]
}

/** An RFC 9457 problem as it is on the wire. */
export const ProblemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  retryable: z.boolean(),
  requestId: z.string().optional(),
  seats: z.array(z.string()).optional(),
  errors: z.array(RequestFault).optional(),
  bookingId: z.string().optional(),
  opensAt: z.iso.datetime().optional(),
  scope: LimitScope.optional(),
  limit: z.int().optional(),
  own: z.literal(true).optional(),
  holds: z.array(z.string()).optional(),
})
export type ProblemBody = z.infer<typeof ProblemBody>

/** What a problem's `type` is: the place of its code in the reference, in every version. */
export const problemTypeOf = (code: AnyCode): string => `/docs/errors#${code}`

/** Builds the body of a refusal. */
export const problemBody = (code: ProblemCode, extras: ProblemExtras = {}, requestId?: string): ProblemBody =>
  bodyWith(code, problems[code], extras, requestId)

/** What to do, and within which limit. */
const detailOf = (advice: string, { limit }: ProblemExtras): string => {
  const told = ` The limit is ${limit}.`
  return limit === undefined || advice.endsWith(told) ? advice : advice + told
}

const bodyWith = <Code extends AnyCode>(
  code: Code,
  { status, title, advice, retryable }: ProblemKind,
  extras: ProblemExtras,
  requestId: string | undefined,
) => ({
  ...{ type: problemTypeOf(code), title, status, detail: detailOf(advice, extras), code, retryable },
  ...(extras.seats && { seats: [...extras.seats] }),
  ...(extras.errors && { errors: gatherFaults(extras.errors) }),
  ...(extras.bookingId && { bookingId: extras.bookingId }),
  ...(extras.opensAt && { opensAt: extras.opensAt }),
  ...(extras.scope && { scope: extras.scope }),
  ...(extras.limit !== undefined && { limit: extras.limit }),
  ...(extras.own && { own: extras.own }),
  ...(extras.holds && { holds: [...extras.holds] }),
  ...(requestId && { requestId }),
})

/** The refusal with another way out than the catalogue's, where that depends on who asks. */
export const problemWith = (
  code: ProblemCode,
  advice: string = problems[code].advice,
  extras: ProblemExtras = {},
): Problem => new Problem({ code, ...problems[code], advice }, extras)

/** A kind of refusal and its code. */
export interface NamedKind extends ProblemKind {
  readonly code: AnyCode
}

/** A refusal on its way to the door, where it becomes a problem response. */
export class Problem extends Error {
  readonly code: AnyCode
  /** Of a code that is not catalogued here, what the version that has it says. */
  readonly kind: ProblemKind
  readonly extras: ProblemExtras
  /** Sent as Retry-After, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(of: ProblemCode | NamedKind, extras: ProblemExtras = {}, retryAfterSeconds?: number) {
    const { code, ...kind } = typeof of === 'string' ? { code: of, ...problems[of] } : of
    super(code)
    this.name = 'Problem'
    this.code = code
    this.kind = kind
    this.extras = extras.errors ? { ...extras, errors: gatherFaults(extras.errors) } : extras
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Its body as it is on the wire. */
  body(requestId?: string) {
    return bodyWith(this.code, this.kind, this.extras, requestId)
  }
}
