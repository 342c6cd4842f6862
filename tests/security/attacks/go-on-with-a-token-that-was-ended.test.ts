/*
 * The attacker has a token of somebody else: from a laptop that was left behind, a page with foreign script, a log. Its owner signs
 * out, changes the password, or is deactivated by the operator.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updateUser } from '../../../core/src/users/update-user.ts'
import { signUp, stagePassword } from '../stage.ts'
import { onPage, openWorld, type World } from '../world.ts'

const email = 'ada@holdfast.test'
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

let world: World
let edges: World['edge'][]
let stolen: string
let userId: string
beforeEach(async () => {
  world = await openWorld()
  edges = [world.edge, world.openEdge()]
  const session = await signUp(world, email)
  ;[stolen, userId] = [session.token, session.user.id]
})
afterEach(() => world.close())

const later = (seconds: number) => world.clock.tick(seconds * 1_000)

/** What each edge says to the stolen token. */
const tries = async (
  headers: Readonly<Record<string, string>> = { ...onPage(world.shop), ...bearer(stolen) },
) => {
  const statuses = []
  for (const edge of edges) {
    const request = { method: 'GET', path: '/v1/auth/me', headers }
    statuses.push((await world.send(request, edge)).status)
  }
  return statuses
}
const call = async (method: string, path: string, body?: object, head: object = bearer(stolen)) => {
  const headers = { ...onPage(world.shop), ...head }
  const answer = await world.send({ method, path, headers, ...(body && { body }) })
  expect(answer.status, answer.text).toBeLessThan(300)
}

const endings: Record<string, () => Promise<unknown>> = {
  'signed out': () => call('POST', '/v1/auth/signout', {}),
  'signed out everywhere': () => call('DELETE', '/v1/auth/sessions'),
  'changed the password': () =>
    call('POST', '/v1/auth/password', { password: stagePassword, newPassword: 'staple battery' }),
  'been deactivated by the operator': () => updateUser(world.core, { userId, patch: { active: false } }),
}

describe.each(Object.entries(endings))('after its owner has %s, a token', (_, end) => {
  test('is refused at every edge within 60 seconds', async () => {
    expect(await tries()).toEqual([200, 200])
    await end()
    for (let seconds = 0; seconds < 60; seconds += 10) {
      await tries()
      later(10)
    }
    expect(await tries()).toEqual([401, 401])
  })

  test('is refused within 60 seconds while no edge can read in Redis what was ended', async () => {
    expect(await tries()).toEqual([200, 200])
    world.network.outages.set('inventory.test', async () => new Response('gone', { status: 500 }))
    await end()
    for (let seconds = 0; seconds < 60; seconds += 10) {
      await tries()
      later(10)
    }
    expect(await tries()).toEqual([401, 401])
  })
})

test('a guest’s token is refused after they have signed out', async () => {
  const { token } = await world.tokens.issueGuestToken('gst_1', world.shop.appId)
  await call('POST', '/v1/auth/verify', {}, bearer(token))
  await call('POST', '/v1/auth/signout', {}, bearer(token))
  later(60)
  const headers = { ...onPage(world.shop), ...bearer(token) }
  const answer = await world.send({ method: 'POST', path: '/v1/auth/verify', headers, body: {} })
  expect(answer.status).toBe(401)
})
