import { type CallFacts, HoldfastFault, HoldfastProblem, type ToldProblem } from './errors.ts'
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
  try {
    const response = await fetchIt(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    })
    return await read(response, accept, call)
  } catch (cause) {
    signal?.throwIfAborted()
    const reason = deadline.aborted ? 'no answer came in time' : 'no answer came'
    return { word: 'refusal', error: new HoldfastFault(reason, undefined, call, cause), again: true }
  }
}

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
  const error = new HoldfastFault(`the answer ${status} ${type} is not known here`, status, call)
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
