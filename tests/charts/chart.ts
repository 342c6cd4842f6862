import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { rootDir } from '../../edge/dev/processes.ts'
import { runHelm } from '../support/helm.ts'

/** The folder of the chart. */
export const chartDir = join(rootDir, 'charts/holdfast')

/** A file of the chart, as text. */
export const chartFile = (name: string): string => readFileSync(join(chartDir, name), 'utf8')

/** The values that the chart is told to work with, each in a file of `ci`. */
export const ciNames: readonly string[] = readdirSync(join(chartDir, 'ci')).map((name) =>
  name.replace(/-values\.yaml$/, ''),
)

/** Values, or some of them. */
export type Values = { readonly [name: string]: unknown }

/** The values of a file of `ci`. */
export const ciValues = (name: string): Values => parse(chartFile(`ci/${name}-values.yaml`))

/** Where a test looks into an object that was rendered: whatever is on the way, or undefined. */
export type Part = { readonly [name: string]: Part } & readonly Part[] & string

const Rendered = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
/** An object of Kubernetes. */
export type Rendered = z.infer<typeof Rendered> & {
  readonly spec: Part
  readonly data: Record<string, string>
}

const at = ['shop', chartDir, '--namespace', 'tickets', '-f', '-'] as const

/** What Helm says to these values. */
export const helmTemplate = (values: Values) => runHelm(['template', ...at], JSON.stringify(values))

/** What is written after an installation with these values. */
export async function notesOf(values: Values): Promise<string> {
  const { ok, told, complained } = await runHelm(
    ['install', ...at, '--dry-run=client'],
    JSON.stringify(values),
  )
  if (!ok) throw new Error(complained)
  return told.split('\nNOTES:\n').at(-1) ?? ''
}

/**
 * Renders the chart.
 * @throws with what Helm says when the values are refused.
 */
export async function render(values: Values): Promise<readonly Rendered[]> {
  const { ok, told, complained } = await helmTemplate(values)
  if (!ok) throw new Error(complained)
  return parseAllDocuments(told).map((document) => Rendered.parse(document.toJS()) as Rendered)
}

/** The one object of a kind and a part, e.g. `Deployment core`. */
export function find(objects: readonly Rendered[], name: string): Rendered {
  const [found, ...more] = objects.filter((one) => nameOf(one) === name)
  if (!found || more.length > 0) throw new Error(`${more.length > 0 ? 'several' : 'no'} ${name}`)
  return found
}

/** What an object is called in tests, e.g. `Deployment core`. */
export const nameOf = ({ kind, metadata }: Rendered): string =>
  `${kind} ${metadata.labels['app.kubernetes.io/component']}`

/** Values with one of them changed: `changed(values, 'core.replicas', 3)`. */
export function changed(values: Values, path: string, value: unknown): Values {
  const [name = '', ...rest] = path.split('.')
  if (rest.length === 0) return { ...values, [name]: value }
  const below = values[name]
  const inner = typeof below === 'object' && below !== null ? (below as Values) : {}
  return { ...values, [name]: changed(inner, rest.join('.'), value) }
}

/** The same with several changes. */
export const changedAll = (values: Values, changes: Values): Values =>
  Object.entries(changes).reduce((all, [path, value]) => changed(all, path, value), values)
