import { type CallFacts, HoldfastFault, HoldfastProblem, type ToldProblem } from './errors.ts'
import { unsendable } from './header-values.ts'
import { problemTold } from './problem.ts'
import type { Sent } from './request.ts'

/** What became of one attempt; `again` says whether another one may fare better. */
export type Outcome =
  | { readonly word: 'answer'; readonly value: unknown }
  | { readonly word: 'refusal'; readonly error: HoldfastProblem | HoldfastFault; readonly again: boolean }

/** Sends a request once and reads the answer. Throws nothing but the reason of the caller's own `signal`. */
export async function attempt(
  fetchIt: typeof fetch,
  { url, method, headers, body }: Sent,
  context: {
    readonly accept: string
    readonly deadline: AbortSignal
    readonly signal: AbortSignal | undefined
    readonly call: CallFacts
  },
): Promise<Outcome> {
  const { accept, deadline, signal, call } = context
  const fault = (told: ConstructorParameters<typeof HoldfastFault>[0], again = true): Outcome => ({
    word: 'refusal',
    error: new HoldfastFault(told, call),
    again,
  })
  const wrong = unsendable(headers)
  if (wrong !== undefined) {
    const reason = `it was not sent: the header ${wrong} has a value that no header can have`
    return fault({ why: 'not_sent', reason, status: undefined }, false)
  }
  let status: number | undefined
  try {
    const response = await fetchIt(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    })
    status = response.status
    return await read(response, accept, call)
  } catch (cause) {
    signal?.throwIfAborted()
    if (isUnsent(cause))
      return fault({ why: 'not_sent', reason: 'it was not sent: nobody is there', status, cause })
    const broke = status === undefined ? 'no answer came' : 'the answer broke off'
    const reason = deadline.aborted ? 'no answer came in time' : broke
    return fault({ why: 'no_answer', reason, status, cause })
  }
}

/** What Node says when no connection came about; browsers and Workers do not tell. */
const unsentCodes: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
])

const isUnsent = (error: unknown): boolean =>
  error instanceof Error &&
  typeof error.cause === 'object' &&
  error.cause !== null &&
  'code' in error.cause &&
  unsentCodes.has(error.cause.code)

async function read(response: Response, accept: string, call: CallFacts): Promise<Outcome> {
  const { status } = response
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  if (type === 'application/problem+json') {
    const problem = problemTold(parsed(await response.text()), status)
    if (problem) return refusal(response, problem, call)
  }
  if (status === 204) return { word: 'answer', value: undefined }
  if (response.ok && type === accept) {
    const value = await bodyOf(response, type)
    if (value !== undefined) return { word: 'answer', value }
  }
  const reason = `the answer ${status} ${type} is not known here`
  const error = new HoldfastFault({ why: 'unreadable_answer', reason, status }, call)
  // What stands before the service answers so when it cannot reach it.
  return { word: 'refusal', error, again: status >= 500 }
}

function refusal(response: Response, problem: ToldProblem, call: CallFacts): Outcome {
  const retryAfter = response.headers.get('retry-after')
  const retryAfterMs =
    retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : undefined
  const told = { retryAfterMs, location: response.headers.get('location') ?? undefined }
  const { status } = problem
  const isTransient = status >= 500 || status === 202 || retryAfterMs !== undefined
  return {
    word: 'refusal',
    error: new HoldfastProblem(problem, told, call),
    again: problem.retryable && isTransient,
  }
}

async function bodyOf(response: Response, type: string): Promise<unknown> {
  if (type === 'application/json') return parsed(await response.text())
  if (type === 'application/octet-stream') return new Uint8Array(await response.arrayBuffer())
  return response.text()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
