import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alertsOf, rulesOf } from '../charts/watching.ts'
import { hasHelm } from '../support/helm.ts'
import { hasPrometheus, promtool } from '../support/prometheus.ts'
import { conditions, healthy } from './conditions.ts'

/** `name{a="b"}` of the part of this release that tells it. */
function scoped(series: string): string {
  const part = series.startsWith('holdfast_address_budget') ? 'edge' : 'core'
  const scope = `namespace="tickets",service="shop-holdfast-${part}"`
  return series.replace('{}', `{${scope}}`).replace(/\{(?!namespace)/, `{${scope},`)
}

type Series = Readonly<Record<string, string | null>>
type Alert = Awaited<ReturnType<typeof alertsOf>>[number]

describe.runIf(hasHelm && hasPrometheus)('the alerts, in Prometheus’ own rule engine', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'))
  const rules = join(dir, 'rules.yml')
  let alerts: readonly Alert[] = []
  beforeAll(async () => {
    writeFileSync(rules, JSON.stringify({ groups: await rulesOf() }))
    alerts = await alertsOf()
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const input = (series: Series) =>
    Object.entries(series).flatMap(([name, values]) =>
      values === null ? [] : [{ series: scoped(name), values }],
    )
  const silent = (alertname: string) => ({ eval_time: '30m', alertname, exp_alerts: [] })
  const told = (name: string) => {
    const alert = alerts.find((one) => one.alert === name)
    const { labels = {}, summary = '' } = conditions[name] ?? {}
    const severity = alert?.labels.severity ?? ''
    const exp_annotations = { summary, runbook: alert?.annotations.runbook }
    return {
      eval_time: '30m',
      alertname: name,
      exp_alerts: [{ exp_labels: { severity, ...labels }, exp_annotations }],
    }
  }
  const runTests = async (tests: readonly object[]) => {
    const file = join(dir, 'tests.yml')
    writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '15s', tests }))
    return promtool(['test', 'rules', file])
  }
  const of = (name: string, changes: Series, alert_rule_test: readonly object[]) => ({
    name,
    interval: '15s',
    input_series: input({ ...healthy, ...changes }),
    alert_rule_test,
  })

  test('are rules that Prometheus takes', async () => {
    const { code, told: said, complained } = await promtool(['check', 'rules', rules])
    expect(complained).toBe('')
    expect(said).toContain(`SUCCESS: ${alerts.length} rules found`)
    expect(code).toBe(0)
  })

  test('are silent while all is well', async () => {
    const ending = await runTests([
      of(
        'well',
        {},
        alerts.map(({ alert }) => silent(alert)),
      ),
    ])
    expect(ending).toMatchObject({ code: 0 })
  })

  test('are each told on their own condition, with what is said, and not the others', async () => {
    expect(Object.keys(conditions).sort()).toEqual(alerts.map(({ alert }) => alert).sort())
    const tests = alerts.map(({ alert: name }) =>
      of(
        name,
        conditions[name]?.changes ?? {},
        alerts.map(({ alert }) => (alert === name ? told(name) : silent(alert))),
      ),
    )
    const { code, told: said, complained } = await runTests(tests)
    expect({ code, text: code === 0 ? '' : said + complained }).toEqual({ code: 0, text: '' })
  })

  test('would be found out if one of them did not come, or came for nothing', async () => {
    for (const [changes, wanted] of [
      [{}, told('HoldfastDeadLetters')],
      [conditions.HoldfastDeadLetters?.changes ?? {}, silent('HoldfastDeadLetters')],
    ] as const) {
      const { code } = await runTests([of('wrong', changes, [wanted])])
      expect(code).not.toBe(0)
    }
  })
})
