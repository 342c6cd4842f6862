import {
  headers,
  type Platform,
  type ProblemCode,
  problemBody,
  problems,
  systemPlatform,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import type { Inventory } from '@holdfast/inventory'
import { jwtVerify } from 'jose'
import { createEdgeApp, type EdgeDeps } from './app.ts'
import type { CoreInit, CorePort, Limiter, SharedCache } from './ports.ts'
import { createLocalLimiter } from './rate-gate.ts'
import { makeToken, publishableKey, settings, shopOrigin, theatre, verdicts } from './testing-data.ts'

/*
 * What tests run the edge on: every port in memory, a clock that moves when it is told to, and a core that answers
 * what it was taught.
 */

/** A clock that stands still until it is moved; deadlines pass as it moves past them. */
export interface TestPlatform extends Platform {
  advance(ms: number): void
}

/** A platform whose clock starts at noon and whose randomness counts up. */
export function createTestPlatform(startMs = Date.UTC(2026, 10, 23, 12)): TestPlatform {
  let nowMs = startMs
  let made = 0
  const deadlines = new Set<{ atMs: number; controller: AbortController }>()
  return {
    ...systemPlatform,
    now: () => nowMs,
    random: (bytes) => Uint8Array.from({ length: bytes }, (_, i) => (i === bytes - 1 ? ++made : made >> 8)),
    deadline(ms) {
      const deadline = { atMs: nowMs + ms, controller: new AbortController() }
      deadlines.add(deadline)
      return deadline.controller.signal
    },
    advance(ms) {
      nowMs += ms
      for (const deadline of deadlines) {
        if (deadline.atMs > nowMs) continue
        deadlines.delete(deadline)
        deadline.controller.abort()
      }
    },
  }
}

/** A request as core got it, its assertion verified. */
export interface CoreRequest {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly claims: Record<string, unknown>
  readonly header: Record<string, unknown>
  readonly traceparent: string | undefined
}

/** An answer of core. */
export const json = (body: unknown, status = 200, more: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...more } })

/** A refusal of core. */
export const refusal = (
  code: ProblemCode,
  more: Record<string, string> = {},
  requestId = 'req_core',
): Response =>
  new Response(JSON.stringify(problemBody(code, {}, requestId)), {
    status: problems[code].status,
    headers: { 'content-type': 'application/problem+json', ...more },
  })

type CoreAnswer = (request: CoreRequest) => Response | Promise<Response>

/** A core that knows the keys above, and what else a test teaches it by `METHOD path`. */
export interface TestCore {
  readonly port: CorePort
  readonly requests: CoreRequest[]
  readonly answers: Map<string, CoreAnswer>
  /** How often it was asked for that. */
  count(route: string): number
}

function createTestCore(platform: Platform): TestCore {
  const requests: CoreRequest[] = []
  const answers = new Map<string, CoreAnswer>([
    [
      'POST /internal/keys/verify',
      ({ body }) => json({ verdict: verdicts.get(JSON.parse(body).key) ?? null, deniedUsers: [] }),
    ],
    ['GET /v1/events/theatre', () => json(theatre)],
  ])
  const port = async (path: string, init: CoreInit) => {
    const { payload, protectedHeader } = await readAssertion(init, platform)
    const body = new TextDecoder().decode(init.body)
    const { traceparent } = init.headers
    const request = {
      ...{ method: init.method, path, body, traceparent },
      ...{ claims: payload, header: { ...protectedHeader } },
    }
    requests.push(request)
    const answer = answers.get(`${init.method} ${path}`)
    return answer ? answer(request) : refusal('not_found')
  }
  const count = (route: string) => requests.filter(({ method, path }) => `${method} ${path}` === route).length
  return { port, requests, answers, count }
}

async function readAssertion(init: CoreInit, platform: Platform) {
  const token = init.headers[headers.edgeAssertion]
  if (token === undefined) return { payload: {}, protectedHeader: {} }
  return jwtVerify(token, settings.edgeKeys[0]?.secret ?? new Uint8Array(), {
    algorithms: ['HS256'],
    issuer: tokenIssuer,
    audience: tokenKinds.edge.audience,
    typ: tokenKinds.edge.typ,
    currentDate: new Date(platform.now()),
  })
}

