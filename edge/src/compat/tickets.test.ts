import { EventId, headers, type ProblemCode, principal, problems, SeatId } from '@holdfast/contract'
import { type Holder, InventoryFault } from '@holdfast/inventory'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { EdgeDeps } from '../app.ts'
import { createTestEdge, createTestInventory, createTestPlatform, json, refusal } from '../testing.ts'
import { booking, buyer, holdId, holdOf, makeToken, settings, theatre, verdicts } from '../testing-data.ts'

const verdict = [...verdicts.values()][0]
const event = { appId: verdict?.appId as never, eventId: theatre.id }
const jwtSecret = new TextEncoder().encode('secret123')
const platform = createTestPlatform()

/** An edge that is bound to the theatre; Ann has locked A-1 and somebody else A-2. */
function createTicketsEdge(changes: Partial<EdgeDeps> = {}, tickets: object = {}) {
  const hold = holdOf(platform, { seats: [{ id: SeatId.parse('A-1'), price: 4500 }] })
  const holders: Holder[] = [
    { seatId: SeatId.parse('A-1'), status: 'held', grantId: holdId, owner: buyer, untilMs: hold.untilMs },
    {
      ...{ seatId: SeatId.parse('A-2'), status: 'confirming', grantId: holdId },
      ...{ owner: principal.pool('usr_2'), untilMs: platform.now() - 1 },
    },
  ]
  const nowMs = platform.now()
  const inventory = {
    ...createTestInventory(platform),
    hold: async () => ({ word: 'unavailable', seats: [SeatId.parse('A-2')], nowMs }) as const,
    read: async () => ({ word: 'hold', hold, nowMs }) as const,
    pin: async () => ({ word: 'pinned', hold, nowMs }) as const,
    release: async () => ({ word: 'released', hold, nowMs }) as const,
    snapshot: async () => ({ word: 'snapshot', epoch: 1, ver: 7, map: 'HCBX', nowMs }) as const,
    holders: async (_: unknown, seats: readonly SeatId[]) =>
      ({ word: 'holders', holders: holders.filter(({ seatId }) => seats.includes(seatId)), nowMs }) as const,
  }
  const bound = { ...settings, tickets: { event, ...tickets } }
  const edge = createTestEdge({ inventory, settings: bound, ...changes })
  edge.core.answers.set('POST /internal/apps/verdict', () => json({ verdict, deniedUsers: ['usr_gone'] }))
  edge.core.answers.set('POST /internal/replies', () => json({ reply: null }))
  const ask = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const token = await makeToken(edge.platform, 'user')
    const init = { method, headers: { authorization: `Bearer ${token}`, ...more } }
    return edge.app.request(path, { ...init, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }
  return { ...edge, ask }
}

const pay = { seatId: 'A-1', idempotencyKey: 'key-1' }
const routes = [
  ['GET', '/api/seats', undefined],
  ['POST', '/api/lock', { seatId: 'A-1' }],
  ['POST', '/api/pay', pay],
  ['POST', '/api/release', { seatId: 'A-1' }],
  ['POST', '/api/auth/register', { email: 'ada@example.org' }],
  [
    'POST',
    '/api/auth/verify-register',
    { email: 'ada@example.org', otp: '123456', password: 'correct horse' },
  ],
  ['POST', '/api/auth/login', { email: 'ada@example.org', password: 'correct horse' }],
] as const

describe('the seats', () => {
  test('a lock has its owner’s id for its owner alone, and an end unless only core can end it', async () => {
    const { ask } = createTicketsEdge()
    const { seats } = (await (await ask('GET', '/api/seats')).json()) as { seats: object[] }
    const [one, two, three, four] = seats
    expect(one).toEqual({
      ...{ id: 'A-1', row: 'A', number: null, tier: null, price: 45 },
      ...{ state: 'locked', lockedBy: 'usr_1', ttl: 120 },
    })
    expect(two).toMatchObject({ state: 'locked', lockedBy: 'somebody', ttl: null })
    expect(three).toMatchObject({ state: 'booked', lockedBy: null, ttl: null })
    expect(four, 'what is blocked cannot be bought').toMatchObject({ state: 'booked' })
  })

  test('a hold that ran out is free before anybody has swept it', async () => {
    const inventory = {
      ...createTestInventory(platform),
      snapshot: async () => ({ word: 'snapshot', epoch: 1, ver: 7, map: 'HFFF', nowMs: 0 }) as const,
      holders: async () => ({ word: 'holders', holders: [], nowMs: 0 }) as const,
    }
    const { ask } = createTicketsEdge({ inventory })
    const { seats } = (await (await ask('GET', '/api/seats')).json()) as { seats: object[] }
    expect(seats[0]).toMatchObject({ state: 'available', lockedBy: null, ttl: null })
  })
})

describe('who may', () => {
  const old = (claims: object, header: object = {}, secret = jwtSecret) =>
    new SignJWT({ userId: 'usr_1', email: 'a@example.org', ...claims })
      .setProtectedHeader({ alg: 'HS256', ...header })
      .sign(secret)
  const seconds = Math.floor(platform.now() / 1_000)
  const unsigned = (claims: object) =>
    `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`.replaceAll('=', '')

  test.each([
    ['without end', () => old({}), 409],
    ['with an end to come', () => old({ exp: seconds + 60 }), 409],
    ['that says that it is a JWT', () => old({}, { typ: 'JWT' }), 409],
    ['that has expired', () => old({ exp: seconds - 60 }), 403],
    ['that is not good yet', () => old({ nbf: seconds + 60 }), 403],
    ['with a maker', () => old({ iss: 'somebody' }), 403],
    ['with an audience', () => old({ aud: 'somebody' }), 403],
    ['without a user', () => old({ userId: undefined }), 403],
    ['without an e-mail', () => old({ email: undefined }), 403],
    ['of a user that is an operator', () => old({ userId: { $gt: '' } }), 403],
    ['of a user that is no id', () => old({ userId: 'a:b/c' }), 403],
    ['of another kind', () => old({}, { typ: 'admin+jwt' }), 403],
    ['of another secret', () => old({}, {}, new TextEncoder().encode('secret124')), 403],
    ['of another algorithm', () => old({}, { alg: 'HS512' }), 403],
    ['without a signature', async () => unsigned({ userId: 'usr_1', email: 'a@example.org' }), 403],
    ['of a user who was deactivated', () => old({ userId: 'usr_gone' }), 403],
  ])('a token of the existing deployment %s', async (_, makeOld, status) => {
    const authorization = `Bearer ${await makeOld()}`
    const bound = createTicketsEdge({}, { jwtSecret })
    expect((await bound.ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(status)
    const closed = createTicketsEdge()
    expect((await closed.ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(403)
    const elsewhere = await bound.call('POST', '/v1/events/theatre/holds', {
      token: authorization.slice(7),
      body: { seats: ['A-2'] },
    })
    expect(elsewhere.status, 'on no other route').toBe(401)
  })

  test.each([
    ['of a guest of this app', { sub: 'guest:g1', app: 'app_1' }, 409],
    ['of a guest of another app', { sub: 'guest:g1', app: 'app_2' }, 403],
    ['of another app’s own user', { sub: 'ext:app_2:u1' }, 403],
    ['of a user who was deactivated', { sub: 'pool:usr_gone' }, 403],
  ])('a token of ours %s', async (_, claims, status) => {
    const { ask } = createTicketsEdge()
    const authorization = `Bearer ${await makeToken(platform, 'user', { claims })}`
    expect((await ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(status)
  })

  test('a secret that can be guessed is said to be one, by its name', () => {
    const said = { event: 'weak_secret', name: 'TICKETS_JWT_SECRET' }
    expect(createTicketsEdge({}, { jwtSecret }).logs).toEqual([said])
    const strong = new TextEncoder().encode('qS8-eR2!vB6#kT1^wP9$zL4@mX7&hN3*')
    expect(createTicketsEdge({}, { jwtSecret: strong }).logs).toEqual([])
  })

  test('an admin’s token is none', async () => {
    const { ask } = createTicketsEdge()
    const authorization = `Bearer ${await makeToken(platform, 'admin')}`
    expect((await ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(403)
  })

  test.each(routes)('%s %s is not there while the app is not active', async (method, path, body) => {
    const { ask, core } = createTicketsEdge()
    core.answers.set('POST /internal/apps/verdict', () => json({ verdict: null, deniedUsers: [] }))
    const answer = await ask(method, path, body)
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'Not found' }])
  })

  test('core is asked about the app once in a while, as about a key', async () => {
    const { ask, core, platform } = createTicketsEdge()
    for (let i = 0; i < 5; i++) await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(1)
    platform.advance(9_000)
    await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(1)
    platform.advance(60_000)
    await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(2)
  })
})

describe('paying', () => {
  const confirmPath = `POST /v1/events/theatre/holds/${holdId}/confirm`
  const sold = { ...booking, event: EventId.parse('theatre') }

  test('is claimed in the name of the app, over the price that was held, with one id for lock and key', async () => {
    const { ask, core } = createTicketsEdge()
    core.answers.set(confirmPath, () => json(sold, 201))
    for (const idempotencyKey of ['key-1', 'key-1', 'key-2'])
      await ask('POST', '/api/pay', { ...pay, idempotencyKey })
    const asked = core.requests.filter(({ path }) => path.endsWith('/confirm'))
    const claims = asked.map(({ body }) => JSON.parse(body).payment)
    expect(claims[0]).toEqual({ id: expect.stringMatching(/^op_\w{22}$/), amount: 4500, currency: 'EUR' })
    expect(claims[1]).toEqual(claims[0])
    expect(claims[2].id).not.toBe(claims[0].id)
    expect(asked[0]?.claims).toMatchObject({ app: { id: 'app_1', kind: 'secret' }, principal: buyer })
  })

  test('with a key that has a receipt touches nothing and says the same', async () => {
    const { ask, core } = createTicketsEdge({ inventory: createTestInventory(platform) })
    core.answers.set('POST /internal/replies', () =>
      json({ reply: { status: 201, body: JSON.stringify(sold) } }),
    )
    const answer = await ask('POST', '/api/pay', pay)
    expect([answer.status, await answer.text()]).toEqual([200, `{"success":true,"txId":"${booking.id}"}`])
  })

  test('while the first with the key runs waits for its end', async () => {
    const { ask, core } = createTicketsEdge({ platform: { ...platform, sleep: async () => {} } })
    core.answers.set(confirmPath, () => {
      core.answers.set('POST /internal/replies', () =>
        json({ reply: { status: 201, body: JSON.stringify(sold) } }),
      )
      return refusal('in_progress', { [headers.retryAfter]: '1' })
    })
    expect((await ask('POST', '/api/pay', pay)).status).toBe(200)
    expect(core.requests.filter(({ path }) => path.endsWith('/confirm'))).toHaveLength(1)
  })

  test('when that never ends, is told to come again', async () => {
    const { ask, core } = createTicketsEdge({ platform: { ...platform, sleep: async () => {} } })
    core.answers.set(confirmPath, () => refusal('in_progress', { [headers.retryAfter]: '1' }))
    const answer = await ask('POST', '/api/pay', pay)
    expect([answer.status, answer.headers.get(headers.retryAfter)]).toEqual([500, '1'])
    expect(await answer.json()).toEqual({ error: expect.stringContaining('still running') })
  })

  test('a hold of several seats is no lock of one', async () => {
    const two = holdOf(platform)
    const inventory = {
      ...createTestInventory(platform),
      read: async () => ({ word: 'hold', hold: two, nowMs: 0 }) as const,
      holders: async () =>
        ({
          word: 'holders',
          holders: [{ seatId: two.seats[0]?.id, status: 'held', grantId: holdId, owner: buyer, untilMs: 9 }],
          nowMs: 0,
        }) as never,
    }
    const { ask } = createTicketsEdge({ inventory })
    for (const path of ['/api/pay', '/api/release']) expect((await ask('POST', path, pay)).status).toBe(400)
  })
})

describe('refusals', () => {
  test.each(Object.keys(problems) as ProblemCode[])('%s leaves in the words of TicketS', async (code) => {
    const { ask, core } = createTicketsEdge()
    core.answers.set('POST /v1/auth/login', () => refusal(code))
    const answer = await ask('POST', '/api/auth/login', { email: 'a@example.org', password: 'correct horse' })
    const body = (await answer.json()) as Record<string, unknown>
    expect([400, 401, 403, 404, 405, 409, 413, 429, 500]).toContain(answer.status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    if (body.error === undefined) expect(body).toEqual({ success: false, message: expect.any(String) })
    else expect(body).toEqual({ error: expect.any(String) })
  })

  const secretText = 'redis://user:secret@host EVALSHA hf:{app_1/theatre}:state'
  const broken = new Proxy(createTestInventory(platform), {
    get: () => () => Promise.reject(new InventoryFault(secretText as never)),
  })
  test.each([
    ['Redis', { inventory: broken }],
    ['core', { core: () => Promise.reject(new Error(secretText)) }],
    ['the limiter', { limiter: () => Promise.reject(new Error(secretText)) }],
    ['the cache', { cache: { get: () => Promise.reject(new Error(secretText)), set: async () => {} } }],
    [
      'something nobody thought of',
      {
        inventory: new Proxy({} as never, {
          get: () => () => {
            throw new TypeError(secretText)
          },
        }),
      },
    ],
  ])('when %s fails, every route answers in its own shape and tells nothing of it', async (_, changes) => {
    const { ask } = createTicketsEdge(changes as Partial<EdgeDeps>)
    for (const [method, path, body] of routes) {
      const answer = await ask(method, path, body)
      const text = await answer.text()
      expect(text).not.toMatch(/redis|secret|EVALSHA|hf:|TypeError/)
      if (answer.status < 400) continue
      const { error, message, success } = JSON.parse(text)
      expect(error ?? message, `${path} ${text}`).toEqual(expect.any(String))
      if (error === undefined) expect(success).toBe(false)
    }
  })
})

describe('limits', () => {
  test('ten requests a second are one client’s, whomever it says that it forwards for', async () => {
    const { ask, platform } = createTicketsEdge()
    const statuses: number[] = []
    for (let n = 1; n <= 12; n++) {
      const forwarded = { 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` }
      const answer = await ask('POST', '/api/lock', { seatId: 'A-2' }, forwarded)
      statuses.push(answer.status)
      expect(answer.headers.get(headers.rateLimitLimit)).toBe('10')
      expect(answer.headers.get(headers.rateLimitRemaining)).toBe(String(Math.max(0, 10 - n)))
      if (n > 10) expect(answer.headers.get(headers.retryAfter)).toBe('1')
    }
    expect(statuses).toEqual([...Array(10).fill(409), 429, 429])
    expect((await ask('GET', '/api/seats', undefined, { 'x-test-address': '192.0.2.9' })).status).toBe(200)
    platform.advance(1_000)
    expect((await ask('GET', '/api/seats')).status).toBe(200)
  })

  test('logins are counted as those of /v1, and end where nobody can count them', async () => {
    const { ask, limiter, platform } = createTicketsEdge()
    const logIn = () => ask('POST', '/api/auth/login', { email: 'a@example.org', password: 'correct horse' })
    for (let n = 0; n < 10; n++) {
      await logIn()
      platform.advance(200)
    }
    expect((await logIn()).status).toBe(429)
    expect(limiter.keys).toContain('login:198.51.100.7')
    limiter.mode = 'fails'
    platform.advance(60_000)
    const answer = await logIn()
    expect([answer.status, await answer.json()]).toEqual([500, { error: expect.any(String) }])
  })
})
