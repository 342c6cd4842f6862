import { EventId, headers, type ProblemCode, problems } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import type { EdgeDeps } from '../app.ts'
import { createTestInventory, json, refusal } from '../testing.ts'
import { booking, buyer, holdId, holdOf } from '../testing-data.ts'
import { createTicketsEdge, event, pay, platform, routes, verdict } from './testing-tickets.ts'

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

  test.each([
    ['simulated', undefined, 200],
    ['external', 'unpaid', 200],
    ['external', undefined, 402],
    ['stripe', 'unpaid', 402],
    ['none', 'unpaid', 402],
    ['a word of a newer core', 'unpaid', 402],
    [undefined, 'unpaid', 402],
  ])(
    'of an app whose payments are %s, with TICKETS_PAY %s, is %i',
    async (paymentProvider, setting, status) => {
      const { ask, core } = createTicketsEdge({}, setting === undefined ? {} : { pay: setting })
      const { paymentProvider: _, ...silent } = verdict ?? {}
      const told = { ...silent, ...(paymentProvider !== undefined && { paymentProvider }) }
      core.answers.set('POST /internal/apps/verdict', () => json({ verdict: told, deniedUsers: [] }))
      core.answers.set(confirmPath, () => json(sold, 201))
      const answer = await ask('POST', '/api/pay', pay)
      expect(answer.status).toBe(status)
      expect(core.count(confirmPath)).toBe(status === 200 ? 1 : 0)
      if (status === 402)
        expect(await answer.json()).toEqual({ success: false, message: expect.stringContaining('not') })
    },
  )

  test('for nothing is said at the start, where the operator has set it', () => {
    const said = { level: 'warn', event: 'tickets_sells_unpaid', ...event }
    expect(createTicketsEdge({}, { pay: 'unpaid' }).logs).toEqual([said])
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
  const credentials = { email: 'a@example.org', password: 'correct horse' }
  const statuses = [400, 401, 402, 403, 404, 405, 409, 413, 429, 500]

  test.each(Object.keys(problems) as ProblemCode[])('%s leaves in the words of TicketS', async (code) => {
    const { ask, core } = createTicketsEdge()
    core.answers.set('POST /v1/auth/login', () => refusal(code))
    core.answers.set('POST /internal/replies', () => refusal(code))
    const [login, paid] = [
      await ask('POST', '/api/auth/login', credentials),
      await ask('POST', '/api/pay', pay),
    ]
    expect(statuses).toContain(login.status)
    expect(login.status).toBe(paid.status)
    for (const answer of [login, paid])
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    const said = (await login.json()) as { error: string }
    expect(said, 'where people sign in, the page shows this field').toEqual({ error: expect.any(String) })
    const body = (await paid.json()) as Record<string, unknown>
    if (body.error === undefined) expect(body).toEqual({ success: false, message: said.error })
    else expect(body).toEqual(said)
  })

  test.each(['invalid_credentials', 'email_taken'] as const)(
    'whoever is refused at signing in for %s is told so with 400',
    async (code) => {
      const { ask, core } = createTicketsEdge()
      core.answers.set('POST /v1/auth/login', () => refusal(code))
      expect((await ask('POST', '/api/auth/login', credentials)).status).toBe(400)
    },
  )

  test.each(['register', 'verify-register', 'login'])(
    'a request to /api/auth/%s that makes no sense is told why in error, with 400',
    async (route) => {
      const { ask } = createTicketsEdge()
      const answer = await ask('POST', `/api/auth/${route}`, { email: 'nobody' })
      expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining('email') }])
    },
  )

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
