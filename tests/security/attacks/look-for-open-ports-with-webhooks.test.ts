/*
 * The attacker has an app, and names as endpoints of it the ports of a stranger's host: what became of a delivery told which of
 * them are open.
 */
import { headers } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const put = (id: string, url: string) =>
  world.send({
    method: 'PUT',
    path: `/v1/webhooks/${id}`,
    headers: { [headers.apiKey]: world.shop.secretKey },
    body: { url, events: ['booking.confirmed'] },
  })

test.each([22, 80, 3306, 6379, 8443])(
  'an endpoint at port %s is refused, and says which may be',
  async (port) => {
    const { status, text } = await put(`port-${port}`, `https://stranger.example:${port}/`)
    expect([status, text]).toEqual([422, expect.stringContaining('must be at the port of https, 443')])
  },
)

test('an endpoint at 443 is taken, and one that is there stays where it is when its events change', async () => {
  expect((await put('own', 'https://shop.example/hooks')).status).toBe(201)
  const { appId } = world.shop
  await world.store.updateIf(appId, 'endpoints', {}, { set: { url: 'https://shop.example:8443/hooks' } })
  expect((await put('own', 'https://shop.example:8443/hooks')).status).toBe(200)
  expect((await put('own', 'https://shop.example:8444/hooks')).status).toBe(422)
})
