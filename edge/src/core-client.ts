import {
  type AppVerdict,
  coreBudgetMs,
  coreRetryBudgetMsMin,
  coreRetryMsMax,
  coreRetryMsMin,
  coreTriesMax,
  type EdgeClaims,
  type ExternalUser,
  edgeBudgetMs,
  headers,
  type LoginClient,
  type Openly,
  type Operator,
  openly,
  type Platform,
  type Principal,
  Problem,
  readProblem,
  type ShownToken,
} from '@holdfast/contract'
import { base64url } from 'jose'
import type * as z from 'zod'
import type { AssertionSigner } from './assertion.ts'
import { within } from './deadline.ts'
import { type CorePort, CoreUnreachable } from './ports.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { Observed, Within } from './telemetry/observe.ts'

/** For whom core is asked; what of it core may know goes under the signature. */
export interface Caller extends Observed {
  readonly requestId: string
  readonly clientAddress: string
  readonly app?: AppVerdict
  /** Of a server's call: the address of the buyer that it is for, if it names one. */
  readonly buyerAddress?: string
  readonly principal?: Principal
  readonly externalUser?: ExternalUser
  /** The guest who becomes the principal. */
  readonly guest?: Principal
  readonly admin?: true
  readonly operator?: Operator
  /** That the principal has shown. */
  readonly token?: ShownToken
  /** Whoever signs in does so with every app. */
  readonly pool?: true
  readonly device?: string
  /** Where somebody signs in from. */
  readonly loginClient?: LoginClient
  /** Whoever becomes, or is, a guest has passed a challenge. */
  readonly challenged?: true
}

/** One request to core. `path` is path and query, of parts that have been checked. */
export interface CoreCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Uint8Array<ArrayBuffer>
  readonly caller: Caller
}

/** What became of a call. After a silence with `sent`, core may have done what it was asked. */
export type CoreAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly text: string
      readonly replayed: boolean
      readonly headers: Headers
    }
  | { readonly kind: 'refusal'; readonly problem: Problem; readonly text: string; readonly replayed: boolean }
  | { readonly kind: 'silence'; readonly sent: boolean }

/** A value as the body of a call. */
export const jsonBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value))

/** What core answered, byte for byte. */
export interface Passed {
  readonly status: number
  readonly text: string
}

/** What core answered, read by its schema, and the text of it. */
export interface Told<Value> extends Passed {
  readonly value: Value
}

/** Core, as the routes ask it. */
export interface CoreClient {
  /**
   * Asks, for at most `edgeBudgetMs` in all. What certainly never reached core, and what changes nothing, is sent again
   * a few times, within a budget for retries. Never throws for what core or the network does.
   */
  send(call: CoreCall): Promise<CoreAnswer>
  /**
   * Asks for JSON of one kind, read as `openly` does: core may be newer than this edge, or older.
   * @throws Problem core's refusal; `outcome_unknown` for a 202 that this edge cannot read; `dependency_unavailable`
   * when no answer came that the schema knows.
   */
  ask<Schema extends z.ZodType>(schema: Schema, call: CoreCall): Promise<Told<Openly<z.output<Schema>>>>
  /**
   * Asks for what the client is told as it is, with the status that it has. The schema still has to know it, for nothing
   * else tells it from what something in between may say. `null`: there is nothing to be told, which is a 204.
   * @throws Problem as `ask`
   */
  pass(schema: z.ZodType | null, call: CoreCall): Promise<Passed>
}

/** Reads JSON by a schema; undefined is text that is something else. */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** What the way back takes: core must answer so long before the edge gives up. */
const wayBackMs = edgeBudgetMs - coreBudgetMs

/** Whether the same call may be sent once more: it never came to core, or it changes nothing there. */
const mayRepeat = ({ method }: CoreCall, answer: CoreAnswer): boolean =>
  answer.kind === 'silence' && (!answer.sent || method === 'GET')

