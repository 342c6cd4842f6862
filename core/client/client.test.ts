import { type GrantId, type ProblemCode, problemBody, problems, systemPlatform } from '@holdfast/contract'
import { operations } from '@holdfast/contract/operations'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type ClientOptions, createClient, HoldfastFault, HoldfastProblem } from './index.ts'

const hold = operations.createHold.example.answer
const asked = { eventId: 'theatre', seats: ['A-12', 'A-13'] }
const confirm = { eventId: 'theatre', holdId: hold.id, payment: { id: 'pay_1' } }

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

const refusal = (code: ProblemCode, more: Record<string, string> = {}) =>
  new Response(JSON.stringify(problemBody(code, { seats: ['A-12'] }, 'req_1')), {
    status: problems[code].status,
    headers: { 'content-type': 'application/problem+json', ...more },
  })

type Answer = () => Response | Promise<Response>

/** A client of a service that answers as it is told, one answer after the other; its waits take no time. */
function clientOf(answers: readonly Answer[], options: Partial<ClientOptions> = {}) {
  const requests: Request[] = []
  const waits: number[] = []
  let nowMs = 0
  const client = createClient({
    baseUrl: 'https://seats.example',
    apiKey: 'hf_pk_1',
    async fetch(url, init) {
      const request = new Request(url, init)
      requests.push(request)
      request.signal.throwIfAborted()
      return (answers[requests.length - 1] ?? answers.at(-1) ?? (() => Response.error()))()
    },
    platform: {
      ...systemPlatform,
      now: () => nowMs,
      async sleep(ms) {
        waits.push(ms)
        nowMs += ms
      },
    },
    ...options,
  })
  const keys = () => requests.map(({ headers }) => headers.get('idempotency-key'))
  return { client, requests, waits, keys }
}

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable('it was not refused'),
    (error) => error,
  )

const unreachable: Answer = () => Promise.reject(new TypeError('fetch failed'))

