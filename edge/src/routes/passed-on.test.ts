import { type Inventory, InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { CoreUnreachable } from '../ports.ts'
import {
  createTestEdge,
  createTestInventory,
  createTestPlatform,
  json,
  problemIn,
  refusal,
} from '../testing.ts'
import { booking, buyer, makeToken, otherKey, secretKey } from '../testing-data.ts'

describe('bookings', () => {
  const one = `/v1/bookings/${booking.id}`

  test('a buyer’s are asked for in the buyer’s name', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('GET /v1/bookings?limit=50', () => json({ bookings: [booking] }))
    edge.core.answers.set(`GET ${one}`, () => json(booking))
    const list = await edge.call('GET', '/v1/bookings')
    expect([list.status, list.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await list.json()).toEqual({ bookings: [booking] })
    expect(await (await edge.call('GET', one)).json()).toEqual(booking)
    expect(edge.core.requests.at(-1)?.claims).toMatchObject({ principal: 'pool:usr_1' })
  })

  test('a server may ask for nobody in particular, a browser may not', async () => {
    const edge = createTestEdge()
    edge.core.answers.set(`GET ${one}`, () => json(booking))
    expect((await edge.call('GET', one, { key: secretKey, token: null })).status).toBe(200)
    expect(edge.core.requests.at(-1)?.claims).not.toHaveProperty('principal')
    expect((await edge.call('GET', one, { token: null })).status).toBe(401)
  })

  test('a receipt is a JWT as core signed it', async () => {
    const edge = createTestEdge()
    const answer = () => new Response('aa.bb.cc', { headers: { 'content-type': 'application/jwt' } })
    edge.core.answers.set(`GET ${one}/receipt`, answer)
    const response = await edge.call('GET', `${one}/receipt`)
    expect(response.headers.get('content-type')).toBe('application/jwt')
    expect([response.status, await response.text()]).toEqual([200, 'aa.bb.cc'])
    edge.core.answers.set(`GET ${one}/receipt`, () => new Response('<html>'))
    expect((await edge.call('GET', `${one}/receipt`)).status).toBe(503)
  })
})

test('a call without a body reaches core as the empty object that it stands for', async () => {
  const edge = createTestEdge()
  const path = `/v1/bookings/${booking.id}/cancel/preview`
  const preview = { booking: booking.id, seats: [], refund: 0, retained: 0, currency: 'EUR', charges: [] }
  edge.core.answers.set(`POST ${path}`, () => json(preview))
  expect((await edge.call('POST', path)).status).toBe(200)
  expect(edge.core.requests.at(-1)?.body).toBe('{}')
})

describe('a receipt that Redis keeps', () => {
  const path = `/v1/bookings/${booking.id}/receipt`
  const silent = () => {
    throw new CoreUnreachable()
  }
  /** An edge whose Redis has a receipt of the buyer in app_1, and whose core answers that. */
  const edgeWith = (
    core: () => Response,
    read?: Inventory['receipt'],
    ticket: 'valid' | 'pending' = 'valid',
  ) => {
    const platform = createTestPlatform()
    const receipt: Inventory['receipt'] = async ({ appId, bookingId }) =>
      appId === 'app_1' && bookingId === booking.id
        ? { word: 'receipt', owner: buyer, ticket, receipt: 'aa.bb.cc', nowMs: platform.now() }
        : { word: 'absent', nowMs: platform.now() }
    const edge = createTestEdge({ inventory: { ...createTestInventory(platform), receipt: read ?? receipt } })
    edge.core.answers.set(`GET ${path}`, core)
    return edge
  }

  test('is shown to its owner and to the app’s server while core is down', async () => {
    const edge = edgeWith(silent)
    const vouched = { key: secretKey, headers: { 'x-external-user-id': 'ann' } }
    for (const call of [{}, { key: secretKey }, { key: secretKey, token: null }]) {
      const response = await edge.call('GET', path, call)
      expect([response.status, await response.text()]).toEqual([200, 'aa.bb.cc'])
      expect(response.headers.get('content-type')).toBe('application/jwt')
      expect(response.headers.get('x-holdfast-ticket')).toBe('valid')
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expect(edge.core.count(`GET ${path}`)).toBe(0)
    expect((await edge.call('GET', path, vouched)).status).toBe(503)
  })

  test('of a payment that was on its way says what core knows of it, and while core is down what was known', async () => {
    const told = { 'content-type': 'application/jwt', 'x-holdfast-ticket': 'void' }
    for (const [core, ticket] of [
      [() => new Response('aa.bb.cc', { headers: told }), 'void'],
      [silent, 'pending'],
    ] as const) {
      const response = await edgeWith(core, undefined, 'pending').call('GET', path)
      expect([response.status, response.headers.get('x-holdfast-ticket')]).toEqual([200, ticket])
    }
  })

  test('is the answer of core for anybody else: as missing as one that never was', async () => {
    const edge = edgeWith(() => refusal('not_found'))
    const stranger = await makeToken(edge.platform, 'user', { claims: { sub: 'pool:usr_2' } })
    for (const call of [{ token: stranger }, { key: otherKey }, { key: otherKey, token: null }]) {
      expect(await problemIn(await edge.call('GET', path, call))).toMatchObject({ code: 'not_found' })
    }
    expect(edge.core.count(`GET ${path}`)).toBe(3)
    expect((await edge.call('GET', path, { token: null })).status).toBe(401)
  })

  test('is core’s, byte for byte, when Redis has lost it or does not answer', async () => {
    const answer = () => new Response('aa.bb.cc', { headers: { 'content-type': 'application/jwt' } })
    const absent = async () => ({ word: 'absent', nowMs: 0 }) as const
    for (const read of [absent, () => Promise.reject(new InventoryFault('receipt'))]) {
      const response = await edgeWith(answer, read).call('GET', path)
      expect([response.status, await response.text()]).toEqual([200, 'aa.bb.cc'])
    }
  })
})

describe('auth', () => {
  const user = {
    id: 'usr_1',
    email: 'a@b.example',
    name: 'A',
    phone: null,
    createdAt: '2026-11-23T12:00:00.000Z',
  }
  const session = { token: 't', expiresInSeconds: 60, user }
  const account = { email: 'a@b.example', password: '12345678', name: 'A' }

  test('signup, login and guest are core’s', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('POST /v1/auth/signup', () => json(session, 201))
    edge.core.answers.set('POST /v1/auth/login', () => json(session))
    const guest = { token: 't', expiresInSeconds: 60, guest: { id: 'g' } }
    edge.core.answers.set('POST /v1/auth/guest', () => json(guest, 201))
    const { name: _, ...login } = account
    const answers = [
      await edge.call('POST', '/v1/auth/signup', { token: null, body: { ...account, code: '12345678' } }),
      await edge.call('POST', '/v1/auth/login', { token: null, body: login }),
      await edge.call('POST', '/v1/auth/guest', { token: null }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201])
    expect(answers.map((answer) => answer.headers.get('cache-control'))).toEqual(Array(3).fill('no-store'))
  })

  test('a password that bcrypt would cut is refused', async () => {
    const body = { ...account, code: '12345678', password: 'é'.repeat(37) }
    const response = await createTestEdge().call('POST', '/v1/auth/signup', { token: null, body })
    expect(await problemIn(response)).toMatchObject({ status: 422, errors: [{ path: 'password' }] })
  })

  test('a wrong password is core’s one answer', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('POST /v1/auth/login', () => refusal('invalid_token'))
    const { name: _, ...body } = account
    expect((await edge.call('POST', '/v1/auth/login', { token: null, body })).status).toBe(401)
  })
})

