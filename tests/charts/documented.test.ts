import { delimiter, join } from 'node:path'
import { compare } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { readEnv } from '../../core/src/env.ts'
import { rootDir } from '../../edge/dev/processes.ts'
import { readNodeEnv } from '../../edge/src/env.ts'
import { chartValues } from '../docs/chart-values.ts'
import { hasHelm } from '../support/helm.ts'
import { runProgram } from '../support/holdfast.ts'
import { changed, chartFile, ciValues, notesOf } from './chart.ts'
import { namesOf } from './schema.ts'

const values = chartValues()

describe('values.yaml', () => {
  test('has each value of the schema, and no other', () => {
    // Helm's own, which charts above may set.
    const known = namesOf().filter((name) => name !== 'global')
    expect(values.map(({ name }) => name).sort()).toEqual(known.sort())
  })

  test.each(values)('tells of $name in a sentence', ({ told }) => {
    expect(told).toMatch(/^[A-Z\d`s].*[.:)]$|^[a-z0-9]+:/s)
  })

  test('tells the unit of every number', () => {
    const units = /second|percent|port|pods|cores|bytes/i
    const numbers = values.filter(({ name }) =>
      /Seconds|Percent|[rR]eplicas|port|cpu|memory/i.test(name.split('.').at(-1) ?? ''),
    )
    expect(numbers.length).toBeGreaterThan(15)
    expect(numbers.filter(({ comment }) => !units.test(comment)).map(({ name }) => name)).toEqual([])
  })
})

test('the secrets of the runbook are what core and the edge take', async () => {
  const [, snippet = ''] = /<!-- secrets -->\n```sh\n(.*?)```/s.exec(chartFile('README.md')) ?? []
  const given = {
    STORE_URL: 'mongodb://db/holdfast?replicaSet=rs0',
    UPSTASH_REDIS_REST_URL: 'https://eu1.upstash.io',
    UPSTASH_REDIS_REST_TOKEN: 'token',
  }
  // Its arguments, which others on the machine can read, and what it is told besides.
  const kubectl = `kubectl() { printf '%s ' "$@"; echo; cat; }\n`
  const path = [join(rootDir, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const { code, told, complained } = await runProgram(['sh', '-euc', kubectl + snippet], {
    ...given,
    PATH: path,
  })
  expect({ code, complained }).toEqual({ code: 0, complained: '' })
  const made = told.split(/\n(?=-n tickets )/).map((secret) => {
    const [command = '', ...lines] = secret.trim().split('\n')
    expect(command).toMatch(/^-n tickets create secret generic holdfast-\w+ --from-env-file=\/dev\/stdin $/)
    const keys = lines.map((line) => line.split(/=(.*)/s).slice(0, 2))
    return [command.split(' ')[5], Object.fromEntries(keys) as Record<string, string>] as const
  })
  const secrets = Object.fromEntries(made)
  const {
    'holdfast-store': store,
    'holdfast-redis': redis,
    'holdfast-core': core,
    'holdfast-edge': edge,
  } = secrets
  const env = readEnv({ ...store, ...redis, ...core, ADMIN_EMAIL: 'admin@acme.example' })
  const edgeEnv = readNodeEnv({ ...redis, ...edge, CORE_URL: 'https://core.acme.example' })
  expect(edgeEnv.EDGE_ASSERTION_KEYS).toEqual(env.EDGE_ASSERTION_KEYS)
  const [, password = ''] = /^the password of the first admin: (\S+)$/m.exec(told) ?? []
  expect(await compare(password, env.ADMIN_PASSWORD_HASH)).toBe(true)
})

describe.runIf(hasHelm)('what is written after an installation', () => {
  const minimal = ciValues('minimal')
  const selfHosted = ciValues('self-hosted-edge')

  test('warns when Workers cannot reach core, and tells how they could', async () => {
    const notes = await notesOf(minimal)
    expect(notes).toContain('WARNING: nobody reaches core. Workers cannot call a ClusterIP')
    expect(notes).toContain('http://shop-holdfast-core.tickets.svc:8788')
    expect(await notesOf(ciValues('production'))).not.toContain('WARNING')
    expect(await notesOf(selfHosted)).not.toContain('WARNING')
  })

  test.each([
    [
      'the edge is shown to nobody',
      changed(selfHosted, 'edge.ingress.enabled', false),
      'only the cluster reaches the edge',
    ],
    ['there is one pod', changed(minimal, 'core.replicas', 1), 'one pod of core'],
    [
      'everybody may knock',
      changed(minimal, 'networkPolicy.enabled', false),
      'networkPolicy.enabled is false',
    ],
  ])('warns when %s', async (_, changes, warning) => {
    expect(await notesOf(changes)).toContain(`WARNING: ${warning}`)
  })

  test('gives the next command', async () => {
    expect(await notesOf(ciValues('production'))).toContain('npx wrangler deploy')
    expect(await notesOf(selfHosted)).toContain('helm test shop -n tickets')
    expect(await notesOf(minimal)).toContain(
      'kubectl -n tickets rollout status deployment/shop-holdfast-core',
    )
    expect(await notesOf(minimal)).toContain('say in test.edgeUrl where the Workers answer')
  })
})