/** Talks to core under the edge's signature. */
export function createCoreClient(port: CorePort, sign: AssertionSigner, platform: Platform): CoreClient {
  const budget = createRetryBudget()

  const claimsOf = async (call: CoreCall, body: Uint8Array, leftMs: number): Promise<EdgeClaims> => {
    const { requestId, clientAddress, app, principal, externalUser, guest, admin, operator } = call.caller
    const { challenged, loginClient, token, pool, device } = call.caller
    return {
      method: call.method,
      path: call.path,
      bodyDigest: base64url.encode(await platform.sha256(body)),
      requestId,
      clientIp: clientAddress,
      budgetMs: leftMs - wayBackMs,
      ...(app && { app: { id: app.appId, kind: app.kind, ...(app.keyId && { keyId: app.keyId }) } }),
      ...(principal && { principal }),
      ...(externalUser && { externalUser }),
      ...(guest && { guest }),
      ...(admin && { admin }),
      ...(operator && { operator }),
      ...(challenged && { challenged }),
      ...(loginClient && { loginClient }),
      ...(token && { token }),
      ...(pool && { pool }),
      ...(device !== undefined && { device }),
    }
  }

  const sendOnce = async (call: CoreCall, leftMs: number): Promise<CoreAnswer> => {
    const token = await sign(await claimsOf(call, call.body ?? new Uint8Array(), leftMs))
    const signal = platform.deadline(leftMs)
    const { method, path, body } = call
    const deliver = async ({ traceparent }: Within): Promise<CoreAnswer> => {
      const more = {
        ...(body && { 'content-type': 'application/json' }),
        ...(traceparent && { traceparent }),
      }
      const init = { method, headers: { [headers.edgeAssertion]: token, ...more }, signal }
      const response = await within(signal, port(path, body ? { ...init, body } : init))
      return answerOf(response, await within(signal, response.text()))
    }
    try {
      return await call.caller.observe({ of: 'core', name: method }, deliver)
    } catch (error) {
      return { kind: 'silence', sent: !(error instanceof CoreUnreachable) }
    }
  }

  const send = async (call: CoreCall): Promise<CoreAnswer> => {
    assertPlain(call.path)
    budget.earn()
    const untilMs = platform.now() + edgeBudgetMs
    let answer = await sendOnce(call, edgeBudgetMs)
    for (let tries = 1; tries < coreTriesMax && mayRepeat(call, answer); tries++) {
      const pauseMs = pauseOf(platform)
      const leftMs = untilMs - platform.now() - pauseMs
      if (leftMs < wayBackMs + coreRetryBudgetMsMin || !budget.spend()) break
      await platform.sleep(pauseMs)
      answer = await sendOnce(call, Math.min(leftMs, untilMs - platform.now()))
    }
    return answer
  }

  return {
    send,
    async ask(schema, call) {
      const answer = succeeded(await send(call))
      const value = readJson(openly(schema), answer.text)
      if (value === undefined) throw unreadable(answer)
      return { status: answer.status, text: answer.text, value }
    },
    async pass(schema, call) {
      const { status, text } = succeeded(await send(call))
      const isReadable = schema ? readJson(openly(schema), text) !== undefined : status === 204
      if (!isReadable) throw unreadable({ status })
      return { status, text }
    },
  }
}

/**
 * What core answered if it did not refuse.
 * @throws Problem its refusal, or `dependency_unavailable` when it was silent.
 */
export function succeeded(answer: CoreAnswer): Extract<CoreAnswer, { kind: 'answer' }> {
  if (answer.kind === 'refusal') throw answer.problem
  if (answer.kind === 'silence') throw new Problem('dependency_unavailable', {}, 1)
  return answer
}

/** What becomes of a success that cannot be read: of what core has only accepted, nobody knows the outcome. */
export const unreadable = ({ status }: Pick<Passed, 'status'>): Problem =>
  new Problem(status === 202 ? 'outcome_unknown' : 'dependency_unavailable', {}, 1)

/** A pause by chance, so that those who were refused together do not come back together. */
function pauseOf({ random }: Platform): number {
  const [byte = 0] = random(1)
  return coreRetryMsMin + Math.floor(((coreRetryMsMax - coreRetryMsMin) * byte) / 256)
}

/** An id may be a dot or two, which would lead a URL to another path than the one that is signed. */
function assertPlain(path: string): void {
  const { pathname, search } = new URL(path, 'http://core')
  if (pathname + search !== path) throw new Problem('not_found')
}

/**
 * Sorts an answer. Core may be of another version: a refusal with a code that is not known here is one all the same, and
 * so is a success with another status. What neither succeeds nor is a problem of core's came from something in between,
 * which cannot know what core did; nor does a page for people.
 */
function answerOf(response: Response, text: string): CoreAnswer {
  // A core that does not take our word has done nothing, unless it took it already; the client is not the one that it refused.
  const refused = response.headers.get(headers.edgeRefused)
  if (refused !== null) return { kind: 'silence', sent: refused === 'replayed' }
  const { status } = response
  const replayed = response.headers.get(headers.idempotentReplayed) === 'true'
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/problem+json')) {
    const problem = readProblem(status, text, retryAfterOf(response))
    return problem ? { kind: 'refusal', problem, text, replayed } : { kind: 'silence', sent: true }
  }
  const isAnswer = response.ok && !type.startsWith('text/html')
  return isAnswer
    ? { kind: 'answer', status, text, replayed, headers: response.headers }
    : { kind: 'silence', sent: true }
}

function retryAfterOf(response: Response): number | undefined {
  const retryAfter = response.headers.get(headers.retryAfter)
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined
}