/** A limiter that counts, fails, or says nothing. */
export interface TestLimiter {
  mode: 'works' | 'fails' | 'hangs'
  readonly keys: string[]
  readonly take: Limiter
}

function createTestLimiter(platform: Platform): TestLimiter {
  const counting = createLocalLimiter(platform, 10_000)
  const limiter: TestLimiter = {
    mode: 'works',
    keys: [],
    async take(rule) {
      limiter.keys.push(rule.key)
      if (limiter.mode === 'fails') throw new Error('redis://user:secret@host says no')
      if (limiter.mode === 'hangs') return new Promise(() => {})
      return counting(rule)
    },
  }
  return limiter
}

/** What the shared cache was told, by key. */
export interface TestCache extends SharedCache {
  readonly entries: Map<string, string>
}

function createTestCache(platform: Platform): TestCache {
  const entries = new Map<string, string>()
  const untilMs = new Map<string, number>()
  return {
    entries,
    get: async (key) => ((untilMs.get(key) ?? 0) > platform.now() ? (entries.get(key) ?? null) : null),
    async set(key, value, ttlMs) {
      entries.set(key, value)
      untilMs.set(key, platform.now() + ttlMs)
    },
  }
}

/** An inventory in which nothing is built, but for what a test puts in its place. */
export function createTestInventory(platform: Platform): Inventory {
  const notReady = async () => ({ word: 'not_ready', nowMs: platform.now() }) as const
  const unused = () => Promise.reject(new Error('the edge does not do that'))
  return {
    hold: notReady,
    extend: notReady,
    release: notReady,
    pin: notReady,
    read: notReady,
    reassign: notReady,
    owned: notReady,
    holders: notReady,
    snapshot: notReady,
    changesSince: notReady,
    receipt: async () => ({ word: 'absent', nowMs: platform.now() }),
    keepReceipt: unused,
    revoke: unused,
    revocations: async () => ({
      word: 'revocations',
      isWhole: true,
      count: 0,
      told: [],
      nowMs: platform.now(),
    }),
    apply: unused,
    configure: unused,
    due: unused,
    sweep: unused,
    forget: unused,
    load: unused,
    publish: unused,
    check: unused,
    mend: unused,
  }
}

/** Who calls: by default a page of the shop, with a signed-in buyer. */
export interface Call {
  readonly key?: string | null
  readonly origin?: string | null
  readonly token?: string | null
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** The edge on these ports, and a way to call it. */
export function createTestEdge(changes: Partial<EdgeDeps> = {}) {
  const platform = createTestPlatform()
  const core = createTestCore(platform)
  const limiter = createTestLimiter(platform)
  const cache = createTestCache(platform)
  const inventory = createTestInventory(platform)
  const logs: Record<string, unknown>[] = []
  const app = createEdgeApp({
    platform,
    inventory,
    core: core.port,
    limiter: limiter.take,
    cache,
    clientAddress: (c) => c.req.header('x-test-address') ?? '198.51.100.7',
    log: (entry) => logs.push(entry),
    settings,
    ...changes,
  })

  const call = async (method: string, path: string, options: Call = {}): Promise<Response> => {
    const { key = publishableKey, origin, token, headers: more = {}, body } = options
    const isPublishable = key?.startsWith('hf_pk_') ?? false
    const from = origin === undefined && isPublishable ? shopOrigin : origin
    const bearer = token === undefined ? await makeToken(platform, 'user') : token
    const vouched = Object.hasOwn(more, headers.externalUserId)
    const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
    const init = {
      method,
      headers: {
        ...(key !== null && { [headers.apiKey]: key }),
        ...(from && { origin: from }),
        ...(bearer !== null && !vouched && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body !== undefined && { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    }
    return app.request(path, init as RequestInit)
  }
  return { app, platform, core, limiter, cache, inventory, logs, call }
}

/** The code of a problem answer, with what must be true of every one of them. */
export async function problemIn(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>
  if (response.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`not a problem: ${response.status} ${JSON.stringify(body)}`)
  }
  return body
}

/** Lets everything that can go on without the clock go on. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
