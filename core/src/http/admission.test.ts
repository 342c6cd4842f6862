import {
  callsMax,
  callsPerAppMax,
  eventLoopDelayMsMax,
  eventLoopWindowMs,
  headers,
  overloadedRetrySeconds,
  ProblemBody,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { callsAtOnce, type Standing, shedLoad } from './admission.ts'
import type { CoreEnv } from './edge-assertion.ts'
import { onError } from './errors.ts'
import { watchEventLoop } from './event-loop.ts'

const expectOverloaded = async (response: Response) => {
  expect(response.headers.get(headers.retryAfter)).toBe(String(overloadedRetrySeconds))
  expect(ProblemBody.parse(await response.json())).toMatchObject({ status: 503, code: 'overloaded' })
}

/** A core whose answers wait until they are let go, and fail where they are told to. */
function busyCore() {
  const waiting: (() => void)[] = []
  const app = new Hono<CoreEnv>()
    .use(async (c, next) => {
      const id = c.req.header('app')
      c.set('claims', { ...(id && { app: { id, kind: 'secret' } }) } as never)
      await next()
    })
    .use(callsAtOnce())
    .get('/ok', async (c) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return c.text('ok', 200)
    })
    .get('/fail', () => {
      throw new TypeError('unforeseen')
    })
  app.onError(onError(() => {}))
  const call = async (app_: string | null, path = '/ok') =>
    app.request(path, app_ === null ? {} : { headers: { app: app_ } })
  const arrived = async (count: number) => {
    while (waiting.length < count) await new Promise(setImmediate)
  }
  return { call, arrived, letGo: () => waiting.splice(0).map((go) => go()) }
}

const many = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make)

describe('F40: a noisy app', () => {
  test('is told to come again, and the calls of others are answered meanwhile', async () => {
    const core = busyCore()
    const noisy = many(callsPerAppMax, () => core.call('noisy'))
    await core.arrived(callsPerAppMax)
    await expectOverloaded(await core.call('noisy'))
    const others = ['quiet', null].map((app) => core.call(app))
    await core.arrived(callsPerAppMax + 2)
    core.letGo()
    const statuses = (await Promise.all([...noisy, ...others])).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('is served again as soon as a call of it has ended, whichever way', async () => {
    const core = busyCore()
    for (let n = 0; n <= callsPerAppMax; n++) expect((await core.call('noisy', '/fail')).status).toBe(500)
    const first = core.call('noisy')
    await core.arrived(1)
    core.letGo()
    expect((await first).status).toBe(200)
  })

  test('together with others may not take more than one core does at a time', async () => {
    const core = busyCore()
    const running = Array.from({ length: callsMax }, (_, n) => core.call(`app-${n % 8}`))
    await core.arrived(callsMax)
    await expectOverloaded(await core.call('app-9'))
    core.letGo()
    await Promise.all(running)
  })
})

describe('F37: a core whose event loop is late', () => {
  const coreOf = (standing: Standing) => {
    const app = new Hono<CoreEnv>().get('/livez', (c) => c.text('ok', 200)).use(shedLoad(standing))
    app.get('/work', (c) => c.text('done', 200))
    app.onError(onError(() => {}))
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
