/*
 * The attacker has taken an admin's token, from a log, a proxy or a browser that was left open. The admin signs out, or gets a
 * new password, and the token went on for a day.
 */
import { AdminSession, type ProblemCode } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adminAccount, secrets } from '../secrets.ts'
import { openWorld, type World } from '../world.ts'

let world: World
const admins = [adminAccount] as [typeof adminAccount]
beforeAll(async () => {
  world = await openWorld(undefined, { admins })
})
afterAll(() => world.close())
beforeEach(() => {
  admins[0] = adminAccount
  // What ended in the test before ended in another second.
  world.clock.tick(1_000)
})

type Headers = Readonly<Record<string, string>>

async function signIn(password = secrets.admin.password): Promise<Headers> {
  const body = { email: secrets.admin.email, password }
  const answer = await world.send({ method: 'POST', path: '/v1/admin/login', body })
  return { authorization: `Bearer ${AdminSession.parse(answer.body).token}` }
}

const signOut = (headers: Headers, body?: object) =>
  world.send({ method: 'POST', path: '/v1/admin/signout', headers, ...(body && { body }) })

/** What the token is good for: a read, a write, and the same in the predecessor's console. */
async function tried(headers: Headers) {
  const ask = async (method: string, path: string, body?: object) =>
    (await world.send({ method, path, headers, ...(body && { body }) })).status
  return [
    await ask('GET', '/v1/admin/bookings'),
    await ask('POST', '/v1/admin/apps', { name: 'Mine' }),
    await ask('GET', '/admin/apps'),
    await ask('POST', '/admin/apps', { name: 'Mine', domain: 'BUS', allowedDomains: [] }),
  ]
}
const granted = [200, 201, 200, 201]
const refused = [401, 401, 401, 401]

describe('a stolen token of an admin', () => {
  test('is good for nothing once its session was signed out, and the admin’s other session goes on', async () => {
    const [stolen, other] = [await signIn(), await signIn()]
    expect(await tried(stolen)).toEqual(granted)
    expect((await signOut(stolen)).status).toBe(204)
    expect(await tried(stolen)).toEqual(refused)
    expect(await tried(other)).toEqual(granted)
    expect((await signOut(stolen)).status).toBe(401)
  })

  test('is good for nothing once its admin has signed out everywhere from another session', async () => {
    const [stolen, other] = [await signIn(), await signIn()]
    expect((await signOut(other, { everywhere: true })).status).toBe(204)
    expect(await tried(stolen)).toEqual(refused)
    world.clock.tick(1_000)
    expect(await tried(await signIn())).toEqual(granted)
  })

  test('is good for nothing once core has another password of its admin', async () => {
    const stolen = await signIn()
    expect(await tried(stolen)).toEqual(granted)
    admins[0] = { ...adminAccount, passwordHash: 'plain:a new one' }
    expect(await tried(stolen)).toEqual(refused)
    expect(await tried(await signIn('a new one'))).toEqual(granted)
  })

  test('is good for nothing once its admin is none any more', async () => {
    const stolen = await signIn()
    admins[0] = { ...adminAccount, name: 'somebody-else', email: 'else@holdfast.test' }
    expect(await tried(stolen)).toEqual(refused)
  })

  test('is good for eight hours at most', async () => {
    const stolen = await signIn()
    world.clock.tick(8 * 3_600_000 - 1_000)
    expect((await tried(stolen))[0]).toBe(200)
    world.clock.tick(6_000)
    expect(await tried(stolen)).toEqual(refused)
  })

  test('is told as one that is not good, and where to sign in', async () => {
    const stolen = await signIn()
    await signOut(stolen)
    const answer = await world.send({ method: 'GET', path: '/v1/admin/stats', headers: stolen })
    const code: ProblemCode = 'invalid_token'
    expect(answer.body).toMatchObject({ code, detail: expect.stringContaining('/v1/admin/login') })
  })
})
