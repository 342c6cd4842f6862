import * as z from 'zod'

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
    'Check both and sign in again, or sign up.',
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
    'The seats stay yours until the hold expires: confirm again with another payment.',
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
    'None was held. Choose others for those listed in seats.',
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
  confirm_in_progress: kind(409, true, 'The hold is being confirmed', 'Read the hold until it is decided.'),
  in_progress: kind(
    409,
    true,
    'The first request with this key is still running',
    'Send the same request again after Retry-After.',
  ),
  cannot_extend: kind(409, false, 'The hold cannot live longer', 'Confirm it before it expires.'),
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
  email_taken: kind(409, false, 'There is an account with this e-mail', 'Sign in instead.'),
  body_too_large: kind(413, false, 'The body is too large', 'Send less in one request.'),
  invalid_request: kind(422, false, 'The request is not valid', 'Mend what errors lists.'),
  unknown_seat: kind(422, false, 'The event has no such seat', 'Take seat ids from the chart of the event.'),
  idempotency_key_reused: kind(
    422,
    false,
    'The Idempotency-Key was used for another request',
    'Use a new key for every new intention.',
  ),
  rate_limited: kind(429, true, 'Too many requests', 'Wait for Retry-After seconds.'),
  bot_detected: kind(429, false, 'The request looks automated', 'Use a secret key for servers and tools.'),
  too_many_holds: kind(429, true, 'Too many seats held at once', 'Release or confirm what you hold first.'),
  holding_too_fast: kind(
    429,
    true,
    'Too many holds of this event in a minute',
    'What you hold stays yours. Hold more after Retry-After seconds.',
  ),
  cooling_down: kind(
    429,
    true,
    'Too many holds ran out without a booking',
    'Hold again after Retry-After seconds; release what you do not want before it runs out.',
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
    'Ask the operator to configure it (SMTP_URL at core), or sign up without a code.',
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

/** What a code adds to its problem. Never a message of a library, a stack or a key. */
export interface ProblemExtras {
  readonly seats?: readonly string[]
  readonly errors?: readonly { path: string; message: string }[]
  readonly bookingId?: string
  /** When the sale starts, as ISO text. */
  readonly opensAt?: string
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
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  bookingId: z.string().optional(),
  opensAt: z.iso.datetime().optional(),
})
export type ProblemBody = z.infer<typeof ProblemBody>

/** What a problem's `type` is: the place of its code in the reference, in every version. */
export const problemTypeOf = (code: AnyCode): string => `/docs/errors#${code}`

/** Builds the body of a refusal. */
export const problemBody = (code: ProblemCode, extras: ProblemExtras = {}, requestId?: string): ProblemBody =>
  bodyWith(code, problems[code], extras, requestId)

const bodyWith = <Code extends AnyCode>(
  code: Code,
  { status, title, advice, retryable }: ProblemKind,
  extras: ProblemExtras,
  requestId: string | undefined,
) => ({
  ...{ type: problemTypeOf(code), title, status, detail: advice, code, retryable },
  ...(extras.seats && { seats: [...extras.seats] }),
  ...(extras.errors && { errors: [...extras.errors] }),
  ...(extras.bookingId && { bookingId: extras.bookingId }),
  ...(extras.opensAt && { opensAt: extras.opensAt }),
  ...(requestId && { requestId }),
})

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
    this.extras = extras
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Its body as it is on the wire. */
  body(requestId?: string) {
    return bodyWith(this.code, this.kind, this.extras, requestId)
  }
}
