import {
  headers,
  isCatalogued,
  type Platform,
  type Problem,
  type ProblemCode,
  type RequestFault,
} from '@holdfast/contract'
import { jsonText, noStore } from '../../answers.ts'
import type { RefusalShape } from '../../refusals.ts'

/** Every code that the envelope can carry, with its status. */
const statuses = {
  VALIDATION_ERROR: 400,
  AUTHENTICATION_ERROR: 401,
  AUTHORIZATION_ERROR: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  SEAT_LOCK_ERROR: 409,
  PAYMENT_ERROR: 402,
  // The predecessor had no words for these.
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMIT_ERROR: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const
export type EnvelopeCode = keyof typeof statuses

/** What each refusal of ours is called here. */
const codes = {
  // Its clients know no 202. The same request again has the same key, so it finds out.
  outcome_unknown: 'SERVICE_UNAVAILABLE',
  invalid_api_key: 'AUTHENTICATION_ERROR',
  invalid_token: 'AUTHENTICATION_ERROR',
  invalid_credentials: 'AUTHENTICATION_ERROR',
  second_factor_required: 'AUTHENTICATION_ERROR',
  sign_in_again: 'AUTHENTICATION_ERROR',
  invalid_signature: 'AUTHENTICATION_ERROR',
  payment_required: 'PAYMENT_ERROR',
  payment_declined: 'PAYMENT_ERROR',
  origin_not_allowed: 'AUTHORIZATION_ERROR',
  origin_required: 'AUTHORIZATION_ERROR',
  secret_key_in_browser: 'AUTHORIZATION_ERROR',
  forbidden: 'AUTHORIZATION_ERROR',
  user_deactivated: 'AUTHORIZATION_ERROR',
  email_unverified: 'AUTHORIZATION_ERROR',
  not_found: 'NOT_FOUND',
  unknown_seat: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_ALLOWED',
  seats_unavailable: 'CONFLICT',
  hold_expired: 'CONFLICT',
  hold_lost: 'CONFLICT',
  hold_released: 'CONFLICT',
  hold_confirmed: 'CONFLICT',
  confirm_in_progress: 'CONFLICT',
  in_progress: 'CONFLICT',
  cannot_extend: 'CONFLICT',
  payment_already_used: 'CONFLICT',
  payment_pending: 'CONFLICT',
  order_not_possible: 'CONFLICT',
  buyer_limit: 'CONFLICT',
  cannot_cancel: 'CONFLICT',
  sale_closed: 'CONFLICT',
  sale_not_started: 'CONFLICT',
  guest_merged: 'CONFLICT',
  email_taken: 'CONFLICT',
  no_account: 'NOT_FOUND',
  idempotency_key_reused: 'CONFLICT',
  body_too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_encoding: 'VALIDATION_ERROR',
  invalid_request: 'VALIDATION_ERROR',
  rate_limited: 'RATE_LIMIT_ERROR',
  bot_detected: 'RATE_LIMIT_ERROR',
  too_many_holds: 'RATE_LIMIT_ERROR',
  holding_too_fast: 'RATE_LIMIT_ERROR',
  cooling_down: 'RATE_LIMIT_ERROR',
  internal_error: 'INTERNAL_ERROR',
  event_not_ready: 'SERVICE_UNAVAILABLE',
  overloaded: 'SERVICE_UNAVAILABLE',
  dependency_unavailable: 'SERVICE_UNAVAILABLE',
  mail_not_configured: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<ProblemCode, EnvelopeCode>

/** What a status is called here that comes with a code of another version. */
const codesOfStatus: ReadonlyMap<number, EnvelopeCode> = new Map([
  [202, 'SERVICE_UNAVAILABLE'],
  [401, 'AUTHENTICATION_ERROR'],
  [402, 'PAYMENT_ERROR'],
  [403, 'AUTHORIZATION_ERROR'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [409, 'CONFLICT'],
  [410, 'NOT_FOUND'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [429, 'RATE_LIMIT_ERROR'],
  [500, 'INTERNAL_ERROR'],
])

const codeOf = ({ code, kind: { status } }: Problem): EnvelopeCode => {
  if (isCatalogued(code)) return codes[code]
  return codesOfStatus.get(status) ?? (status < 500 ? 'VALIDATION_ERROR' : 'SERVICE_UNAVAILABLE')
}

/** A refusal in the envelope; `details` say what a program may want to know. */
interface Failure {
  readonly code: EnvelopeCode
  readonly message: string
  readonly details: object
  readonly timestamp: string
  readonly retryAfterSeconds?: number | undefined
}

function failure({ code, message, details, timestamp, retryAfterSeconds }: Failure): Response {
  const body = { success: false, error: { code, message, details }, timestamp }
  return new Response(JSON.stringify(body), {
    status: statuses[code],
    headers: {
      'content-type': 'application/json',
      ...noStore,
      ...(retryAfterSeconds !== undefined && { [headers.retryAfter]: String(retryAfterSeconds) }),
    },
  })
}

const faultLine = ({ path, message, count = 1 }: RequestFault): string =>
  `${path ? `${path}: ` : ''}${message}${path && count > 1 ? ` (${count} times)` : ''}`

/** What went wrong, in a sentence: of a request that is not valid, where; of a limit, how much it is. */
const messageOf = ({ kind, extras: { errors, limit } }: Problem): string => {
  const where = errors?.map(faultLine).join('; ')
  return where || (limit === undefined ? kind.title : `${kind.title}: the limit is ${limit}`)
}

/** What is said in the envelope, by the clock of this edge. */
export function createEnvelope(platform: Pick<Platform, 'now'>) {
  const timestamp = () => new Date(platform.now()).toISOString()

  const refusal: RefusalShape = (problem, requestId) =>
    failure({
      code: codeOf(problem),
      message: messageOf(problem),
      details: { ...problem.extras, reason: problem.code, requestId },
      timestamp: timestamp(),
      retryAfterSeconds: problem.retryAfterSeconds,
    })

  /** What is said when all went well, around data that is JSON already. */
  const around = (data: string, message: string): string =>
    `{"success":true,"message":${JSON.stringify(message)},"data":${data},"timestamp":${JSON.stringify(timestamp())}}`

  return {
    refusal,

    /** The answer when all went well. */
    done: (data: unknown, message: string, status: 200 | 201 = 200): Response =>
      jsonText(around(JSON.stringify(data), message), status, noStore),

    /** The same of data that was written down before. */
    told: (data: string, message: string): Response => jsonText(around(data, message), 200, noStore),

    /** Somebody else holds the seat, for so long. */
    locked: (seatId: string, expiresInSeconds: number): Response =>
      failure({
        code: 'SEAT_LOCK_ERROR',
        message: 'Somebody else is booking this seat',
        details: { seatId, expiresIn: expiresInSeconds },
        timestamp: timestamp(),
      }),
  }
}

/** How the routes of this API answer. */
export type Envelope = ReturnType<typeof createEnvelope>
