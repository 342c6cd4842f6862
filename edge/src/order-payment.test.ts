import { expect, test } from 'vitest'
import { createTestEdge, json } from './testing.ts'
import { clientNames, holdId, holdOf, publishableKey, secretKey } from './testing-data.ts'

const path = `/v1/events/theatre/holds/${holdId}/order`
const order = {
  ...{ id: 'pi_1', hold: holdId, provider: 'simulated', amount: 9_000, currency: 'EUR' },
  expiresAt: '2026-11-23T12:02:00.000Z',
}

test.each([
  ['a browser’s address', publishableKey, '203.0.113.7', '203.0.113.7:4711'],
  ['the /64 of a browser’s IPv6 address', publishableKey, '2001:db8:1:2::7', '2001:db8:1:2::8'],
  ['nobody when the address cannot be read', publishableKey, 'nonsense', null],
  ['nobody when a server asks, for all of its buyers', secretKey, '203.0.113.7', null],
])('an order is counted for %s', async (_, key, address, same) => {
  const edge = createTestEdge()
  edge.inventory.read = async () => ({
    word: 'hold',
    hold: holdOf(edge.platform),
    nowMs: edge.platform.now(),
  })
  edge.core.answers.set(`POST ${path}`, () => json(order, 201))
  const vouched = key === secretKey ? { 'x-external-user-id': 'u1' } : {}
  const from = (text: string) =>
    edge.call('POST', path, { key, body: {}, headers: { 'x-test-address': text, ...vouched } })
  for (const text of [address, same ?? address, '198.51.100.1']) expect((await from(text)).status).toBe(201)
  const asked = edge.core.requests.filter((request) => request.path === path)
  const [client, again, other] = asked.map(({ body }) => JSON.parse(body).client)
  expect(client).toEqual(same === null ? undefined : expect.stringMatching(clientNames))
  expect(again).toBe(client)
  if (same !== null) expect(other).not.toBe(client)
})
