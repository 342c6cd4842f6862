/*
 * The attacker runs an app of their own, or has script on a page of one: the tokens of its users come to them. They send one with the
 * publishable key of another app, which everybody can read, and the origin of its page.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from '../stage.ts'
import { onPage, onServer } from '../world.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.world.close())

const calls = (): [string, string, object?][] => {
  const { bookingId, holdId, twinId } = stage.ids
  return [
    ['GET', '/v1/bookings'],
    ['GET', `/v1/bookings/${bookingId}`],
    ['POST', `/v1/bookings/${bookingId}/cancel`, {}],
    ['GET', `/v1/events/${twinId}/holds/${holdId}`],
    ['DELETE', `/v1/events/${twinId}/holds/${holdId}`],
    ['GET', '/v1/holds'],
    ['GET', '/v1/auth/me'],
  ]
}

test('a token of one app does nothing in another, on any page and from no page', async () => {
  const { world, elsewhere } = stage
  for (const app of [onPage(world.shop), onServer(world.shop)]) {
    for (const [method, path, body] of calls()) {
      const headers = { ...app, ...elsewhere }
      const { status, text } = await world.send({ method, path, headers, ...(body && { body }) })
      expect([`${method} ${path}`, status], text).toEqual([`${method} ${path}`, 401])
    }
  }
})

test('a token of the predecessors’ shared pool is good with every app on their routes, and on no other', async () => {
  const { world } = stage
  const { token } = await world.tokens.issueUserToken(stage.ids.userId, null)
  const authorization = `Bearer ${token}`
  for (const { appId, legacyPageKey: key } of [world.shop, world.other]) {
    const headers = {
      'x-app-id': appId,
      'x-api-key': key,
      origin: onPage(world.shop).origin ?? '',
      authorization,
    }
    const mine = await world.send({ method: 'GET', path: '/my-bookings?page=1&limit=10', headers })
    expect(mine.status, mine.text).toBe(200)
  }
  const own = await world.send({
    method: 'GET',
    path: '/v1/bookings',
    headers: { ...onPage(world.shop), authorization },
  })
  expect(own.status).toBe(401)
})

test('a token that an app has made is not good with another one on the predecessors’ routes either', async () => {
  const { world, elsewhere } = stage
  const { appId, legacyPageKey: key } = world.shop
  const headers = {
    'x-app-id': appId,
    'x-api-key': key,
    origin: onPage(world.shop).origin ?? '',
    ...elsewhere,
  }
  expect((await world.send({ method: 'GET', path: '/my-bookings?page=1&limit=10', headers })).status).toBe(
    401,
  )
})
