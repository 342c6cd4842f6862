import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, test } from 'vitest'
import { hasHelm } from '../support/helm.ts'
import { changed, changedAll, chartFile, ciValues, find, render } from './chart.ts'
import { alertsOf, metrics, metricsTable, panelsOf } from './watching.ts'

const production = ciValues('production')
const expressions = async () => [
  ...(await alertsOf()).map(({ expr }) => expr),
  ...(await panelsOf()).map(({ targets: [{ expr }] }) => expr),
]

/** The metrics and the labels that an expression asks for. */
function askedBy(expr: string): {
  readonly metrics: string[]
  readonly labels: string[]
  readonly errors: number
} {
  // Grafana puts a time there.
  const text = expr.replaceAll('$__rate_interval', '1m')
  const found = { metrics: [] as string[], labels: [] as string[], errors: 0 }
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.errors += 1
      if (type.name === 'Identifier') found.metrics.push(text.slice(from, to))
      if (type.name === 'LabelName') found.labels.push(text.slice(from, to))
    },
  })
  return found
}

/** The metric behind a name in Prometheus: a histogram has several. */
const metricOf = (name: string) => {
  const histogram = name.replace(/_(bucket|sum|count)$/, '')
  return metrics[name] ?? (metrics[histogram]?.type === 'histogram' ? metrics[histogram] : undefined)
}
/** What Prometheus adds to all of them, and `le` of histograms. */
const common = ['namespace', 'service', 'pod', 'le']

describe.runIf(hasHelm)('what watches Holdfast', () => {
  test('asks in PromQL, for metrics and labels that core has', async () => {
    for (const expr of await expressions()) {
      const asked = askedBy(expr)
      expect(asked.errors, expr).toBe(0)
      const metrics = asked.metrics.map((name) => metricOf(name))
      expect(metrics, expr).not.toEqual([])
      expect(metrics, expr).not.toContain(undefined)
      const labels = new Set([...common, ...metrics.flatMap((metric) => metric?.labels ?? [])])
      expect(asked.labels.filter((label) => !labels.has(label))).toEqual([])
      if (metrics.some((metric) => metric?.type === 'counter')) expect(expr).toMatch(/\b(rate|increase)\(/)
    }
  })

  test('would see a name that nobody tells, and what is no PromQL', () => {
    expect(askedBy('sum(rate(holdfast_x_total{a="b"}[5m]))')).toEqual({
      metrics: ['holdfast_x_total'],
      labels: ['a'],
      errors: 0,
    })
    expect(askedBy('sum(rate(x[5m])').errors).toBeGreaterThan(0)
    expect(metricOf('holdfast_x_total')).toBeUndefined()
  })

  test('shows every metric that core has', async () => {
    const shown = (await panelsOf()).flatMap(({ targets: [{ expr }] }) => askedBy(expr).metrics)
    const bases = shown.map((name) => name.replace(/_bucket$/, ''))
    expect(Object.keys(metrics).filter((name) => !bases.includes(name))).toEqual([])
  })

  test('looks at this release only', async () => {
    for (const expr of await expressions()) {
      expect(expr).not.toMatch(/SCOPE|EDGE/)
      const [name = ''] = askedBy(expr).metrics
      const { of } = metricOf(name) ?? {}
      expect(expr).toContain(`{namespace="tickets",service="shop-holdfast-${of}"`)
    }
  })

  test('means what the runbook says of each', () => {
    const [, table] = chartFile('README.md').split(/<!-- \/?metrics -->\n/)
    expect(table?.trim()).toBe(metricsTable())
  })

  test('alerts on what the runbook tells what to do about', async () => {
    const headings = chartFile('README.md').match(/^### \w+$/gm) ?? []
    const alerts = await alertsOf()
    expect(alerts.map(({ alert }) => `### ${alert}`).sort()).toEqual(headings.toSorted())
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook).toBe(`charts/holdfast/README.md#${alert.toLowerCase()}`)
  })

  test('finds core by its Service, on the port of metrics', async () => {
    const objects = await render(production)
    const { spec, metadata } = find(objects, 'ServiceMonitor core')
    const service = find(objects, 'Service core')
    expect(service.metadata.labels).toMatchObject(spec.selector?.matchLabels as object)
    expect(spec.endpoints).toEqual([{ port: 'metrics', path: '/metrics', interval: '15s' }])
    expect(service.spec.ports).toContainEqual({ name: 'metrics', port: 9464, targetPort: 'metrics' })
    expect(metadata.labels.release).toBe('prometheus')
    expect(find(objects, 'PrometheusRule core').metadata.labels.release).toBe('prometheus')
  })

  test('finds the edge in the cluster too, which nobody else may ask', async () => {
    const watched = { enabled: true, serviceMonitor: { enabled: true } }
    const values = changedAll(ciValues('self-hosted-edge'), {
      metrics: watched,
      'networkPolicy.metricsNamespace': 'monitoring',
    })
    const objects = await render(values)
    const { spec } = find(objects, 'ServiceMonitor edge')
    const service = find(objects, 'Service edge')
    expect(service.metadata.labels).toMatchObject(spec.selector?.matchLabels as object)
    expect(service.spec.ports).toContainEqual({ name: 'metrics', port: 9464, targetPort: 'metrics' })
    expect(find(objects, 'ConfigMap edge').data).toHaveProperty('METRICS_PORT', '9464')
    const [door, watch] = find(objects, 'NetworkPolicy edge').spec.ingress ?? []
    expect(door?.ports).toEqual([{ port: 'http', protocol: 'TCP' }])
    expect(JSON.stringify(door)).not.toContain('monitoring')
    expect(watch?.from).toHaveLength(1)
    expect(JSON.stringify(watch)).toContain('monitoring')
    expect(find(objects, 'Ingress edge').spec.rules?.[0]?.http?.paths).toMatchObject([
      { backend: { service: { port: { name: 'http' } } } },
    ])
  })

  test('lays the panels side by side', async () => {
    const places = (await panelsOf()).map(({ gridPos: { x, y } }) => `${x},${y}`)
    expect(new Set(places).size).toBe(places.length)
    expect(places.slice(0, 3)).toEqual(['0,0', '12,0', '0,8'])
  })

  test('is not there when nothing tells', async () => {
    const objects = await render(ciValues('minimal'))
    expect(objects.map(({ kind }) => kind)).not.toContain('ServiceMonitor')
    expect(find(objects, 'ConfigMap core').data).not.toHaveProperty('METRICS_PORT')
    const quiet = changed(production, 'metrics.prometheusRule.enabled', false)
    expect((await render(quiet)).map(({ kind }) => kind)).not.toContain('PrometheusRule')
  })
})
