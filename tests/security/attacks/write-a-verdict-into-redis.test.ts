/*
 * The attacker can write in the Redis of holds, which several programs may share, and puts there what the edges remember of
 * keys: any string became the secret key of any app.
 */
import { headers } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { decoded } from '../../../edge/dev/redis/engine.ts'
import { openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const run = async (...command: [string, ...string[]]) => decoded(await world.engine.run(command))
/** Asks an edge that has just started, which knows what Redis tells it. */
const ask = (key: string) =>
  world.send({ method: 'GET', path: '/v1/webhooks', headers: { [headers.apiKey]: key } }, world.openEdge())
const nobodys = 'hf_sk_whatever-an-attacker-makes-up'

const verdictNames = async () => (await run('KEYS', 'hf:*:verdict:*')) as string[]

/** What edges keep of a key, and where. */
async function keptOf(key: string) {
  const before = await verdictNames()
  const { status } = await ask(key)
  // It is kept after the answer.
  const name = await vi.waitUntil(async () => (await verdictNames()).find((one) => !before.includes(one)))
  return { status, name, value: String(await run('GET', name)) }
}

test('a verdict that no edge wrote makes no key of any string', async () => {
  const good = await keptOf(world.shop.secretKey)
  expect([good.status, good.value]).toEqual([200, expect.stringContaining(world.shop.appId)])
  const wrong = await keptOf(nobodys)
  expect(wrong.status).toBe(401)

  const json = good.value.slice(good.value.indexOf('{'))
  for (const forged of [json, good.value, wrong.value.replace(/\{.*/s, json)]) {
    await run('SET', wrong.name, forged)
    const { status } = await ask(nobodys)
    expect(status, forged).toBe(401)
  }
})
