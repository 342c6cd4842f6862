import { parse } from 'yaml'
import * as z from 'zod'
import { chartFile, ciValues, find, render } from './chart.ts'

const Metrics = z.record(
  z.string().regex(/^[a-z0-9_]+$/),
  z.strictObject({
    type: z.enum(['counter', 'gauge', 'histogram']),
    of: z.enum(['core', 'edge']).default('core'),
    labels: z.array(z.string()),
    means: z.string(),
  }),
)
/** One metric: what tells it, and what it means. */
export type Metric = z.infer<typeof Metrics>[string]
/** Every metric, as the chart lists them. */
export const metrics = Metrics.parse(parse(chartFile('files/metrics.yaml')))

/** The table of metrics that the runbook has. */
export const metricsTable = (): string =>
  [
    '| metric | type, labels | means |',
    '|---|---|---|',
    ...Object.entries(metrics).map(
      ([name, { type, labels, means }]) => `| \`${name}\` | ${[type, ...labels].join(', ')} | ${means} |`,
    ),
  ].join('\n')

const Alert = z.looseObject({
  alert: z.string(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
})
const Dashboard = z.looseObject({
  panels: z.array(
    z.looseObject({
      title: z.string(),
      gridPos: z.record(z.string(), z.number()),
      targets: z.tuple([z.looseObject({ expr: z.string() })]),
    }),
  ),
})

const production = ciValues('production')

/** The groups of rules that Prometheus is given. */
export async function rulesOf(values = production) {
  const { spec } = find(await render(values), 'PrometheusRule core')
  return spec.groups
}

/** The alerts among them. */
export const alertsOf = async (values = production) =>
  z.array(Alert).parse((await rulesOf(values))?.[0]?.rules)

/** The panels of the dashboard. */
export async function panelsOf() {
  const { data } = find(await render(production), 'ConfigMap dashboard')
  return Dashboard.parse(JSON.parse(data['shop-holdfast.json'] ?? '')).panels
}
