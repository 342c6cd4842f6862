import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unstable_readConfig as readConfig } from 'wrangler'
import * as z from 'zod'
import { rootDir } from '../../edge/dev/processes.ts'
import { WorkerEnv } from '../../edge/src/env.ts'
import { settingsIn } from './settings.ts'

const file = join(rootDir, 'wrangler.toml')
const text = readFileSync(file, 'utf8')
const environments = ['', 'staging', 'production']
const Config = z.object({
  name: z.string(),
  vars: z.record(z.string(), z.string()),
  ratelimits: z.array(z.object({ name: z.string(), namespace_id: z.string() })),
  observability: z.object({ enabled: z.boolean() }),
  assets: z.object({ directory: z.string() }),
})
const configOf = (env: string) => Config.parse(readConfig({ config: file, env }))
const settings = settingsIn(WorkerEnv)
const floods = ['CLIENT_FLOOD', 'SERVER_FLOOD']

describe.each(environments)('the environment "%s" of wrangler.toml', (environment) => {
  const config = configOf(environment)

  test('has every variable that the worker needs, or names it among the secrets', () => {
    const needed = settings.filter(({ absent }) => absent === null)
    const secrets = needed.filter(({ isSecret, name }) => isSecret || name.startsWith('UPSTASH_'))
    for (const { name } of secrets) expect(text).toMatch(new RegExp(`^#.*\\b${name}\\b`, 'm'))
    const plain = needed.filter((one) => !secrets.includes(one)).map(({ name }) => name)
    expect(Object.keys(config.vars)).toEqual(expect.arrayContaining(plain))
  })

  test('has no secret, and no variable that the worker does not read', () => {
    for (const name of Object.keys(config.vars)) {
      expect(settings.find((one) => one.name === name)).toMatchObject({ isSecret: false })
    }
  })

  test('has a first tier of rate limits, logs and the folder of pages', () => {
    expect(config.ratelimits.map(({ name }) => name)).toEqual(floods)
    expect(config.observability.enabled).toBe(true)
    expect(join(rootDir, config.assets.directory)).toBe(join(rootDir, 'edge/public'))
  })
})

test('no two environments share a name or a count', () => {
  const configs = environments.map(configOf)
  expect(new Set(configs.map(({ name }) => name)).size).toBe(environments.length)
  const counts = configs.flatMap(({ ratelimits }) => ratelimits.map(({ namespace_id: id }) => id))
  expect(new Set(counts).size).toBe(environments.length * floods.length)
})
