import {
  AdminBookingPage,
  AdminSession,
  AdminUserView,
  AppPage,
  AppView,
  BookingView,
  EventView,
  HoldView,
  headers,
  RotatedKey,
  Stats,
  UserPage,
  UserSession,
  Whoami,
} from '@holdfast/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { codePrintedFor } from '../support/letters.ts'
import { seatPrice } from '../support/selling.ts'
import { buyerOf, type Client, createClient, pageOrigin, refused, told, wordOf } from './client.ts'
import { everyStore, useWorld } from './world.ts'

const pathOf = (appId: string) => `/v1/admin/apps/${appId}`

describe.each(everyStore)('the admin of an installation, on $store', (ground) => {
  const world = useWorld(ground)
  let admin: Client
  beforeAll(async () => {
    const { edgeUrl, secrets } = world().stack
    const anybody = createClient(edgeUrl, {})
    const body = { email: secrets.adminEmail, password: secrets.adminPassword }
    const { token } = told(200, AdminSession, await anybody.call('POST', '/v1/admin/login', { body }))
    admin = createClient(edgeUrl, { authorization: `Bearer ${token}` })
  })

  test('lists, reads and changes apps, and what an app says reaches its events', async () => {
    const shop = await world().openShop({ domain: 'MOVIE', metadata: { contract: { $gt: '' } } })
    const { apps } = told(200, AppPage, await admin.call('GET', '/v1/admin/apps?domain=MOVIE&active=true'))
    expect(apps.map(({ id }) => id)).toContain(shop.appId)
    const path = pathOf(shop.appId)
    expect(told(200, AppView, await admin.call('GET', path)).metadata).toEqual({ contract: { $gt: '' } })

    const body = { name: 'Kino', eventDefaults: { holdTtlMs: 42_000 } }
    expect(told(200, AppView, await admin.call('PATCH', path, { body }))).toMatchObject(body)
    await shop.sell('film', 1)
    const event = told(200, EventView, await shop.server.call('GET', '/v1/events/film'))
    expect(event.holdTtlMs).toBe(42_000)
    refused('invalid_request', await admin.call('PATCH', path, { body: { domain: 'BUS' } }))
  })

  test('deactivates an app, whose keys core refuses at once, and removes nothing', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('play', 1)
    const buyer = buyerOf(shop.user('ada'), event)
    const hold = told(201, HoldView, await buyer.hold(['S-1']))
    told(201, BookingView, await buyer.confirm(hold.id, 'pay_1'))
    expect(told(200, AppView, await admin.call('DELETE', pathOf(shop.appId))).active).toBe(false)
    // No edge has heard of this key yet, so it asks core.
    refused('invalid_api_key', await shop.page.call('GET', '/v1/events'))
    const kept = told(200, AdminBookingPage, await admin.call('GET', `/v1/admin/bookings?app=${shop.appId}`))
    expect(kept.bookings).toHaveLength(1)
    const back = await admin.call('PATCH', pathOf(shop.appId), { body: { active: true } })
    expect(told(200, AppView, back).active).toBe(true)
  })

  test('gives an app a new key, the old one beside it as long as was asked for', async () => {
    const shop = await world().openShop()
    const rotate = async (body: object) =>
      told(201, RotatedKey, await admin.call('POST', `${pathOf(shop.appId)}/keys/rotate`, { body }))
    const events = (key: string) =>
      createClient(shop.edgeUrl, { [headers.apiKey]: key }).call('GET', '/v1/events')
    const second = await rotate({ kind: 'secret', overlapSeconds: 600 })
    expect((await events(second.key)).status).toBe(200)
    expect((await events(shop.secretKey)).status).toBe(200)
    const third = await rotate({ kind: 'publishable' })
    expect((await events(third.key)).status).toBe(200)
    refused('invalid_api_key', await events(shop.publishableKey))

    const chosen = 'the-key-of-a-predecessor-0123456789'
    expect((await rotate({ kind: 'legacy', key: chosen })).key).toBe(chosen)
    const legacy = createClient(shop.edgeUrl, { [headers.apiKey]: chosen, [headers.appId]: shop.appId })
    refused('invalid_api_key', await legacy.call('GET', '/v1/events'))
  })

  test('sees every booking with its buyer, and the numbers of a dashboard', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('play', 4)
    const ada = shop.user('ada').with({
      [headers.externalUserEmail]: 'ada@example.org',
      [headers.externalUserName]: encodeURIComponent('Ada Lovelace ✓'),
    })
    const buyers = [buyerOf(ada, event), buyerOf(await shop.guest(), event)]
    for (const [at, buyer] of buyers.entries()) {
      const hold = told(201, HoldView, await buyer.hold([`S-${at + 1}`]))
      told(201, BookingView, await buyer.confirm(hold.id, `pay_${at === 0 ? 'ok' : 'pending'}_1`))
    }
    const list = async (query: string) =>
      told(200, AdminBookingPage, await admin.call('GET', `/v1/admin/bookings?app=${shop.appId}${query}`))
    const all = await list('')
    expect(all.bookings.map(({ buyer }) => buyer)).toEqual([
      { name: null, email: null },
      { name: 'Ada Lovelace ✓', email: 'ada@example.org' },
    ])
    expect(all.statistics).toEqual({
      bookings: 2,
      byStatus: { confirmed: 2, cancelled: 0 },
      byPayment: { PENDING: 1, SUCCESS: 1, FAILED: 0 },
      revenue: [{ currency: 'EUR', amount: seatPrice, bookings: 1 }],
    })
    const first = await list('&limit=1')
    expect((await list(`&limit=1&cursor=${first.nextCursor}`)).bookings).toEqual(all.bookings.slice(1))
    expect((await list(`&owner=ext:${shop.appId}:ada`)).bookings).toEqual(all.bookings.slice(1))
    expect((await list('&payment=PENDING&event=play')).statistics.bookings).toBe(1)
    expect((await list(`&to=${new Date(Date.now() - 60_000).toISOString()}`)).bookings).toEqual([])

    const stats = told(200, Stats, await admin.call('GET', `/v1/admin/stats?app=${shop.appId}`))
    expect(stats).toMatchObject({
      events: 1,
      seats: { available: 2, blocked: 0, booked: 2 },
      sellThrough: { soldSeats: 2, seats: 4, ratio: 0.5, top: [{ event: 'play', soldSeats: 2 }] },
    })
    const everywhere = told(200, Stats, await admin.call('GET', '/v1/admin/stats'))
    expect(everywhere.bookings.bookings).toBeGreaterThanOrEqual(2)
  })

  test('deactivates a user, who can neither sign in nor buy, and lets them in again', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('play', 2)
    const account = { email: 'eve@example.org', password: 'correct horse' }
    await shop.page.call('POST', '/v1/auth/codes', { body: { email: account.email } })
    const body = { ...account, name: 'Eve', code: codePrintedFor(world().stack, account.email) }
    const { token, user } = told(201, UserSession, await shop.page.call('POST', '/v1/auth/signup', { body }))
    const eve = shop.page.with({ authorization: `Bearer ${token}` })
    const me = told(200, Whoami, await eve.call('POST', '/v1/auth/verify'))
    expect(me).toEqual({ valid: true, principal: `pool:${user.id}`, user })
    const buyer = buyerOf(eve, event)
    const hold = told(201, HoldView, await buyer.hold(['S-1']))

    const { users } = told(200, UserPage, await admin.call('GET', '/v1/admin/users?email=EVE@example.org'))
    expect(users.map(({ id }) => id)).toEqual([user.id])
    const setActive = async (active: boolean) =>
      told(200, AdminUserView, await admin.call('PATCH', `/v1/admin/users/${user.id}`, { body: { active } }))
    expect((await setActive(false)).deactivatedAt).not.toBeNull()
    // Core says so at once, and the edge when it has heard of it.
    const out = /^(403 user_deactivated|401 invalid_token)$/
    expect(wordOf(await buyer.confirm(hold.id, 'pay_1', 'once'))).toMatch(out)
    expect(wordOf(await eve.call('POST', '/v1/auth/verify'))).toMatch(out)
    const logIn = () => shop.page.call('POST', '/v1/auth/login', { body: account })
    refused('user_deactivated', await logIn())

    expect(await setActive(true)).toMatchObject({ active: true, deactivatedAt: null })
    const again = told(200, UserSession, await logIn())
    const back = buyerOf(shop.page.with({ authorization: `Bearer ${again.token}` }), event)
    told(201, BookingView, await back.confirm(hold.id, 'pay_1', 'twice'))
  })

  test('lets the pages of an app vouch for its users, if it says so', async () => {
    const shop = await world().openShop({ browserVouching: true })
    const event = await shop.sell('play', 1)
    const user = shop.page.with({ [headers.externalUserId]: 'u-1' })
    expect(told(200, Whoami, await user.call('POST', '/v1/auth/verify')).principal).toBe(
      `ext:${shop.appId}:u-1`,
    )
    const held = await buyerOf(user, event).hold(['S-1'])
    told(201, HoldView, held)
    expect(held.headers.get('access-control-allow-origin')).toBe(pageOrigin)
    const careful = await world().openShop()
    refused(
      'forbidden',
      await careful.page
        .with({ [headers.externalUserId]: 'u-1' })
        .call('POST', '/v1/events/play/holds', { body: { seats: ['S-1'] } }),
    )
  })

  test('waits longer and longer after wrong passwords, who ever it is', async () => {
    const { edgeUrl } = world().stack
    const body = { email: 'nobody@example.org', password: 'wrong horse' }
    const guess = () => createClient(edgeUrl, {}).call('POST', '/v1/admin/login', { body })
    for (let i = 0; i < 6; i++) refused('invalid_credentials', await guess())
    const answer = await guess()
    refused('rate_limited', answer)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })
})
