import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepPort } from '../../edge/dev/ports.ts'
import { type Metric, metrics, panelsOf } from '../charts/watching.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Shop, useWorld } from '../e2e/world.ts'
import { Buyer, newTally, seeded, shop } from '../rush/buyers.ts'
import { hasHelm } from '../support/helm.ts'
import { hasPrometheus, type Prometheus, type Series, startPrometheus } from '../support/prometheus.ts'
import { redisEngines } from '../support/requirements.ts'

const buyers = 40
/** Prometheus reads once a second, and the machine may be busy. */
const seats = 60
/** The labels of a pod of the release that the charts are rendered for. */
const podOf = (part: Metric['of']) => ({
  namespace: 'tickets',
  service: `shop-holdfast-${part}`,
  pod: `${part}-0`,
})
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
  const ports = { core: (await keepPort()).port, edge: (await keepPort()).port }
  const programs = ['core', 'edge'] as const
  const metricsUrl = (program: Metric['of']) => `http://127.0.0.1:${ports[program]}/metrics`
  const portOf = (program: Metric['of']) => () => ({ METRICS_PORT: String(ports[program]) })
  const world = useWorld(redisEngines[0] ?? 'embedded', portOf('core'), portOf('edge'))
  let prometheus: Prometheus
  const text = async (program: Metric['of'] = 'core') => (await fetch(metricsUrl(program))).text()
  const total = async (expr: string) =>
    numbers(await prometheus.query(expr)).reduce((sum, one) => sum + one, 0)

  /** One wave of a rush, with one buyer who is declined and gives a seat back, and one who walks away. */
  async function wave(at: Shop, n: number): Promise<number> {
    const [tally, random] = [newTally(), seeded(n)]
    const to = (eventId: string) => ({ edgeUrl: at.edgeUrl, secretKey: at.secretKey, eventId })
    await at.sell(`rush-${n}`, seats)
    await at.sell(`abandoned-${n}`, 4, { holdTtlMs: 1_000 })
    await new Buyer(to(`abandoned-${n}`), tally, 'away').hold(['S-1', 'S-2'])
    await at.sell(`picky-${n}`, 4)
    const picky = new Buyer(to(`picky-${n}`), tally, 'picky')
    await picky.confirm((await picky.hold(['S-3'])) ?? '', 'pay_declined_picky')
    await picky.release((await picky.hold(['S-4'])) ?? '')
    const act = (buyer: number) =>
      shop(new Buyer(to(`rush-${n}`), tally, `buyer-${buyer}`), buyer, seats, random)
    await Promise.all(Array.from({ length: buyers }, (_, buyer) => act(buyer)))
    return tally.bookings.size
  }

  beforeAll(async () => {
    prometheus = await startPrometheus(programs.map((of) => ({ port: ports[of], labels: podOf(of) })))
    await until(async () => (await prometheus.query('up == 1')).length === programs.length)
    const at = await world().openShop()
    const sold = await wave(at, 1)
    expect(sold).toBeGreaterThan(5)
    // From nothing to something is no rate: what the first wave made is read before the second comes.
    await until(async () => (await total('holdfast_confirms_total{code="confirmed"}')) >= sold)
    await until(async () => (await total('holdfast_hold_refusals_total')) > 0)
    const all = sold + (await wave(at, 2))
    await until(async () => (await total('holdfast_confirms_total{code="confirmed"}')) >= all)
    await until(async () => (await total('holdfast_sweep_freed_total')) >= 4)
    await until(async () => (await total('holdfast_outbox_open')) === 0)
  })
  afterAll(() => prometheus?.stop())

  test('is told in the metrics that the chart lists, with their types and labels, and in no other', async () => {
    for (const program of programs) {
      const said = await text(program)
      const listed = Object.entries(metrics).filter(([, { of }]) => of === program)
      const types = typesIn(said)
      if (program === 'edge') delete types.nodejs_eventloop_lag_p99_seconds
      expect(types).toEqual(Object.fromEntries(listed.map(([name, { type }]) => [name, type])))
      const labels = listed.map(([name, one]) => [name, one.labels.toSorted()])
      expect(labels.map(([name]) => [name, labelsIn(said, String(name))])).toEqual(labels)
    }
  })

  test('has moved every metric that a rush moves', async () => {
    for (const expr of [
      'holdfast_http_requests_total{route="/v1/events/:event/holds/:hold/confirm",method="POST",status="201"}',
      'holdfast_http_request_duration_seconds_count{route=~".*/confirm"}',
      'holdfast_holds_total{code="held"}',
      'holdfast_holds_total{code="released"}',
      'holdfast_holds_total{code="expired"}',
      'holdfast_hold_refusals_total{code="seats_unavailable"}',
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
    const values = [...(await text()).concat(await text('edge')).matchAll(/\w+="([^"]*)"/g)].map(
      ([, value = '']) => value,
    )
    expect(values).toContain('/v1/events/:event/holds/:hold/confirm')
    expect(
      values.filter((value) => /app_[A-Za-z0-9]{12}|hold_|BK-|buyer|picky|rush|abandoned|S-\d/.test(value)),
    ).toEqual([])
  })

  test('is told on the private port at /metrics only, and on no other', async () => {
    const { edgeUrl, coreUrl } = world().stack
    const statuses = await Promise.all(
      [
        metricsUrl('core'),
        metricsUrl('edge'),
        ...programs.flatMap((of) =>
          ['/', '/v1/events', '/livez'].map((path) => `http://127.0.0.1:${ports[of]}${path}`),
        ),
        `${coreUrl}/metrics`,
        `${edgeUrl}/metrics`,
      ].map(async (url) => (await fetch(url)).status),
    )
    expect(statuses).toEqual([200, 200, ...Array(6).fill(404), 403, 404])
    expect((await fetch(metricsUrl('core'), { method: 'POST' })).status).toBe(404)
  })
})
