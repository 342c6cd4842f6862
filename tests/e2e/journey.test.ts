import {
  BookingPage,
  BookingView,
  CodeReply,
  EventPage,
  EventView,
  HoldView,
  headers,
  ImportPlanReply,
  ReceiptClaims,
  SeatsView,
  UserSession,
  Whoami,
} from '@holdfast/contract'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { codePrintedFor } from '../support/letters.ts'
import { seatPrice } from '../support/selling.ts'
import { buyerOf, type Client, pageOrigin, refused, told } from './client.ts'
import { smallPlan } from './small-plan.ts'
import { everyGround, useWorld } from './world.ts'

const binary = { accept: 'application/octet-stream' }

/** Asks again with the tag of the first answer, as a browser does. */
async function askTwice(client: Client, path: string, more: Readonly<Record<string, string>> = {}) {
  const first = await client.call('GET', path, { headers: more })
  expect(first.status).toBe(200)
  const etag = first.headers.get('etag') ?? ''
  const again = () => client.call('GET', path, { headers: { ...more, 'if-none-match': etag } })
  return { first, again }
}

describe.each(everyGround)('a visit to a shop, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)

  test('a guest looks around, holds two seats, extends, buys, and has a receipt that anyone can check', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('play', 4)
    const guest = await shop.guest()
    const buyer = buyerOf(guest, event)
    const { events } = told(200, EventPage, await shop.page.call('GET', '/v1/events'))
    expect(events.map(({ id, seatCount }) => ({ id, seatCount }))).toEqual([{ id: 'play', seatCount: 4 }])

    const held = await buyer.hold(['S-1', 'S-2'])
    const hold = told(201, HoldView, held)
    expect(hold).toMatchObject({ status: 'held', event: 'play', total: 2 * seatPrice, currency: 'EUR' })
    expect(held.headers.get('location')).toBe(`/v1/events/play/holds/${hold.id}`)
    expect(held.headers.get('access-control-allow-origin')).toBe(pageOrigin)
    expect(told(200, HoldView, await buyer.extend(hold.id)).id).toBe(hold.id)

    const booking = told(201, BookingView, await buyer.confirm(hold.id, 'pay_1'))
    expect(booking).toMatchObject({ status: 'confirmed', seats: hold.seats, total: hold.total })
    await until(async () => told(200, HoldView, await buyer.read(hold.id)).status === 'confirmed')
    expect(told(200, HoldView, await buyer.read(hold.id)).bookingId).toBe(booking.id)

    expect(told(200, BookingPage, await guest.call('GET', '/v1/bookings')).bookings).toEqual([booking])
    expect((await guest.call('GET', `/v1/bookings/${booking.id}`)).body).toEqual(booking)
    const receipt = await guest.call('GET', `/v1/bookings/${booking.id}/receipt`)
    expect(receipt.text).toBe(booking.receipt)

    const jwks = await guest.call('GET', '/.well-known/jwks.json')
    const keys = createLocalJWKSet(jwks.body as JSONWebKeySet)
    const check = { algorithms: ['EdDSA'], issuer: 'holdfast', typ: 'receipt+jwt' }
    const { payload } = await jwtVerify(receipt.text, keys, check)
    expect(ReceiptClaims.parse(payload)).toMatchObject({
      ...{ app: shop.appId, booking: booking.id, event: 'play', seats: hold.seats },
      ...{ total: hold.total, currency: 'EUR', payment: 'pay_1' },
    })
  })

  test('a chart and its seats are sent again only when they have changed', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('play', 3)
    const buyer = buyerOf(await shop.guest(), event)
    const path = '/v1/events/play'
    const chart = await askTwice(shop.page, path)
    const seats = await askTwice(shop.page, `${path}/seats`)
    const map = await askTwice(shop.page, `${path}/seats`, binary)
    expect(told(200, EventView, chart.first).chart.sections[0]?.rows[0]?.seats).toHaveLength(3)
    expect(told(200, SeatsView, seats.first)).toMatchObject({ counts: { free: 3, held: 0 }, seats: [] })
    expect(map.first.text).toBe('FFF')
    for (const { again } of [chart, seats, map]) {
      const { status, text } = await again()
      expect([status, text]).toEqual([304, ''])
    }

    told(201, HoldView, await buyer.hold(['S-2']))
    expect((await chart.again()).status).toBe(304)
    expect((await map.again()).text).toBe('FHF')
    const now = await seats.again()
    expect(told(200, SeatsView, now)).toMatchObject({
      counts: { free: 2, held: 1 },
      seats: [{ id: 'S-2', status: 'held' }],
    })
    expect(now.headers.get('vary')).toContain('Accept')
    expect(now.headers.get(headers.version)).toBe(told(200, SeatsView, now).version)
  })

  test('a user signs up with a mailed code, signs in to each shop, and is the same person in every one', async () => {
    const [shop, other] = [await world().openShop(), await world().openShop()]
    const account = { email: 'ada@example.org', password: 'correct horse', name: 'Ada' }
    const post = (path: string, body: object) => shop.page.call('POST', `/v1/auth/${path}`, { body })
    const { email, password } = account
    const mailed = async () => {
      told(202, CodeReply, await post('codes', { email }))
      return codePrintedFor(world().stack, email)
    }
    const { user } = told(201, UserSession, await post('signup', { ...account, code: await mailed() }))
    refused('email_taken', await post('signup', { ...account, code: await mailed() }))
    refused('invalid_credentials', await post('login', { email, password: 'wrong horse' }))

    const tokens: string[] = []
    for (const { page } of [shop, other]) {
      const body = { email, password }
      const session = told(200, UserSession, await page.call('POST', '/v1/auth/login', { body }))
      expect(session.user).toEqual(user)
      const client = page.with({ authorization: `Bearer ${session.token}` })
      const { principal } = told(200, Whoami, await client.call('POST', '/v1/auth/verify'))
      expect(principal).toBe(`pool:${user.id}`)
      tokens.push(session.token)
    }
    const [ofShop = '', ofOther = ''] = tokens
    const event = await other.sell('play', 1)
    refused(
      'invalid_token',
      await buyerOf(other.page.with({ authorization: `Bearer ${ofShop}` }), event).hold(['S-1']),
    )
    const buyer = buyerOf(other.page.with({ authorization: `Bearer ${ofOther}` }), event)
    const hold = told(201, HoldView, await buyer.hold(['S-1']))
    told(201, BookingView, await buyer.confirm(hold.id, 'pay_1'))
  })

  test('a seating plan is put on sale as it is drawn, and again changes nothing', async () => {
    const shop = await world().openShop()
    const path = '/v1/events/hall'
    await shop.server.call('PUT', path, { body: { name: 'Hall', currency: 'EUR' } })
    const put = () => shop.server.call('PUT', `${path}/plan`, { body: smallPlan })
    expect((await put()).body).toEqual({
      ...{ event: 'hall', inserted: 6, updated: 0, unchanged: 0, seatCount: 6 },
      ...{ sold: { count: 0, seats: [] }, missing: 0, missingSeats: [], blocked: 0, ids: [] },
    })
    const drawn = told(200, EventView, await shop.page.call('GET', path))
    const rows = drawn.chart.sections.flatMap((section) => section.rows)
    expect(rows.map((row) => row.seats.map(({ id, price }) => `${id} ${price}`))).toEqual([
      ['A-1 5000', 'A-2 5000', 'A-3 5000'],
      ['B-1 3000', 'B-2 3000', 'B-3 3000'],
    ])

    const buyer = buyerOf(await shop.guest(), { eventId: 'hall' })
    const hold = told(201, HoldView, await buyer.hold(['A-3', 'B-1']))
    expect((await put()).body).toMatchObject({ inserted: 0, updated: 0, unchanged: 6, seatCount: 6 })
    expect((await shop.page.call('GET', path)).body).toEqual(drawn)
    expect(told(200, HoldView, await buyer.read(hold.id))).toMatchObject({ status: 'held', total: 8000 })
  })

  test('a hall that is drawn smaller is told what it has lost, and takes it off sale when it is told to', async () => {
    const shop = await world().openShop()
    const path = '/v1/events/hall'
    await shop.server.call('PUT', path, { body: { name: 'Hall', currency: 'EUR' } })
    const [zone] = smallPlan.plan.zones
    const rows = zone?.rows.slice(0, 1) ?? []
    const smaller = { ...smallPlan, plan: { ...smallPlan.plan, zones: [{ ...zone, rows }] } }
    const put = (body: object, query = '') => shop.server.call('PUT', `${path}/plan${query}`, { body })
    await put(smallPlan)
    const buyer = buyerOf(await shop.guest(), { eventId: 'hall' })
    told(201, HoldView, await buyer.hold(['B-2']))

    const first = told(200, ImportPlanReply, await put(smaller, '?limit=2'))
    expect(first).toMatchObject({ unchanged: 3, missing: 3, missingSeats: [{ id: 'B-1' }, { id: 'B-2' }] })
    const rest = told(200, ImportPlanReply, await put(smaller, `?limit=2&cursor=${first.nextCursor}`))
    expect(rest).toMatchObject({ missing: 3, missingSeats: [{ id: 'B-3', blocked: false }] })
    expect(rest).not.toHaveProperty('nextCursor')

    expect((await put(smaller, '?missing=block')).body).toMatchObject({ missing: 3, blocked: 3 })
    const left = await shop.page.call('GET', `${path}/seats?status=free`)
    expect(told(200, SeatsView, left).seats.map(({ id }) => id)).toEqual(['A-1', 'A-2', 'A-3'])
    refused('seats_unavailable', await buyer.hold(['B-1']))

    const moved = { seats: [{ id: 'B-2', row: 'C' }] }
    const asked = (query: string) => shop.server.call('PUT', `${path}/seats${query}`, { body: moved })
    refused('invalid_request', await asked(''))
    expect((await asked('?relabel=sold')).body).toMatchObject({ updated: 1 })
  })
})
