/*
 * What is empty is told as empty, on each of the three APIs: an event that nobody has given seats, an app that has sold
 * nothing. Nothing of it is being built, so nobody is told to wait.
 */
import { GrantId } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pathOf, type Route, routes } from './routes.ts'
import { appHeaders } from './senders.ts'
import { missingOf, signUp } from './stage.ts'
import { boundEvent, onPage, onServer, openWorld, type World } from './world.ts'

let world: World
let buyer: Record<string, string>
const events = ['bare', boundEvent]
beforeAll(async () => {
  world = await openWorld()
  for (const eventId of events) {
    const body = { name: 'Bare', currency: 'EUR' }
    const put = { method: 'PUT', path: `/v1/events/${eventId}`, headers: onServer(world.shop), body }
    expect((await world.send(put)).status).toBe(201)
  }
  const guest = await world.send({ method: 'POST', path: '/v1/auth/guest', headers: onPage(world.shop) })
  buyer = { authorization: `Bearer ${(guest.body as { token: string }).token}` }
})
afterAll(() => world.close())

const asBuyer = () => ({ ...onPage(world.shop), ...buyer })
const unified = () => ({
  ...appHeaders({ api: 'unified', caller: 'server' }, world.shop),
  'x-external-user-id': 'nobody-yet',
})
const seats = '/v1/events/bare/seats'

describe('an event without seats', () => {
  test('has a chart and an availability of nothing, in JSON and as bytes', async () => {
    const chart = await world.send({ method: 'GET', path: '/v1/events/bare', headers: asBuyer() })
    expect(chart.body).toMatchObject({ seatCount: 0, chart: { sections: [] } })
    const listed = await world.send({ method: 'GET', path: seats, headers: asBuyer() })
    expect([listed.status, listed.body]).toEqual([
      200,
      {
        event: 'bare',
        version: '0.0',
        ageMs: 0,
        counts: { free: 0, held: 0, confirming: 0, booked: 0, blocked: 0, unknown: 0 },
        seats: [],
      },
    ])
    const accept = { accept: 'application/octet-stream' }
    const bytes = await world.send({ method: 'GET', path: seats, headers: { ...asBuyer(), ...accept } })
    expect([bytes.status, bytes.text]).toEqual([200, ''])
  })

  test('is told while Redis is away, for Redis has nothing of it', async () => {
    const redis = world.network.hosts.get('inventory.test')
    world.network.hosts.set('inventory.test', () => new Response('gone', { status: 500 }))
    const listed = await world.send({ method: 'GET', path: seats, headers: asBuyer() })
    if (redis) world.network.hosts.set('inventory.test', redis)
    expect(listed.status).toBe(200)
  })

  test('has no seat that can be held', async () => {
    const held = await world.send({
      ...{ method: 'POST', path: '/v1/events/bare/holds', headers: asBuyer() },
      body: { seats: ['A-1', 'A-2'] },
    })
    expect([held.status, held.body]).toMatchObject([422, { code: 'unknown_seat', seats: ['A-1', 'A-2'] }])
  })

  test.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/extend'],
    ['POST', '/order'],
    ['POST', '/confirm'],
  ])('has no hold: %s %s', async (method, more) => {
    const path = `/v1/events/bare/holds/${GrantId.parse(`hold_${'x'.repeat(22)}.1.2`)}${more}`
    const body = { ...(more === '/confirm' && { payment: { id: 'pay_1' } }) }
    const answer = await world.send({ method, path, headers: asBuyer(), ...(method === 'POST' && { body }) })
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'not_found' }])
  })

  test('has none on the routes of the Unified Booking Backend', async () => {
    for (const path of ['/seats?entityId=bare', '/seats/status?entityId=bare']) {
      const answer = await world.send({ method: 'GET', path, headers: unified() })
      expect([answer.status, answer.body]).toMatchObject([200, { data: { seats: [], count: 0 } }])
    }
    const reserve = {
      method: 'POST',
      path: '/reserve-seat',
      headers: unified(),
      body: { seatId: 'bare:A-1' },
    }
    const reserved = await world.send(reserve)
    expect([reserved.status, reserved.body]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }])
  })

  test('has none on the routes of TicketS', async () => {
    const listed = await world.send({ method: 'GET', path: '/api/seats', headers: buyer })
    expect([listed.status, listed.body]).toEqual([200, { seats: [] }])
    const body = { seatId: 'A-1' }
    const post = (path: string, more = {}) =>
      world.send({ method: 'POST', path: `/api${path}`, headers: buyer, body: { ...body, ...more } })
    const answers = [await post('/lock'), await post('/pay', { idempotencyKey: 'k' }), await post('/release')]
    for (const { status, text } of answers) {
      expect(status, text).toBeGreaterThanOrEqual(400)
      expect(status, text).toBeLessThan(500)
    }
  })
})

/** What lists something, or tells of the whole of it. */
const lists = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))

/** What each of them may be asked of an app that has nothing. */
async function headersOf(route: Route) {
  switch (route.caller) {
    case 'admin':
      return { authorization: `Bearer ${await world.adminToken()}` }
    case 'server':
      return appHeaders(route, world.other)
    case 'account': {
      const { token } = await signUp(world, `${route.name}@holdfast.test`)
      return { ...onPage(world.shop), authorization: `Bearer ${token}` }
    }
    default:
      if (route.api === 'unified') return unified()
      return route.api === 'v1' && route.caller !== 'anybody' ? asBuyer() : {}
  }
}

test.each(lists.map((route) => [route.name, route] as const))('%s of nothing is 200', async (_, route) => {
  const ids = { ...missingOf({ fresh: 'f' } as never), shopId: world.other.appId, eventId: 'bare' }
  const asked = route.ask({ ids } as never)
  const answer = await world.send({
    method: 'GET',
    path: pathOf(route, asked),
    headers: await headersOf(route),
  })
  expect(answer.status, answer.text).toBe(200)
})
