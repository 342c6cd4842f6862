/*
 * The attacker reads what grows with the sale: lists of seats of which thousands are held, which cost a script for each 500 of
 * them, and numbered pages, which cost a call of core for each hundred rows before them. One GET became 200 scripts, or 50
 * calls in a row. Here everything is larger than one page of anything, and each read is asked of an edge that knows nothing.
 */
import { HoldKey, holdersSeatsPerRead, principal, SeatId } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EdgeApp } from '../../../edge/src/app.ts'
import { pathOf, type Route, routes } from '../routes.ts'
import { goodHeaders, owner } from '../senders.ts'
import { type Stage, sell, setStage } from '../stage.ts'
import { boundEvent, openWorld, type World } from '../world.ts'

const boundSeats = 5 * holdersSeatsPerRead
const seatsPerHold = 10
const bookings = 450
const apps = 450

/** What one read may ask: whose key it is, what is read and what that is called; the availability and who has the seats. */
const most = { core: 4, redis: 5 }

const asked = { core: 0, redis: 0 }
let world: World
let stage: Stage

beforeAll(async () => {
  world = await openWorld()
  await sell(world, world.shop, boundEvent, boundSeats)
  stage = await setStage(world)
  await holdMost(world)
  await bookMuch(stage)
  await makeApps(world)
  for (const [host, answer] of [...world.network.hosts]) {
    const of = host === 'core.test' ? 'core' : 'redis'
    world.network.hosts.set(host, (request) => {
      asked[of] += 1
      return answer(request)
    })
  }
})
afterAll(() => world.close())

/** Holds all seats of the event but the first hundred. */
async function holdMost({ inventory, shop }: World): Promise<void> {
  for (let first = 101; first <= boundSeats; first += seatsPerHold) {
    const seats = Array.from({ length: seatsPerHold }, (_, n) => SeatId.parse(`S-${first + n}`))
    const call = {
      holdKey: HoldKey.parse(String(first).padStart(22, '0')),
      ...{ owner: principal.guest(`g${first}`), operationId: `op-${first}`, seats },
    }
    const { word } = await inventory.hold({ appId: shop.appId, eventId: boundEvent }, call)
    if (word !== 'held') throw new Error(`seats from ${first}: ${word}`)
  }
}

/** Gives the buyer of the stage many bookings like the one that there is. */
async function bookMuch({ ids, world: { store, shop } }: Stage): Promise<void> {
  const [one] = await store.find(shop.appId, 'bookings', { bookingId: ids.bookingId as never }, { limit: 1 })
  if (!one) throw new Error('the stage has no booking')
  const docs = Array.from({ length: bookings }, (_, n) => ({
    ...one,
    bookingId: `BK-20261123-${String(n).padStart(6, '0')}` as never,
    grantId: `hold_${'b'.repeat(22)}.1.${n + 1}` as never,
    cursor: `${one.cursor.slice(0, 15)}-${String(n).padStart(6, '0')}`,
  }))
  await store.insert(shop.appId, 'bookings', docs)
}

async function makeApps({ store, shop }: World): Promise<void> {
  const one = await store.get(shop.appId, 'apps', {})
  if (!one) throw new Error('the shop is missing')
  for (let n = 0; n < apps; n++) {
    const appId = `app_many-${String(n).padStart(3, '0')}` as never
    await store.insert(appId, 'apps', { ...one, appId, cursor: `${one.cursor}-${n}` })
  }
}

/** Sends a read, and says what it came to. */
async function read(route: Route, query: Record<string, string>, edge: EdgeApp) {
  const wanted = route.ask(stage)
  const path = pathOf(route, { ...wanted, query: { ...wanted.query, ...query } })
  const headers = await goodHeaders(world, route, wanted, owner(stage))
  Object.assign(asked, { core: 0, redis: 0 })
  const answer = await world.send({ method: 'GET', path, headers }, edge)
  return { answer, ...asked }
}

/** The largest that a list can be asked for, where the table asks for less. */
const queries: Record<string, Record<string, string>> = {
  'GET /seats': { entityId: boundEvent },
  'GET /seats/status': { entityId: boundEvent },
  'GET /my-bookings': { page: '5', limit: '100' },
  'GET /admin/bookings': { page: '5', limit: '100' },
  'GET /admin/apps': { page: '5', limit: '100' },
}
const reads = routes.filter(({ method }) => method === 'GET')

describe('H3: a read asks no more of Redis and core than a constant', () => {
  test.each(reads)('$method $path', async (route) => {
    const { answer, core, redis } = await read(route, queries[route.name] ?? {}, world.openEdge())
    expect(answer.status, answer.text.slice(0, 300)).toBe(200)
    expect(core, 'calls of core').toBeLessThanOrEqual(most.core)
    expect(redis, 'requests to Redis').toBeLessThanOrEqual(most.redis)
  })

  test('a numbered page has its rows, and the number of all', async () => {
    const route = reads.find(({ name }) => name === 'GET /my-bookings')
    if (!route) throw new Error('no such route')
    const { answer } = await read(route, { page: '5', limit: '100' }, world.edge)
    expect(answer.body).toMatchObject({
      data: { count: bookings + 1 - 400, pagination: { page: 5, total: bookings + 1, pages: 5 } },
    })
    const far = await read(route, { page: '51', limit: '100' }, world.edge)
    expect(far.answer.status).toBe(400)
  })

  test.each(['GET /api/seats', 'GET /health', 'readSigningKeys'])(
    '%s asks no more when hundreds ask at once',
    async (name) => {
      const route = reads.find((one) => one.name === name)
      if (!route) throw new Error('no such route')
      const one = await read(route, {}, world.openEdge())
      const edge = world.openEdge()
      Object.assign(asked, { core: 0, redis: 0 })
      const path = pathOf(route, {})
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => world.send({ method: 'GET', path }, edge)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(asked).toEqual({ core: one.core, redis: one.redis })
    },
  )

  test('keys that core does not tell are asked for once a second, however many want them', async () => {
    let calls = 0
    world.network.outages.set('core.test', async () => {
      calls += 1
      throw new TypeError('core is away')
    })
    try {
      const edge = world.openEdge()
      const ask = () => world.send({ method: 'GET', path: '/.well-known/jwks.json' }, edge)
      const answers = await Promise.all(Array.from({ length: 50 }, ask))
      answers.push(await ask())
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
      expect(calls).toBe(1)
    } finally {
      world.network.outages.delete('core.test')
    }
  })

  test('every held seat is told as locked, also those that nobody has looked at yet', async () => {
    for (const name of ['GET /api/seats', 'GET /seats/status']) {
      const route = reads.find((one) => one.name === name)
      if (!route) throw new Error('no such route')
      const { answer } = await read(route, queries[name] ?? {}, world.openEdge())
      type Seats = { readonly seats: readonly { readonly state?: string; readonly isLocked?: boolean }[] }
      const body = answer.body as Seats & { readonly data?: Seats }
      const list = (body.data ?? body).seats
      const locked = list.filter(({ state, isLocked }) => state === 'locked' || isLocked === true)
      // Those of this test, and the one that the stage has locked.
      expect(locked).toHaveLength(boundSeats - 100 + 1)
    }
  })
})
