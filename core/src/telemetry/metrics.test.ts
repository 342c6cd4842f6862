import { type Platform, systemPlatform } from '@holdfast/contract'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { Log } from '../context.ts'
import { shedLoad } from '../http/admission.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { onError } from '../http/errors.ts'
import type { Backlog } from '../outbox/read-backlog.ts'
import { createMetrics } from './metrics.ts'

const metricsOf = (platform: Pick<Platform, 'now'> = systemPlatform) => {
  const metrics = createMetrics(platform)
  /** The value of a line, by its beginning. */
  const read = async (line: string) => {
    const found = (await metrics.text()).split('\n').find((one) => one.startsWith(`${line} `))
    return found === undefined ? null : Number(found.slice(line.length))
  }
  return { ...metrics, read }
}
const refusal = (code: string) =>
  Response.json(
    { type: '/', title: '', status: 409, detail: '', code, retryable: false },
    { status: 409, headers: { 'content-type': 'application/problem+json' } },
  )

describe('the metrics of core', () => {
  test('count requests by the pattern of their route, and confirms by what was answered, which stays whole', async () => {
    const { requests, read } = metricsOf()
    const events = new Hono<CoreEnv>()
      .get('/:event', (c) => c.text('here', 200))
      .post('/:event/holds/:hold/confirm', (c) => {
        if (c.req.param('hold') === 'good') return c.json({ id: 'BK' }, 201)
        c.set('code', 'seats_unavailable')
        return refusal('seats_unavailable')
      })
    const app = new Hono<CoreEnv>().use(requests).route('/v1/events', events)
    const confirm = (hold: string) => app.request(`/v1/events/e/holds/${hold}/confirm`, { method: 'POST' })
    await app.request('/v1/events/theatre')
    await app.request('/v1/events/opera')
    await app.request('/nowhere')
    await confirm('good')
    const answer = await confirm('bad')
    expect(await answer.json()).toMatchObject({ code: 'seats_unavailable' })
    const of = (route: string, method: string, status: number) =>
      `holdfast_http_requests_total{route="${route}",method="${method}",status="${status}"}`
    expect(await read(of('/v1/events/:event', 'GET', 200))).toBe(2)
    expect(await read(of('none', 'GET', 404))).toBe(1)
    expect(await read(of('/v1/events/:event/holds/:hold/confirm', 'POST', 409))).toBe(1)
    expect(await read('holdfast_confirms_total{code="confirmed"}')).toBe(1)
    expect(await read('holdfast_confirms_total{code="seats_unavailable"}')).toBe(1)
  })

  test('let an answer pass that they do not understand', async () => {
    const { requests, read } = metricsOf()
    const app = new Hono<CoreEnv>().use(requests).post('/confirm', (c) => c.text('what?', 200))
    const answer = await app.request('/confirm', { method: 'POST' })
    expect([answer.status, await answer.text()]).toEqual([200, 'what?'])
    expect(await read('holdfast_http_requests_total{route="/confirm",method="POST",status="200"}')).toBe(1)
  })

  test('say why a request was shed, and of which route it was', async () => {
    const { requests, read } = metricsOf()
    const standing = { isLeaving: () => false, loopDelayMs: () => 10_000 }
    const app = new Hono<CoreEnv>()
      .use(requests)
      .use(shedLoad(standing))
      .get('/busy', (c) => c.text('', 200))
    app.onError(onError)
    expect((await app.request('/busy')).status).toBe(503)
    expect(await read('holdfast_shed_total{reason="event_loop"}')).toBe(1)
    expect(await read('holdfast_http_requests_total{route="/busy",method="GET",status="503"}')).toBe(1)
  })

  test('count what the log is told, and leave the log as it was', async () => {
    const { counted, read } = metricsOf()
    const lines: Parameters<Log>[0][] = []
    const log = counted((line) => lines.push(line))
    const told = [
      { event: 'ledger_read', held: 3, extended: 0, released: 1, expired: 2, freed: 5 },
      { event: 'drift_mended', seats: 7, settling: 4, lacked: [] },
      { event: 'ledger_rolled_back' },
      { event: 'inventory_lost', epoch: 1 },
      { event: 'invariant_broken', invariant: 'I3' },
      { event: 'invariant_broken', invariant: 'of somebody else' },
      { event: 'something else' },
    ]
    for (const line of told) log(line)
    expect(lines).toEqual(told)
    expect(await read('holdfast_holds_total{code="held"}')).toBe(3)
    expect(await read('holdfast_holds_total{code="expired"}')).toBe(2)
    expect(await read('holdfast_sweep_freed_total')).toBe(5)
    expect(await read('holdfast_drift_mended_total')).toBe(3)
    expect(await read('holdfast_redis_losses_total')).toBe(2)
    expect(await read('holdfast_invariant_broken_total{invariant="I1"}')).toBe(0)
    expect(await read('holdfast_invariant_broken_total{invariant="I3"}')).toBe(1)
  })

  test('tell of the outbox and of addresses only while this core looks at it', async () => {
    const { watch, read } = metricsOf({ now: () => 100_000 })
    const standing: { isOurs: boolean; backlog: Backlog | null; share: number | null } = {
      ...{ isOurs: false, backlog: null, share: null },
    }
    watch({
      isOurs: () => standing.isOurs,
      backlog: () => standing.backlog,
      addressShare: () => standing.share,
      stop: async () => {},
    })
    const values = () =>
      Promise.all(
        ['lease_held', 'outbox_open', 'outbox_oldest_seconds', 'dead_letters', 'address_share'].map((name) =>
          read(`holdfast_${name}`),
        ),
      )
    expect(await values()).toEqual([0, null, null, null, null])
    Object.assign(standing, {
      isOurs: true,
      backlog: { open: 2, oldestAt: new Date(40_000), dead: 1 },
      share: 0.75,
    })
    expect(await values()).toEqual([1, 2, 60, 1, 0.75])
    Object.assign(standing, { isOurs: false, backlog: null, share: null })
    expect(await values()).toEqual([0, null, null, null, null])
  })

  test('time what throws as well, and let it through', async () => {
    const { observe, read } = metricsOf()
    const work = observe({ kind: 'redis', name: 'apply' }, async () => {
      throw new RangeError('no')
    })
    await expect(work).rejects.toThrow(RangeError)
    expect(await observe({ kind: 'store', name: 'seats.find' }, async () => 7)).toBe(7)
    expect(await read('holdfast_redis_call_seconds_count{script="apply"}')).toBe(1)
    expect(await read('holdfast_store_call_seconds_count{operation="seats.find"}')).toBe(1)
  })
})