describe('admin', () => {
  const app = {
    id: 'app_9',
    name: 'Shop',
    active: true,
    allowedOrigins: [],
    allowedDomains: [],
    allowNoOrigin: false,
    paymentProvider: 'none',
    paymentAccount: 'default',
    domain: 'EVENT',
    botMode: 'observe',
    addressBudget: 'enforce',
    clientNetworks: [],
    rateLimits: {
      userPerSecond: 1,
      clientPerSecond: 1,
      appPerSecond: 1,
      unpaidOrdersPerHour: 1,
      freeSeatsPerDay: 1,
    },
    eventDefaults: {},
    browserVouching: false,
    metadata: {},
    createdAt: '2026-11-23T12:00:00.000Z',
  }
  const created = { app, publishableKey: 'hf_pk_1', secretKey: 'hf_sk_1' }

  test('an admin’s token makes apps; core is told that it was an admin', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('POST /v1/admin/apps', () => json(created, 201))
    const token = await makeToken(edge.platform, 'admin')
    const response = await edge.call('POST', '/v1/admin/apps', { key: null, token, body: { name: 'Shop' } })
    expect([response.status, await response.json()]).toEqual([201, created])
    expect(edge.core.requests.at(-1)?.claims).toMatchObject({ admin: true })
    expect(JSON.stringify(edge.logs)).not.toContain('hf_sk_1')
  })

  test('nobody else does', async () => {
    const edge = createTestEdge()
    const tokens = [null, await makeToken(edge.platform, 'user'), 'abc']
    for (const token of tokens) {
      const response = await edge.call('POST', '/v1/admin/apps', { key: null, token, body: { name: 'Shop' } })
      expect((await problemIn(response)).code).toBe('invalid_token')
    }
    expect(edge.core.requests).toEqual([])
  })

  test('logging in is core’s', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('POST /v1/admin/login', () => json({ token: 't', expiresInSeconds: 60 }))
    const body = { email: 'a@b.example', password: '12345678' }
    const response = await edge.call('POST', '/v1/admin/login', { key: null, token: null, body })
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })
})