describe('a request', () => {
  test('has each part of what was given in its place, and an answer is read by the schema', async () => {
    const { client, requests } = clientOf([() => json(hold, 201)], { userToken: 'token' })
    expect(await client.createHold(asked)).toEqual(hold)
    const [request] = requests
    expect([request?.method, request?.url]).toEqual(['POST', 'https://seats.example/v1/events/theatre/holds'])
    expect(await request?.json()).toEqual({ seats: asked.seats })
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      'x-api-key': 'hf_pk_1',
      authorization: 'Bearer token',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test('that has a body has in its query what belongs there, and nothing of it in the body', async () => {
    const { client, requests } = clientOf([() => json(operations.putSeats.example.answer)])
    const seats = [...operations.putSeats.example.body.seats]
    await client.putSeats({ eventId: 'gala', seats, relabel: 'sold' })
    await client.putSeats({ eventId: 'gala', seats })
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?relabel=sold', ''])
    for (const request of requests) expect(await request.json()).toEqual({ seats })
  })

  test('has a query of what was given, and no body', async () => {
    const { client, requests } = clientOf([() => json(operations.listBookings.example.answer)])
    await client.listBookings({ limit: 2 })
    await client.listBookings()
    expect(requests.map(({ url, body }) => [new URL(url).search, body])).toEqual([
      ['?limit=2', null],
      ['', null],
    ])
  })

  test('shows only the credentials that it needs', async () => {
    const all = { userToken: 'user', adminToken: 'admin', externalUser: { id: 'ada', name: 'Ada' } }
    const { client, requests } = clientOf([() => json({})], all)
    const headersAfter = async (call: Promise<unknown>) => {
      await call
      const { headers } = requests.at(-1) ?? new Request('https://none.example')
      return ['x-api-key', 'authorization', 'x-external-user-id'].map((name) => headers.get(name))
    }
    expect(await headersAfter(client.readReadiness())).toEqual([null, null, null])
    expect(await headersAfter(client.listEvents())).toEqual(['hf_pk_1', null, null])
    expect(await headersAfter(client.listBookings())).toEqual(['hf_pk_1', 'Bearer user', 'ada'])
    expect(await headersAfter(client.createApp({ name: 'Shop' }))).toEqual([null, 'Bearer admin', null])
  })

  test('never leaves its path: an id of dots is refused here', async () => {
    const { client, requests } = clientOf([() => json({})])
    await expect(client.readEvent({ eventId: '..' })).rejects.toThrow(TypeError)
    expect(requests).toEqual([])
  })

  test('can ask for the other media type', async () => {
    const bytes = () => new Response('FHB', { headers: { 'content-type': 'application/octet-stream' } })
    const { client, requests } = clientOf([bytes])
    const map = await client.readSeats({ eventId: 'theatre' }, { accept: 'application/octet-stream' })
    expectTypeOf(map).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
    expect([...map]).toEqual([70, 72, 66])
    expect(requests[0]?.headers.get('accept')).toMatch(/^application\/octet-stream,/)
  })
})

describe('a refusal', () => {
  test('is thrown with its code and what belongs to it, and not repeated when that is of no use', async () => {
    const { client, requests, keys } = clientOf([() => refusal('seats_unavailable')])
    const error = await errorOf(client.createHold(asked))
    expect(error).toBeInstanceOf(HoldfastProblem)
    expect(error).toMatchObject({
      code: 'seats_unavailable',
      status: 409,
      retryable: false,
      seats: ['A-12'],
      requestId: 'req_1',
      call: { operation: 'createHold', attempts: 1, idempotencyKey: keys()[0] },
    })
    expect(requests.length).toBe(1)
  })

  test('that only asks for another choice is not repeated, although it may end by itself', async () => {
    const { client, requests } = clientOf([() => refusal('too_many_holds')])
    expect(await errorOf(client.createHold(asked))).toMatchObject({ code: 'too_many_holds' })
    expect(requests.length).toBe(1)
  })
})

describe('a repeat', () => {
  const faults: [string, Answer][] = [
    ['the network failed', unreachable],
    ['something in between answered', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['a part of the service was gone', () => refusal('dependency_unavailable', { 'retry-after': '1' })],
    ['it failed', () => refusal('internal_error')],
    ['the outcome was not known', () => refusal('outcome_unknown', { location: '/v1/here' })],
    ['the first was still running', () => refusal('in_progress', { 'retry-after': '1' })],
    ['there were too many', () => refusal('rate_limited', { 'retry-after': '1' })],
  ]

  test.each(faults)('after %s has the same key and the same body', async (_, fault) => {
    const booking = operations.confirmHold.example.answer
    const { client, requests, keys } = clientOf([fault, fault, () => json(booking, 201)])
    expect(await client.confirmHold(confirm)).toEqual(booking)
    expect(requests.length).toBe(3)
    expect(new Set(keys()).size).toBe(1)
    const bodies = await Promise.all(requests.map((request) => request.text()))
    expect(new Set(bodies).size).toBe(1)
  })

  test('every intention has a key of its own, or the one that it is given', async () => {
    const { client, keys } = clientOf([() => json(hold, 201)])
    await client.createHold(asked)
    await client.createHold(asked)
    await client.createHold(asked, { idempotencyKey: 'mine' })
    expect(new Set(keys()).size).toBe(3)
    expect(keys().at(-1)).toBe('mine')
  })

  test('waits as long as it is told to, or longer each time, never exactly as long as others', async () => {
    const told = clientOf([() => refusal('rate_limited', { 'retry-after': '3' }), () => json(hold, 201)])
    await told.client.createHold(asked)
    expect(told.waits[0]).toBeGreaterThanOrEqual(3_000)
    expect(told.waits[0]).toBeLessThan(3_200)
    const untold = clientOf([unreachable])
    await errorOf(untold.client.createHold(asked))
    const ranges = [100, 200, 400].map((low) => [low, 2 * low])
    expect(untold.waits.map((ms, i) => ms >= (ranges[i]?.[0] ?? 0) && ms < (ranges[i]?.[1] ?? 0))).toEqual([
      true,
      true,
      true,
    ])
    const others = clientOf([unreachable])
    await errorOf(others.client.createHold(asked))
    expect(others.waits).not.toEqual(untold.waits)
  })

  test('ends with the attempts, and says how many there were', async () => {
    const { client, requests, keys } = clientOf([unreachable])
    const error = await errorOf(client.createHold(asked))
    expect(error).toBeInstanceOf(HoldfastFault)
    expect(error).toMatchObject({ call: { attempts: 4, idempotencyKey: keys()[0] }, status: undefined })
    expect(requests.length).toBe(4)
  })

  test('does not begin a wait that is longer than the budget', async () => {
    const patient = () => refusal('rate_limited', { 'retry-after': '60' })
    const { client, requests, waits } = clientOf([patient])
    expect(await errorOf(client.createHold(asked))).toMatchObject({ retryAfterMs: 60_000 })
    expect([requests.length, waits]).toEqual([1, []])
  })

  test('is never made of what cannot be repeated safely', async () => {
    const signUp = { email: 'ada@example.com', password: 'correct horse', name: 'Ada', code: '12345678' }
    for (const fault of [unreachable, () => refusal('dependency_unavailable', { 'retry-after': '1' })]) {
      const { client, requests, keys } = clientOf([fault])
      await errorOf(client.signUp(signUp))
      expect([requests.length, keys()]).toEqual([1, [null]])
    }
  })

  test('can be forbidden', async () => {
    const { client, requests } = clientOf([unreachable], { retries: { attempts: 1 } })
    await errorOf(client.createHold(asked))
    expect(requests.length).toBe(1)
  })
})

describe('what is said in a header', () => {
  const users = [
    { id: 'ada', name: 'Анна Каренина', email: 'анна@пример.рф' },
    { id: 'auth0|7', name: '山田 100 %', email: 'ada@example.org' },
    { id: 'ada', name: 'Zoë \u{1f3ad}', email: "o'neil@example.org" },
  ]

  test.each(users)('reaches the service as it was: %o', async (externalUser) => {
    const { client, requests } = clientOf([() => json({ bookings: [] })], { externalUser })
    await client.listBookings()
    const told = ['id', 'name', 'email'].map((part) =>
      decodeURIComponent(requests[0]?.headers.get(`x-external-user-${part}`) ?? ''),
    )
    expect(told).toEqual([externalUser.id, externalUser.name, externalUser.email])
  })

  test('stays what an older service reads, where that can be', async () => {
    const externalUser = { id: 'ada_1.~-', name: 'Ada', email: 'ada+x@example.org' }
    const { client, requests } = clientOf([() => json({ bookings: [] })], { externalUser })
    await client.listBookings()
    expect(requests[0]?.headers.get('x-external-user-email')).toBe(externalUser.email)
    expect(requests[0]?.headers.get('x-external-user-id')).toBe(externalUser.id)
  })

  test('as the name of an intention is the same again, whatever letters it has', async () => {
    const { client, keys } = clientOf([() => json(hold, 201)])
    for (const idempotencyKey of ['заказ 1', 'заказ 1', '50%'])
      await client.createHold(asked, { idempotencyKey })
    const [first, again, other] = keys()
    expect(first).toMatch(/^[!-~]+$/)
    expect([again, other]).toEqual([first, '50%'])
  })
})

describe('a fault says why there is no answer', () => {
  test('it was not sent, for a header that no request can have: told by name, and not tried again', async () => {
    const { client, requests } = clientOf([() => json(hold)], { headers: { 'x-trace': 'секрет' } })
    const error = await errorOf(client.createHold(asked))
    expect(error).toMatchObject({ name: 'HoldfastFault', why: 'not_sent', call: { attempts: 1 } })
    expect(String(error)).toContain('x-trace')
    expect(String(error)).not.toContain('секрет')
    expect(requests).toEqual([])
  })

  test('it was not sent, since nobody was there', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const { client, requests } = clientOf([() => Promise.reject(new TypeError('fetch failed', { cause }))])
    expect(await errorOf(client.createHold(asked))).toMatchObject({ why: 'not_sent', status: undefined })
    expect(requests.length).toBe(4)
  })

  test('no answer came, or none that was whole', async () => {
    const { client } = clientOf([unreachable])
    expect(await errorOf(client.createHold(asked))).toMatchObject({ why: 'no_answer', status: undefined })
    const body = new ReadableStream({ start: (at) => at.error(new TypeError('terminated')) })
    const broken = () => new Response(body, { status: 201, headers: { 'content-type': 'application/json' } })
    const cut = clientOf([broken], { retries: { attempts: 1 } })
    expect(await errorOf(cut.client.createHold(asked))).toMatchObject({ why: 'no_answer', status: 201 })
  })

  test('the answer was none of the service’s', async () => {
    const page = () => new Response('<h1>Sign in</h1>', { headers: { 'content-type': 'text/html' } })
    const { client } = clientOf([page])
    expect(await errorOf(client.createHold(asked))).toMatchObject({ why: 'unreadable_answer', status: 200 })
  })
})

describe('an end', () => {
  test('by the caller’s signal throws its reason, before, during and between attempts', async () => {
    const before = clientOf([unreachable])
    const reason = new Error('the buyer left')
    expect(await errorOf(before.client.createHold(asked, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(before.requests).toEqual([])

    const during = new AbortController()
    const { client } = clientOf([
      () => {
        during.abort(reason)
        return Promise.reject(new TypeError('aborted'))
      },
    ])
    expect(await errorOf(client.createHold(asked, { signal: during.signal }))).toBe(reason)

    const between = new AbortController()
    const platform = {
      ...systemPlatform,
      sleep: () => {
        between.abort(reason)
        return new Promise<void>(() => {})
      },
    }
    const waiting = clientOf([unreachable], { platform })
    expect(await errorOf(waiting.client.createHold(asked, { signal: between.signal }))).toBe(reason)
    expect(waiting.requests.length).toBe(1)
  })

  test('of time is a fault like any other', async () => {
    const hanging: typeof fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    const { client } = clientOf([], { fetch: hanging, timeoutMs: 5, retries: { attempts: 2 } })
    const error = await errorOf(client.createHold(asked))
    expect(error).toBeInstanceOf(HoldfastFault)
    expect(error).toMatchObject({ message: 'createHold: no answer came in time', call: { attempts: 2 } })
  })
})

test('an answer that is no JSON is a fault, and is not asked for again', async () => {
  const headers = { 'content-type': 'application/json' }
  const { client, requests } = clientOf([() => new Response('{"id":', { status: 201, headers })])
  expect(await errorOf(client.createHold(asked))).toMatchObject({ name: 'HoldfastFault', status: 201 })
  expect(requests.length).toBe(1)
})

test('what a newer service says reaches the caller', async () => {
  const news = { ...problemBody('sale_closed'), code: 'sale_paused' }
  const headers = { 'content-type': 'application/problem+json' }
  const refused = clientOf([() => new Response(JSON.stringify(news), { status: 409, headers })])
  expect(await errorOf(refused.client.createHold(asked))).toMatchObject({ code: 'sale_paused' })
  const answered = clientOf([() => json({ ...hold, queue: 7 }, 201)])
  expect(await answered.client.createHold(asked)).toMatchObject({ queue: 7 })
})

describe('a code that is not in the catalogue', () => {
  const refused = (status: number, more: object = {}, sent: Record<string, string> = {}) =>
    new Response(JSON.stringify({ code: 'sale_paused', ...more }), {
      status,
      headers: { 'content-type': 'application/problem+json', ...sent },
    })

  test.each([400, 402, 403, 404, 409, 410, 422])('with %i is a refusal for good', async (status) => {
    const { client, requests } = clientOf([() => refused(status)])
    const error = await errorOf(client.createHold(asked))
    expect(error).toBeInstanceOf(HoldfastProblem)
    expect(error).toMatchObject({ code: 'sale_paused', status, retryable: false, seats: [], errors: [] })
    expect(requests.length).toBe(1)
  })

  test.each([
    [429, { 'retry-after': '1' }],
    [500, {}],
    [503, { 'retry-after': '1' }],
    [202, {}],
  ])('with %i is asked again', async (status, sent) => {
    const { client, requests, keys } = clientOf([() => refused(status, {}, sent), () => json(hold, 201)])
    expect(await client.createHold(asked)).toEqual(hold)
    expect([requests.length, new Set(keys()).size]).toEqual([2, 1])
  })

  test('is readable although its members have other shapes', async () => {
    const more = {
      title: 7,
      detail: null,
      seats: [{ id: 'A-1' }, 'A-2'],
      errors: [7, { path: 'x' }],
      bookingId: {},
    }
    const { client } = clientOf([() => refused(409, more)])
    const error = await errorOf(client.createHold(asked))
    expect(error).toMatchObject({
      seats: ['A-2'],
      errors: [{ path: 'x', message: '' }],
      bookingId: undefined,
    })
    expect(String(error)).toBe(
      'HoldfastProblem: sale_paused: The request was refused. Go by the status, which is 409.',
    )
  })
})

test('what answers nothing gives nothing', async () => {
  const { client } = clientOf([() => new Response(null, { status: 204 })])
  const released = await client.releaseHold({ eventId: 'theatre', holdId: hold.id })
  expectTypeOf(released).toEqualTypeOf<undefined>()
  expect(released).toBeUndefined()
})

test('the same client can act for another buyer', async () => {
  const { client, requests } = clientOf([() => json(hold, 201)], { userToken: 'alice' })
  await client.with({ userToken: 'bob' }).createHold(asked)
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer bob')
})

test('the types are those of the table', () => {
  const { client } = clientOf([])
  expectTypeOf(client.createHold).parameter(0).toEqualTypeOf<{ eventId: string } & { seats: string[] }>()
  // A body of nothing does not forbid the parts of the path.
  expectTypeOf(client.extendHold).toBeCallableWith({ eventId: 'play', holdId: 'hold_1' as GrantId })
  expectTypeOf(client.readReceipt).returns.resolves.toEqualTypeOf<string>()
  // @ts-expect-error what an operation needs cannot be left out
  const incomplete = () => client.createHold({ eventId: 'theatre' })
  // @ts-expect-error nor can an operation be called that there is not
  const unknown = () => client.buyEverything()
  expect([incomplete, unknown].length).toBe(2)
})
