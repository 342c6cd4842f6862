import { headers, isCatalogued, type Problem, type ProblemCode } from '@holdfast/contract'
import { noStore } from '../answers.ts'

/** Where TicketS lives, whether it is served or not. */
export const ticketsPaths = /^\/api(\/|$)/

/** Where its pages sign people in: of a refusal there they show the field `error`, whatever it is. */
export const ticketsAuthPaths = /^\/api\/auth(\/|$)/

/**
 * How TicketS says something: `message` is its body `{success:false,message}`, which its pages show to the buyer;
 * `error` is `{error}`.
 */
interface Words {
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 429 | 500
  readonly as: 'message' | 'error'
  readonly text: string
}

const words = (status: Words['status'], as: Words['as'], text: string): Words => ({ status, as, text })

const lockGone = 'The lock on this seat is gone, or it is somebody else’s'
const keyUsed = 'This idempotencyKey was used for another payment: use a new one'
const notPaid = 'The payment was not accepted'
const notHere = 'Not found'
const tryAgain = 'The service is busy: try again'

/** Every refusal of ours in the words of TicketS. The only 5xx that its clients know is 500. */
const wordsOf = {
  invalid_token: words(401, 'error', 'No token: sign in'),
  forbidden: words(403, 'error', 'The token is not valid: sign in again'),
  user_deactivated: words(403, 'error', 'This account has been deactivated'),
  email_unverified: words(403, 'error', 'Nobody has proven this address: register with it again'),
  // One text, so that nobody learns which addresses have an account.
  invalid_credentials: words(
    400,
    'error',
    'The e-mail, the password or the code is wrong, or the code is too old',
  ),
  guest_merged: words(400, 'error', 'The guest belongs to another account'),
  email_taken: words(400, 'error', 'There is an account with this e-mail: sign in'),
  no_account: words(404, 'error', 'There is no account with this e-mail'),
  mail_not_configured: words(
    500,
    'error',
    'Registration needs mail, which is not configured on this service',
  ),

  seats_unavailable: words(409, 'message', 'The seat is sold or locked'),
  unknown_seat: words(409, 'message', 'There is no such seat'),
  sale_closed: words(409, 'message', 'The sale is closed'),
  sale_not_started: words(409, 'message', 'The sale has not started'),
  too_many_holds: words(429, 'error', 'You have locked too many seats: pay for them or release them first'),
  holding_too_fast: words(429, 'error', 'You have locked too many seats in a minute: wait'),
  cooling_down: words(429, 'error', 'Too many of your locks have run out: wait'),
  rate_limited: words(429, 'error', 'Too many requests: wait'),
  bot_detected: words(429, 'error', 'The request looks automated'),

  hold_expired: words(400, 'message', lockGone),
  hold_lost: words(400, 'message', lockGone),
  hold_released: words(400, 'message', lockGone),
  hold_confirmed: words(400, 'message', 'The seat is paid for already'),
  confirm_in_progress: words(409, 'message', 'The seat is being paid for'),
  idempotency_key_reused: words(400, 'message', keyUsed),
  buyer_limit: words(
    409,
    'message',
    'You have booked as many seats as one buyer may have: nothing was booked',
  ),
  payment_required: words(
    402,
    'message',
    'This seat costs money, which cannot be paid here: nothing was charged, ask who sells it',
  ),
  payment_declined: words(400, 'message', notPaid),
  payment_already_used: words(400, 'message', notPaid),
  cannot_extend: words(400, 'message', 'The lock cannot live longer'),
  in_progress: words(
    500,
    'error',
    'The first payment with this idempotencyKey is still running: send it again',
  ),
  outcome_unknown: words(500, 'error', 'Nobody knows yet whether it was done: send it again, unchanged'),

  invalid_request: words(400, 'message', 'The request is not valid'),
  body_too_large: words(413, 'error', 'The body is too large'),
  unsupported_encoding: words(400, 'message', 'The body is compressed in a way that is not read here'),
  not_found: words(404, 'error', notHere),
  method_not_allowed: words(405, 'error', 'Method not allowed'),

  // None of its routes is an admin's.
  second_factor_required: words(401, 'error', 'The code of the second factor is missing or wrong'),
  sign_in_again: words(401, 'error', 'Sign in again'),

  // None of its routes orders, cancels or hears a provider.
  invalid_signature: words(401, 'error', 'The signature is not valid'),
  order_not_possible: words(400, 'message', notPaid),
  payment_pending: words(400, 'message', notPaid),
  cannot_cancel: words(400, 'message', 'These seats cannot be cancelled'),

  // No key and no origin is checked here, so these would be the operator's concern, not the buyer's.
  invalid_api_key: words(404, 'error', notHere),
  origin_not_allowed: words(404, 'error', notHere),
  origin_required: words(404, 'error', notHere),
  secret_key_in_browser: words(404, 'error', notHere),

  event_not_ready: words(500, 'error', tryAgain),
  overloaded: words(500, 'error', tryAgain),
  dependency_unavailable: words(500, 'error', tryAgain),
  internal_error: words(500, 'error', 'Something went wrong here: try again'),
} as const satisfies Record<ProblemCode, Words>

/** A refusal whose code is of another version: what its status is here, in the words that came with it. */
function wordsOfStatus({ kind: { status, title } }: Problem): Words {
  switch (status) {
    case 202:
      return wordsOf.outcome_unknown
    case 401:
    case 403:
    case 405:
    case 413:
    case 429:
      return words(status, 'error', title)
    case 404:
    case 410:
      return words(404, 'error', title)
    case 409:
      return words(409, 'message', title)
    default:
      return status < 500 ? words(400, 'message', title) : wordsOf.dependency_unavailable
  }
}

/** The first thing that is wrong with a request. */
const firstOf = ({ extras }: Problem): string => {
  const [error] = extras.errors ?? []
  return error ? `: ${error.path === '' ? 'the body' : error.path} ${error.message}` : ''
}

function refusal(problem: Problem, bodyOf: (words: Words) => object): Response {
  const { code, retryAfterSeconds } = problem
  const words: Words = isCatalogued(code) ? wordsOf[code] : wordsOfStatus(problem)
  const { limit } = problem.extras
  const within = code === 'body_too_large' && limit !== undefined ? `: at most ${limit} bytes` : ''
  const text = words.text + (code === 'invalid_request' ? firstOf(problem) : within)
  const answer = Response.json(bodyOf({ ...words, text }), { status: words.status, headers: noStore })
  if (retryAfterSeconds !== undefined) answer.headers.set(headers.retryAfter, String(retryAfterSeconds))
  return answer
}

/** A refusal as TicketS answers it; `more` is what a route adds to what its pages show. */
export const ticketsRefusal = (problem: Problem, more: object = {}): Response =>
  refusal(problem, ({ as, text }) =>
    as === 'error' ? { error: text } : { success: false, message: text, ...more },
  )

/** The same where its pages sign people in. */
export const ticketsAuthRefusal = (problem: Problem): Response =>
  refusal(problem, ({ text }) => ({ error: text }))
