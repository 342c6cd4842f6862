import {
  callLanes,
  callsPerAppMax,
  coreBudgetMs,
  eventLoopDelayMsMax,
  eventLoopWindowMs,
  headers,
  overloadedRetrySeconds,
  ProblemBody,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type Standing, shedLoad, takeTurns } from './admission.ts'
import type { CoreEnv } from './edge-assertion.ts'
import { onError } from './errors.ts'
import { watchEventLoop } from './event-loop.ts'

const { atOnce: callsAtOnce, ofAppAtOnce: callsOfAppAtOnce } = callLanes.writes

const expectOverloaded = async (response: Response) => {
  expect(response.headers.get(headers.retryAfter)).toBe(String(overloadedRetrySeconds))
  expect(ProblemBody.parse(await response.json())).toMatchObject({ status: 503, code: 'overloaded' })
}

/** A core whose answers wait until they are let go, and fail where they are told to; its clock moves when it is told to. */
function busyCore() {
  let nowMs = 0
  const timers: { readonly atMs: number; readonly controller: AbortController }[] = []
  const platform = {
    now: () => nowMs,
    deadline(ms: number) {
      const timer = { atMs: nowMs + ms, controller: new AbortController() }
      timers.push(timer)
      return timer.controller.signal
    },
  }
  const waiting: (() => void)[] = []
  const begun: string[] = []
  const app = new Hono<CoreEnv>()
    .use(async (c, next) => {
      const id = c.req.header('app') ?? ''
      c.set('claims', { ...(id && { app: { id, kind: 'secret' } }) } as never)
      c.set('deadlineMs', nowMs + coreBudgetMs)
      await next()
    })
    .use(takeTurns(platform))
    .all('*', async (c, next) => {
      if (c.req.path === '/fail') return next()
      begun.push(c.req.header('app') ?? '')
      await new Promise<void>((resolve) => waiting.push(resolve))
      return c.text('ok', 200)
    })
    .post('/fail', () => {
      throw new TypeError('unforeseen')
    })
  app.onError(onError)
  return {
    begun,
    call: async (id: string, path = '/ok', method = 'POST') =>
      app.request(path, { method, headers: { app: id } }),
    /** Lets everything go on that can. */
    async settle() {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    },
    letGo: (count = waiting.length) => waiting.splice(0, count).map((go) => go()),
    advance(ms: number) {
      nowMs += ms
      for (const { atMs, controller } of timers) if (atMs <= nowMs) controller.abort()
    },
  }
}

const many = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make)

