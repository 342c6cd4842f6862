import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { cloudflareFlood, RateLimitBinding } from '../../../edge/src/adapters/cloudflare-flood.ts'

test("the rate limits of Workers are the edge's first tier: each key has its own, and so has each caller", async () => {
  const of = (name: string) => RateLimitBinding.parse(Reflect.get(env, name))
  const isFlood = cloudflareFlood({ client: of('CLIENT_FLOOD'), server: of('SERVER_FLOOD') })
  const key = crypto.randomUUID()
  const asked = async (caller: 'client' | 'server', name = key) => isFlood(caller, name)
  expect([await asked('client'), await asked('client'), await asked('client')]).toEqual([false, false, true])
  expect(await asked('client', `${key} other`)).toBe(false)
  expect(await asked('server')).toBe(false)
  expect(await cloudflareFlood({ client: undefined, server: undefined })('client', key)).toBe(false)
})
