/*
 * A person asks for their data and then to be forgotten: an account with bookings at two apps, a guest, an app's own user. After it nothing
 * that this Holdfast keeps has their name or an address of theirs: the store with outbox and deliveries, Redis, the logs, traces. What was
 * bought and paid is as it was, and the chain of receipts is whole.
 */
import {
  BookingView,
  Erasure,
  erasedAgainMs,
  HoldView,
  PersonExport,
  type Principal,
} from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { relayOnce } from '../../core/src/outbox/relay.ts'
import { finishErasures } from '../../core/src/privacy/erase-person.ts'
import { auditChain } from '../../core/src/receipts/audit-chain.ts'
import { createVerifier } from '../../core/src/receipts/verify-receipt.ts'
import { everyApp } from '../../core/src/store/store.ts'
import { decoded } from '../../edge/dev/redis/engine.ts'
import { told } from '../e2e/client.ts'
import { seatsTo } from '../support/selling.ts'
import { settled, signIn, signUp, stagePassword } from './stage.ts'
import { onPage, onServer, openWorld, type Shop, type World } from './world.ts'

const email = 'ada.lovelace@holdfast.test'
const named = { name: 'Augusta Ada King', email: 'countess@holdfast.test', phone: '+44 20 7946 0123' }
const traces = [email, 'ada.lovelace', ...Object.values(named), encodeURIComponent(named.name)]

let world: World
beforeAll(async () => {
  world = await openWorld()
  for (const shop of [world.shop, world.other]) {
    const headers = onServer(shop)
    const put = (path: string, body: object) => world.send({ method: 'PUT', path, headers, body })
    await put('/v1/webhooks/all', {
      url: 'https://shop.example/hooks',
      events: ['booking.confirmed', 'hold.created'],
    })
    await put('/v1/events/play', { name: 'Play', currency: 'EUR' })
    await put('/v1/events/play/seats', { seats: seatsTo(9) })
  }
})
afterAll(() => world.close())

let payments = 0
/** Holds a seat and buys it. */
async function buy(headers: Readonly<Record<string, string>>, seat: string) {
  const post = (path: string, body: object) => world.send({ method: 'POST', path, headers, body })
  const { id } = told(201, HoldView, await post('/v1/events/play/holds', { seats: [seat] }))
  const payment = { id: `pay_${++payments}` }
  return told(201, BookingView, await post(`/v1/events/play/holds/${id}/confirm`, { payment }))
}

/** Everything that is kept, by where it is. */
async function everything() {
  const store: string[] = []
  for await (const { collection, doc } of world.store.snapshot())
    store.push(`${collection} ${JSON.stringify(doc)}`)
  const run = async (...command: [string, ...string[]]) => decoded(await world.engine.run(command))
  const redis: string[] = []
  for (const key of (await run('KEYS', '*')) as string[]) {
    const type = await run('TYPE', key)
    const read = {
      string: ['GET', key],
      hash: ['HGETALL', key],
      zset: ['ZRANGE', key, '0', '-1'],
      stream: ['XRANGE', key, '-', '+'],
      set: ['SMEMBERS', key],
      list: ['LRANGE', key, '0', '-1'],
    }[String(type)]
    if (read === undefined) throw new Error(`${key} is a ${type}`)
    redis.push(`${key} ${JSON.stringify(await run(...(read as [string, ...string[]])))}`)
  }
  return { store, redis, logs: world.logs, spans: world.spans }
}

const found = async (marks = traces) =>
  Object.entries(await everything()).flatMap(([place, texts]) =>
    texts.filter((text) => marks.some((mark) => text.includes(mark))).map((text) => `${place}: ${text}`),
  )

/** What was sold and for how much, and whether each app's chain of receipts is whole. */
async function accounts() {
  const sums = await world.store.total(everyApp, 'bookings', {}, { by: ['status'], sum: 'total', limit: 9 })
  const bookings = await world.store.find(everyApp, 'bookings', {}, { orderBy: 'cursor', limit: 99 })
  const rest = bookings.map(({ buyerName: _, buyerEmail: __, ...booking }) => booking)
  return { sums, rest }
}

/** What `holdfast audit` finds of an app. */
async function auditOf({ appId }: Shop) {
  const { store, core } = world
  await relayOnce(core)
  const ctx = { store, platform: core.platform, verify: createVerifier(core.receipts.jwks) }
  const { links, broken } = await auditChain(ctx, appId, () => {})
  return { links, broken }
}

