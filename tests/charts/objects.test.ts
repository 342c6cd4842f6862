import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  PrometheusRule,
  ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Job } from 'kubernetes-models/batch/v1'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { ConfigMap, Pod, Service, ServiceAccount } from 'kubernetes-models/v1'
import { describe, expect, test } from 'vitest'
import { rootDir } from '../../edge/dev/processes.ts'
import { hasHelm, runHelm } from '../support/helm.ts'
import { chartDir, ciNames, ciValues, type Rendered, render } from './chart.ts'

/** Kubernetes' own schemas of what the chart makes, and the module that has the type. */
const models = {
  'apps/v1 Deployment': [Deployment, 'kubernetes-models/apps/v1'],
  'autoscaling/v2 HorizontalPodAutoscaler': [HorizontalPodAutoscaler, 'kubernetes-models/autoscaling/v2'],
  'batch/v1 Job': [Job, 'kubernetes-models/batch/v1'],
  'networking.k8s.io/v1 Ingress': [Ingress, 'kubernetes-models/networking.k8s.io/v1'],
  'networking.k8s.io/v1 NetworkPolicy': [NetworkPolicy, 'kubernetes-models/networking.k8s.io/v1'],
  'policy/v1 PodDisruptionBudget': [PodDisruptionBudget, 'kubernetes-models/policy/v1'],
  'v1 ConfigMap': [ConfigMap, 'kubernetes-models/v1'],
  'v1 Pod': [Pod, 'kubernetes-models/v1'],
  'v1 Service': [Service, 'kubernetes-models/v1'],
  'v1 ServiceAccount': [ServiceAccount, 'kubernetes-models/v1'],
  'monitoring.coreos.com/v1 ServiceMonitor': [
    ServiceMonitor,
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  ],
  'monitoring.coreos.com/v1 PrometheusRule': [
    PrometheusRule,
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  ],
} as const

const modelOf = ({ apiVersion, kind }: Rendered) => {
  const found = Object.entries(models).find(([name]) => name === `${apiVersion} ${kind}`)
  if (!found) throw new Error(`nobody has thought of ${apiVersion} ${kind}`)
  return found[1]
}

/** Throws when an object is not what Kubernetes takes. */
function validate(object: Rendered): void {
  const [Model] = modelOf(object)
  // The objects come from YAML: whether they fit is what is asked here.
  new Model(object as never).validate()
}

/**
 * What TypeScript says of the objects by the types that are made from the same schemas: of fields, too, that Kubernetes
 * does not know and would drop without a word.
 */
function unknownFields(objects: readonly Rendered[]): string {
  const dir = join(rootDir, 'node_modules/.cache/holdfast/objects')
  const lines = objects.map((object, n) => {
    const [, module] = modelOf(object)
    return `import type { I${object.kind} as T${n} } from '${module}'\nexport const o${n}: T${n} = ${JSON.stringify(object)}`
  })
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'objects.ts'), lines.join('\n'))
  const options = { noEmit: true, strict: true, skipLibCheck: true, module: 'nodenext', types: [] }
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['objects.ts'] }),
  )
  const { stdout, stderr } = spawnSync('tsc', ['-p', dir], { encoding: 'utf8' })
  rmSync(dir, { recursive: true })
  return stdout + stderr
}

describe.runIf(hasHelm)('the chart', () => {
  test.each(ciNames)('has nothing to complain of, strictly, with the values %s', async (name) => {
    const linted = await runHelm([
      'lint',
      '--strict',
      chartDir,
      '-f',
      join(chartDir, `ci/${name}-values.yaml`),
    ])
    expect(linted).toMatchObject({ ok: true, told: expect.stringContaining('0 chart(s) failed') })
  })

  test.each(ciNames)('makes what Kubernetes takes of the values %s', async (name) => {
    const objects = await render(ciValues(name))
    expect(objects.length).toBeGreaterThan(5)
    for (const object of objects) validate(object)
  })

  test('gives no object a field that Kubernetes does not know', async () => {
    const all = (await Promise.all(ciNames.map((name) => render(ciValues(name))))).flat()
    expect(unknownFields(all)).toBe('')
  })

  test('would be caught with a wrong field, and with one that nobody knows', async () => {
    const [service] = (await render(ciValues('minimal'))).filter(({ kind }) => kind === 'Service')
    if (!service) throw new Error('there is no Service')
    const wrong = { ...service, spec: { ports: 'http' } } as unknown as Rendered
    expect(() => validate(wrong)).toThrow()
    const misspelt = { ...service, spec: { ports: [], selektor: {} } } as unknown as Rendered
    expect(unknownFields([misspelt])).toContain('selektor')
  })

  test('makes the same of its defaults as before', async () => {
    const { told } = await runHelm([
      'template',
      'shop',
      chartDir,
      '--namespace',
      'tickets',
      '-f',
      join(chartDir, 'ci/minimal-values.yaml'),
    ])
    await expect(told).toMatchFileSnapshot('defaults.snapshot.yaml')
  })

  test('covers every kind of object with some values', async () => {
    const all = (await Promise.all(ciNames.map((name) => render(ciValues(name))))).flat()
    const kinds = new Set(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))
    expect([...kinds].sort()).toEqual(Object.keys(models).sort())
  })
})
