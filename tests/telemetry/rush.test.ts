import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { metrics, panelsOf } from '../charts/watching.ts'
import { until } from '../contract/inventory/poll.ts'
import { useWorld } from '../e2e/world.ts'
import { Buyer, newTally, seeded, shop } from '../rush/buyers.ts'
import { hasHelm } from '../support/helm.ts'
import { hasPrometheus, type Prometheus, type Series, startPrometheus } from '../support/prometheus.ts'
import { redisEngines } from '../support/requirements.ts'

const buyers = 40
/** Prometheus reads once a second, and the machine may be busy. */
const soon = (isSo: () => Promise<boolean>) => until(isSo, 45_000)
const seats = 60
const scope = { namespace: 'tickets', service: 'shop-holdfast-core', pod: 'core-0' }
const own = /^(holdfast_\w+|nodejs_eventloop_lag_p99_seconds)$/

/** What Prometheus does with a time that Grafana puts there; it reads once a second here. */
const asked = (expr: string) => expr.replaceAll('$__rate_interval', '5m')
const numbers = (series: Series) => series.map(({ value: [, number] }) => number)

/** Names of metrics by the type line of each, e.g. `counter`. */
const typesIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type = '']) =>
      own.test(name) ? [[name, type]] : [],
    ),
  )

/** The labels that core gives to a metric, those of buckets aside. */
const labelsIn = (text: string, name: string): string[] => {
  const lines = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, 'gm'))]
  const names = lines.flatMap(([, labels = '']) =>
    [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
  )
  return [...new Set(names)].filter((label) => label !== 'le').sort()
}

describe.runIf(hasHelm && hasPrometheus)('a small rush, as a real Prometheus sees it', async () => {
  const port = await getPort({ host: '127.0.0.1' })
  const metricsUrl = `http://127.0.0.1:${port}/metrics`
  const world = useWorld(redisEngines[0] ?? 'embedded', () => ({ METRICS_PORT: String(port) }))
  let prometheus: Prometheus
  const text = async () => (await fetch(metricsUrl)).text()
  const total = async (expr: string) =>
    numbers(await prometheus.query(expr)).reduce((sum, one) => sum + one, 0)

  beforeAll(async () => {
    prometheus = await startPrometheus(port, scope)
    // A counter that begins with what a rush has made of it would show no rate.
    await soon(async () => (await prometheus.query('holdfast_lease_held')).length > 0)
    const at = await world().openShop()
    await at.sell('rush', seats)
    await at.sell('abandoned', 4, { holdTtlMs: 1_000 })
    const { edgeUrl, secretKey } = at
    const [tally, random] = [newTally(), seeded(7)]
    const rush = { edgeUrl, secretKey, eventId: 'rush' }
    await new Buyer({ ...rush, eventId: 'abandoned' }, tally, 'away').hold(['S-1', 'S-2'])
    const picky = new Buyer({ ...rush, eventId: 'abandoned' }, tally, 'picky')
    const held = (await picky.hold(['S-3'])) ?? ''
    await picky.confirm(held, 'pay_declined_picky')
    await picky.release((await picky.hold(['S-4'])) ?? '')
    const act = (n: number) => shop(new Buyer(rush, tally, `buyer-${n}`), n, seats, random)
    await Promise.all(Array.from({ length: buyers }, (_, n) => act(n)))
    expect(tally.bookings.size).toBeGreaterThan(5)
    // Prometheus has read when all of it is told, and told once more: a rate needs two.
    await soon(async () => (await total('holdfast_sweep_freed_total')) >= 2)
    await soon(async () => (await total('holdfast_confirms_total{code="confirmed"}')) >= tally.bookings.size)
    await soon(async () => (await total('rate(holdfast_sweep_freed_total[5m])')) > 0)
    await soon(async () => (await total('holdfast_outbox_open')) === 0)
  })
  afterAll(() => prometheus?.stop())

  test('is told in the metrics that the chart lists, with their types and labels, and in no other', async () => {
    const said = await text()
    const types = Object.fromEntries(Object.entries(metrics).map(([name, { type }]) => [name, type]))
    expect(typesIn(said)).toEqual(types)
    const labels = Object.entries(metrics).map(([name, one]) => [name, one.labels.toSorted()])
    expect(labels.map(([name]) => [name, labelsIn(said, String(name))])).toEqual(labels)
  })

  test('has moved every metric that a rush moves', async () => {
    for (const expr of [
      'holdfast_http_requests_total{route="/v1/events/:event/holds/:hold/confirm",method="POST",status="201"}',
      'holdfast_http_request_duration_seconds_count{route=~".*/confirm"}',
      'holdfast_holds_total{code="held"}',
      'holdfast_holds_total{code="released"}',
      'holdfast_holds_total{code="expired"}',
      'holdfast_confirms_total{code="confirmed"}',
      'holdfast_confirms_total{code="payment_declined"}',
      ...['claim', 'replay', 'payment', 'commit', 'settle'].map(
        (stage) => `holdfast_confirm_stage_seconds_count{stage="${stage}"}`,
      ),
      'holdfast_sweep_freed_total',
      'holdfast_lease_held',
      ...['bookings.insert', 'seats.updateIf', 'commit', 'transaction'].map(
        (operation) => `holdfast_store_call_seconds_count{operation="${operation}"}`,
      ),
      ...['apply', 'due', 'sweep', 'changes'].map(
        (script) => `holdfast_redis_call_seconds_count{script="${script}"}`,
      ),
    ]) {
      expect(await total(expr), expr).toBeGreaterThan(0)
    }
    for (const expr of [
      'holdfast_invariant_broken_total',
      'holdfast_redis_losses_total',
      'holdfast_shed_total',
    ]) {
      const told = numbers(await prometheus.query(expr))
      expect(told.length, expr).toBeGreaterThan(0)
      expect(Math.max(...told), expr).toBe(0)
    }
  })

  test('answers every panel of the dashboard', async () => {
    const panels = await panelsOf()
    expect(panels.length).toBeGreaterThan(10)
    for (const { title, targets } of panels) {
      const told = numbers(await prometheus.query(asked(targets[0].expr)))
      expect(told.length, title).toBeGreaterThan(0)
      // A quantile of a route that nobody asked for in that time is no number.
      expect(told.filter(Number.isFinite).length, title).toBeGreaterThan(0)
    }
  })

  test('has no id of an app, an event, a hold or a buyer in a label', async () => {
    const values = [...(await text()).matchAll(/\w+="([^"]*)"/g)].map(([, value = '']) => value)
    expect(values).toContain('/v1/events/:event/holds/:hold/confirm')
    expect(
      values.filter((value) => /app_[A-Za-z0-9]{12}|hold_|BK-|buyer|picky|rush|abandoned|S-\d/.test(value)),
    ).toEqual([])
  })

  test('is told on the private port at /metrics only, and on no other', async () => {
    const { edgeUrl, coreUrl } = world().stack
    const statuses = await Promise.all(
      [
        metricsUrl,
        `http://127.0.0.1:${port}/`,
        `http://127.0.0.1:${port}/v1/events`,
        `${coreUrl}/metrics`,
        `${edgeUrl}/metrics`,
      ].map(async (url) => (await fetch(url)).status),
    )
    expect(statuses).toEqual([200, 404, 404, 403, 404])
    expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(404)
  })
})