describe('an account', () => {
  test('has its data, and then is gone from everything, while what it bought stays', async () => {
    const { token, user } = await signUp(world, email)
    const mine = { ...onPage(world.shop), authorization: `Bearer ${token}` }
    const patch = { name: named.name, phone: named.phone }
    await world.send({ method: 'PATCH', path: '/v1/auth/me', headers: mine, body: patch })
    await buy(mine, 'S-1')
    const elsewhere = (await signIn(world, world.other, email)).token
    await buy({ ...onPage(world.other), authorization: `Bearer ${elsewhere}` }, 'S-1')
    await settled(world)
    expect((await found()).length).toBeGreaterThan(0)

    const owner = `pool:${user.id}` as Principal
    const admin = { authorization: `Bearer ${await world.adminToken()}` }
    const ask = (path: string, headers: Readonly<Record<string, string>>, body: object) =>
      world.send({ method: 'POST', path, headers, body })
    const ofShop = told(200, PersonExport, await ask('/v1/auth/export', mine, {}))
    expect(ofShop).toMatchObject({
      account: { email, name: named.name, phone: named.phone },
      bookings: [{ seats: [{ id: 'S-1' }] }],
    })
    const whole = told(200, PersonExport, await ask('/v1/admin/people/export', admin, { person: owner }))
    expect(whole.bookings.map(({ app }) => app).toSorted()).toEqual(
      [world.shop.appId, world.other.appId].toSorted(),
    )
    const before = await accounts()

    expect((await ask('/v1/auth/erase', mine, {})).status).toBe(401)
    expect((await ask('/v1/auth/erase', mine, { password: 'a guess of mine' })).status).toBe(401)
    told(200, Erasure, await ask('/v1/auth/erase', mine, { password: stagePassword }))
    world.clock.tick(erasedAgainMs)
    await finishErasures(world.core)
    expect(await found()).toEqual([])
    expect(await accounts()).toEqual(before)
    for (const shop of [world.shop, world.other])
      expect(await auditOf(shop)).toEqual({ links: 1, broken: null })

    expect((await ask('/v1/auth/verify', mine, {})).status).toBe(401)
    const login = { email, password: stagePassword }
    expect((await ask('/v1/auth/login', onPage(world.shop), login)).status).toBe(401)
    expect((await signUp(world, email)).user.id).not.toBe(user.id)
    await ask('/v1/admin/people/erase', admin, { person: owner })
  })
})

describe('an app’s own user', () => {
  test('is forgotten by the app’s server, by themselves and by the operator, each time wholly', async () => {
    const server = onServer(world.shop)
    const vouched = {
      ...server,
      'x-external-user-id': 'till-7',
      'x-external-user-email': named.email,
      'x-external-user-name': encodeURIComponent(named.name),
    }
    const person = `ext:${world.shop.appId}:till-7`
    const admin = { authorization: `Bearer ${await world.adminToken()}` }
    const { 'x-external-user-email': _, 'x-external-user-name': __, ...unnamed } = vouched
    const ways: [string, Readonly<Record<string, string>>, object][] = [
      ['/v1/people', server, { person }],
      ['/v1/auth', unnamed, {}],
      ['/v1/admin/people', admin, { person }],
    ]
    for (const [at, [path, headers, body]] of ways.entries()) {
      await buy(vouched, `S-${at + 2}`)
      await settled(world)
      const ask = (verb: string) => world.send({ method: 'POST', path: `${path}/${verb}`, headers, body })
      const { bookings } = told(200, PersonExport, await ask('export'))
      expect(bookings.at(-1)?.buyer).toEqual({ name: named.name, email: named.email })
      told(200, Erasure, await ask('erase'))
      world.clock.tick(erasedAgainMs)
      expect(await found([named.name, named.email])).toEqual([])
    }
  })

  test('of another app is not found', async () => {
    const person = `ext:${world.shop.appId}:till-7`
    const request = { method: 'POST', headers: onServer(world.other), body: { person } }
    for (const verb of ['export', 'erase']) {
      expect((await world.send({ ...request, path: `/v1/people/${verb}` })).status).toBe(404)
    }
  })
})

test('a guest has what the app has of them, and no token any more', async () => {
  const { token } = await world.tokens.issueGuestToken('gst_1', world.shop.appId)
  const headers = { ...onPage(world.shop), authorization: `Bearer ${token}` }
  await buy(headers, 'S-9')
  const ask = (path: string) => world.send({ method: 'POST', path, headers, body: {} })
  expect(told(200, PersonExport, await ask('/v1/auth/export')).bookings).toHaveLength(1)
  told(200, Erasure, await ask('/v1/auth/erase'))
  world.clock.tick(60_000)
  expect((await ask('/v1/auth/verify')).status).toBe(401)
})
