import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { runHoldfast } from '../support/holdfast.ts'
import { useWorld } from './world.ts'

const world = useWorld('embedded')
const secret = () => randomBytes(32).toString('base64url')

/** What core was started with. */
const coreEnv = () => {
  const { secrets, storeUrl, redis } = world().stack
  return {
    STORE_URL: storeUrl,
    UPSTASH_REDIS_REST_URL: redis.restUrl,
    UPSTASH_REDIS_REST_TOKEN: redis.restToken,
    EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
    USER_TOKEN_SECRET: secrets.userTokenSecret,
    ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
    RECEIPT_KEY: secrets.receiptKey,
    ADMIN_EMAIL: secrets.adminEmail,
    ADMIN_PASSWORD_HASH: secrets.adminPasswordHash,
  }
}

const visit = (env: Readonly<Record<string, string>> = {}) =>
  runHoldfast(['doctor', '--edge', world().stack.edgeUrl], { ...coreEnv(), ...env })

test('a healthy Holdfast is found so, from the store to the edge', async () => {
  const { told, complained, code } = await visit()
  expect({ complained, code }).toEqual({ complained: '', code: 0 })
  for (const check of ['settings', 'store', 'store writes', 'Redis scripts', 'edge', 'clock of the edge']) {
    expect(told).toMatch(new RegExp(`^ok +${check} `, 'm'))
  }
  expect(told).toMatch(/^ok +edge receipt keys +1 published/m)
  expect(told).toMatch(/^ok +edge to core +core takes the word/m)
  expect(told).toMatch(/^ok +edge admin tokens +are taken/m)
})

test('an edge before another core, by its keys and secrets, is found out', async () => {
  const receiptKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const { told, code } = await visit({
    RECEIPT_KEY: JSON.stringify(receiptKey),
    ADMIN_TOKEN_SECRET: secret(),
  })
  expect(code).toBe(1)
  expect(told).toMatch(/^FAIL +edge receipt keys +1 of 1 are not published/m)
  expect(told).toMatch(/^FAIL +edge admin tokens .*401 invalid_token/m)
})

test('an edge whose word core does not take, and one that is not there, are told apart', async () => {
  const { stack } = world()
  await stack.restartEdge({ EDGE_ASSERTION_KEYS: `other:${secret()}` })
  expect((await visit()).told).toMatch(
    /^FAIL +edge to core .*503 dependency_unavailable\n.*EDGE_ASSERTION_KEYS/m,
  )
  await stack.edge.stop()
  expect((await visit()).told).toMatch(/^FAIL +edge +cannot be asked.*\n.*--edge/m)
})