describe('F40: a noisy app', () => {
  test('waits for itself, and the calls of others are answered meanwhile', async () => {
    const core = busyCore()
    const noisy = many(3 * callsOfAppAtOnce, () => core.call('noisy'))
    await core.settle()
    const others = ['quiet', ''].map((app) => core.call(app))
    await core.settle()
    expect(core.begun.filter((app) => app === 'noisy')).toHaveLength(callsOfAppAtOnce)
    expect(core.begun.slice(callsOfAppAtOnce)).toEqual(['quiet', ''])
    for (let rounds = 0; rounds < 3; rounds++) {
      core.letGo()
      await core.settle()
    }
    const statuses = (await Promise.all([...noisy, ...others])).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('M9: whose reads, logins and webhooks wait in thousands keeps no confirm, no key and no other lane waiting', async () => {
    const core = busyCore()
    const floods = [
      ['GET', '/v1/bookings/BK-20260101-AAAAAA'],
      ['POST', '/v1/auth/login'],
      ['POST', '/v1/payments/stripe/default/webhook'],
    ] as const
    const flood = floods.flatMap(([method, path]) =>
      many(callsPerAppMax, () => core.call('app', path, method)),
    )
    await core.settle()
    const before = core.begun.length
    const calm = [
      core.call('app', '/v1/events/e/holds/h/confirm'),
      core.call('app', '/v1/bookings/BK-20260101-AAAAAA/cancel'),
      core.call('', '/internal/keys/verify'),
      core.call('', '/internal/apps/verdict'),
    ]
    await core.settle()
    expect(core.begun.length - before).toBe(calm.length)
    while (core.letGo().length > 0) await core.settle()
    expect(new Set((await Promise.all([...flood, ...calm])).map(({ status }) => status))).toEqual(
      new Set([200]),
    )
  })

  test('is told to come again when too many of its calls wait, and is served again when they have ended', async () => {
    const core = busyCore()
    const noisy = many(callsPerAppMax, () => core.call('noisy'))
    await core.settle()
    await expectOverloaded(await core.call('noisy'))
    const quiet = core.call('quiet')
    for (let left = callsPerAppMax; left > 0; left -= callsOfAppAtOnce) {
      await core.settle()
      core.letGo()
    }
    await Promise.all([...noisy, quiet])
    const next = core.call('noisy')
    await core.settle()
    core.letGo()
    expect((await next).status).toBe(200)
  })

  test('gives back the turn of a call that fails', async () => {
    const core = busyCore()
    for (let n = 0; n <= callsOfAppAtOnce; n++) expect((await core.call('noisy', '/fail')).status).toBe(500)
    const next = core.call('noisy')
    await core.settle()
    core.letGo()
    expect((await next).status).toBe(200)
  })

  test('together with others has no more than one core does at a time', async () => {
    const core = busyCore()
    const running = Array.from({ length: callsAtOnce + 1 }, (_, n) => core.call(`app-${n % 8}`))
    await core.settle()
    expect(core.begun).toHaveLength(callsAtOnce)
    core.letGo(1)
    await core.settle()
    expect(core.begun).toHaveLength(callsAtOnce + 1)
    core.letGo()
    await Promise.all(running)
  })

  test('F37: has calls dropped, and never begun, that waited until nobody waits for them', async () => {
    const core = busyCore()
    const begun = many(callsOfAppAtOnce, () => core.call('noisy'))
    await core.settle()
    const late = core.call('noisy')
    await core.settle()
    core.advance(coreBudgetMs)
    await expectOverloaded(await late)
    core.letGo()
    await Promise.all(begun)
    expect(core.begun).toHaveLength(callsOfAppAtOnce)
  })
})

describe('F37: a core whose event loop is late', () => {
  const coreOf = (standing: Standing) => {
    const app = new Hono<CoreEnv>().get('/livez', (c) => c.text('ok', 200)).use(shedLoad(standing))
    app.get('/work', (c) => c.text('done', 200))
    app.onError(onError)
    return app
  }

  test('takes nothing new, finishes what it has begun, and is alive', async () => {
    let delayMs = 0
    const begun = Promise.withResolvers<void>()
    const app = coreOf({ isLeaving: () => false, loopDelayMs: () => delayMs })
    app.get('/slow', async (c) => {
      await begun.promise
      return c.text('done', 200)
    })
    const slow = app.request('/slow')
    delayMs = eventLoopDelayMsMax + 1
    await expectOverloaded(await app.request('/work'))
    expect((await app.request('/livez')).status).toBe(200)
    begun.resolve()
    expect((await slow).status).toBe(200)
    delayMs = eventLoopDelayMsMax
    expect((await app.request('/work')).status).toBe(200)
  })

  test('is one in two windows in a row: a single long pause is none', () => {
    let nowMs = 0
    const samples = [900, 0, 900, 900, null]
    const delayMs = watchEventLoop({ now: () => nowMs }, () => samples.shift() ?? null)
    const next = () => {
      nowMs += eventLoopWindowMs
      return delayMs()
    }
    expect([next(), next(), next(), next(), next()]).toEqual([0, 0, 0, 900, eventLoopWindowMs])
    expect(delayMs()).toBe(eventLoopWindowMs)
    expect(samples).toEqual([])
  })

  test('is seen as it really is on this machine', async () => {
    const delayMs = watchEventLoop({ now: () => Date.now() })
    const never = new Int32Array(new SharedArrayBuffer(4))
    while (delayMs() <= eventLoopDelayMsMax) {
      Atomics.wait(never, 0, 0, 2 * eventLoopDelayMsMax)
      await new Promise(setImmediate)
    }
    expect(delayMs()).toBeGreaterThan(eventLoopDelayMsMax)
  })
})
