import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { callApi } from '../../edge/dev/api.ts'
import { limitless } from '../support/selling.ts'
import {
  consoleOf,
  doneIn,
  failedIn,
  type Data as Json,
  type UnifiedApp,
  type UnifiedClient,
  unifiedApp,
  unifiedClient,
  unifiedSeat,
} from '../support/unified.ts'
import { Data, Service } from '../support/unified-shapes.ts'
import { useWorld } from './world.ts'

describe('what the clients of Unified Booking send, and what they read', () => {
  const world = useWorld('embedded')
  const edge = () => world().stack.edgeUrl
  let admin: UnifiedClient
  let shop: UnifiedApp
  /** A page, with its user. */
  let page: UnifiedClient
  /** The app's server, for a user of its own. */
  const server = (id: string, more = {}) => shop.server.with({ 'x-external-user-id': id, ...more })
  let next = 1
  const entity = (name = 'hall') => `${name} ${next++}`

  const sync = async (entityId: string, seats: readonly object[]) =>
    Data.synced.parse(doneIn(await shop.server.post('/admin/sync-seats', { entityId, seats })))
  const seatsOf = async (client: UnifiedClient, entityId: string) =>
    Data.seats.parse(doneIn(await client.get(`/seats?${new URLSearchParams({ entityId })}`))).seats
  const reserve = async (client: UnifiedClient, price: number, entityId = entity('entity')) => {
    const { _id } = await unifiedSeat(shop, client, { entityId, price })
    return Data.reserved.parse(doneIn(await client.post('/reserve-seat', { seatId: _id })))
  }
  const buy = async (client: UnifiedClient, price = 850, entityId = entity('entity')) => {
    const { reservationToken } = await reserve(client, price, entityId)
    const paid = { reservationToken, paymentId: `pay_${next++}` }
    return Data.confirmed.parse(doneIn(await client.post('/confirm-booking', paid))).booking
  }

  beforeAll(async () => {
    admin = await consoleOf(edge(), world().stack.secrets)
    shop = await unifiedApp(edge(), admin, { name: 'Cinema', domain: 'MOVIE' })
    await admin.send('PATCH', `/v1/admin/apps/${shop.appId}`, { rateLimits: limitless })
    const body = { email: 'asha@example.org', password: 'correct horse', name: 'Asha', phone: '' }
    const { token } = Data.signedIn.parse(doneIn(await shop.page.post('/auth/signup', body), 201))
    page = shop.page.with({ authorization: `Bearer ${token}` })
  })

  describe('the service itself', () => {
    test('GET /health says that all is connected, for scripts that look before they begin', async () => {
      const answer = await callApi(`${edge()}/health`)
      expect(answer.status).toBe(200)
      expect(Service.health.parse(answer.body)).toMatchObject({
        success: true,
        status: 'ok',
        services: { mongodb: 'connected', redis: 'connected' },
      })
    })

    test('GET / names the service: as JSON to programs, as a page to people', async () => {
      expect(Service.door.parse((await callApi(`${edge()}/`)).body).message).toBe('Holdfast')
      const answer = await callApi(`${edge()}/`, { headers: { accept: 'text/html,*/*;q=0.8' } })
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      expect(answer.text).toContain('href="/docs"')
    })

    test.each(['/nothing', '/admin/nothing', '/seats/a/b', '/booking'])(
      'a path where nothing is, %s, is NOT_FOUND in the envelope',
      async (path) => {
        failedIn('NOT_FOUND', await callApi(edge() + path))
      },
    )

    test('a path of our own where nothing is has a problem of ours', async () => {
      const answer = await callApi(`${edge()}/v1/nothing`)
      expect(answer.headers.get('content-type')).toMatch(/problem\+json/)
    })
  })

  describe('users', () => {
    const body = { email: 'ravi@example.org', password: 'correct horse', name: 'Ravi', phone: '+91 22 1' }

    test('sign up, sign in and are verified, and never show a hash', async () => {
      const made = Data.signedIn.parse(doneIn(await shop.page.post('/auth/signup', body), 201))
      Data.signedIn.parse(doneIn(await shop.page.post('/auth/login', body)))
      Data.verified.parse(doneIn(await shop.page.post('/auth/verify', { token: made.token })))
    })

    test('who shows no key is told what is missing while the operator has named no app for them', async () => {
      for (const path of ['/auth/signup', '/auth/login', '/auth/verify']) {
        const answer = await unifiedClient(edge()).post(path, { ...body, token: 'abc' })
        failedIn('AUTHENTICATION_ERROR', answer)
        expect(answer.text).toContain('UNIFIED_APP_ID')
      }
    })

    test('who shows no key is of the app that the operator has named for them', async () => {
      const { stack } = world()
      await stack.restartEdge({ UNIFIED_APP_ID: shop.appId })
      try {
        const anybody = unifiedClient(edge())
        const mail = { ...body, email: 'keyless@example.org' }
        const { token } = Data.signedIn.parse(doneIn(await anybody.post('/auth/signup', mail), 201))
        doneIn(await anybody.post('/auth/login', mail))
        Data.verified.parse(doneIn(await anybody.post('/auth/verify', { token })))
        failedIn('AUTHENTICATION_ERROR', await anybody.get('/seats?entityId=x'))
        await admin.send('DELETE', `/admin/apps/${shop.appId}`)
        await stack.restartEdge({ UNIFIED_APP_ID: 'app_of-nobody' })
        failedIn('AUTHENTICATION_ERROR', await unifiedClient(edge()).post('/auth/login', mail))
      } finally {
        await admin.send('PATCH', `/admin/apps/${shop.appId}`, { isActive: true })
        await stack.restartEdge({})
      }
    })
  })

  describe('seats', () => {
    test('carry what was synced: metadata as it was sent, numbers included, and the price in major units', async () => {
      const metadata = [
        { busNumber: 'KA-01', route: 'Pune – Mumbai', journeyDate: '2026-12-01' },
        { row: 1, column: 2, venue: 'Hall', features: ['aisle', { legroom: true }], nothing: null },
        JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}'),
      ]
      const entityId = entity()
      const rows = metadata.map((one, n) => ({ seatNumber: `A${n}`, price: 850.5, metadata: one }))
      expect(await sync(entityId, rows)).toEqual({ entityId, synced: 3, inserted: 3, updated: 0 })
      expect(await sync(entityId, rows)).toMatchObject({ inserted: 0, updated: 0 })
      const seats = await seatsOf(page, entityId)
      expect(seats.map(({ metadata: told }) => JSON.stringify(told))).toEqual(
        metadata.map((one) => JSON.stringify(one)),
      )
      expect(seats[0]).toMatchObject({ price: 850.5, entityId, domain: 'MOVIE', appId: shop.appId })
      // A sync that says nothing of it leaves it.
      await sync(entityId, [{ seatNumber: 'A0', price: 900 }])
      expect((await seatsOf(page, entityId))[0]).toMatchObject({ price: 900, metadata: metadata[0] })
    })

    test('whose metadata is too large are refused with the limit', async () => {
      const seats = [{ seatNumber: 'A1', price: 1, metadata: { text: 'x'.repeat(2_048) } }]
      const answer = await shop.server.post('/admin/sync-seats', { entityId: 'large', seats })
      failedIn('VALIDATION_ERROR', answer)
      expect(answer.text).toContain('2048 bytes')
    })

    test('of all states are told with their locks', async () => {
      const entityId = entity()
      await sync(entityId, [
        { seatNumber: 'A1', price: 100 },
        { seatNumber: 'A2', price: 100, status: 'BOOKED' },
      ])
      const [free] = await seatsOf(page, entityId)
      doneIn(await page.post('/reserve-seat', { seatId: free?._id }))
      const query = new URLSearchParams({ entityId })
      const { seats } = Data.statuses.parse(doneIn(await page.get(`/seats/status?${query}`)))
      expect(seats.map(({ status, isLocked }) => [status, isLocked])).toEqual([
        ['AVAILABLE', true],
        ['BOOKED', false],
      ])
    })

    test('are found by any text that an app calls its entity', async () => {
      for (const entityId of ['Route 5: Pune → Mumbai', 'गोवा', 'a/b?c&d', 'x'.repeat(200)]) {
        await sync(entityId, [{ seatNumber: 'A1', price: 10 }])
        const [seat] = await seatsOf(page, entityId)
        expect(seat).toMatchObject({ entityId, seatNumber: 'A1' })
        const booking = await buy(server('traveller'), 10, entityId)
        expect(booking).toMatchObject({ entityId, metadata: { entityId, seatNumber: 'A1' } })
      }
      failedIn('VALIDATION_ERROR', await page.get(`/seats?entityId=${'x'.repeat(201)}`))
      failedIn('VALIDATION_ERROR', await page.get('/seats?entityId=%20'))
    })
  })

  describe('amounts', () => {
    test('go in in major units and come out of create-order in minor ones, as the form of the provider wants them', async () => {
      const { reservationToken, seat } = await reserve(page, 850)
      expect(seat.price).toBe(850)
      const asked = { reservationToken, amount: 850, currency: 'INR', metadata: { note: 'x' } }
      const order = Data.ordered.parse(doneIn(await page.post('/create-order', asked)))
      expect(order).toMatchObject({ amount: 85_000, currency: 'INR', reservationToken })
      const again = Data.ordered.parse(doneIn(await page.post('/create-order', asked)))
      expect(again).toEqual(order)
      const booking = await buy(page, 850.5)
      expect(booking).toMatchObject({ amount: 850.5, seatId: { price: 850.5 }, paymentStatus: 'SUCCESS' })
    })

    test.each(['850.00', '850', 850.0])('may be text: %j', async (amount) => {
      const { reservationToken } = await reserve(page, 850)
      expect(doneIn(await page.post('/create-order', { reservationToken, amount })).amount).toBe(85_000)
    })

    test.each([850.001, -850, '', 'much', 1e21, null])('that can be none are refused: %j', async (amount) => {
      const { reservationToken } = await reserve(page, 850)
      failedIn('VALIDATION_ERROR', await page.post('/create-order', { reservationToken, amount }))
    })

    test('are advised in major units too', async () => {
      const { reservationToken } = await reserve(page, 850)
      const answer = await page.post('/create-order', { reservationToken, amount: 840.5 })
      expect(failedIn('VALIDATION_ERROR', answer)).toMatchObject({
        errors: [{ path: 'amount', message: 'must be 850' }],
      })
      const body = { entityId: 'prices', seats: [{ seatNumber: 'A1', price: 10_000_001 }] }
      const refused = await shop.server.post('/admin/sync-seats', body)
      expect(failedIn('VALIDATION_ERROR', refused)).toMatchObject({
        errors: [{ path: 'seats.0.price', message: 'must be at most 10000000' }],
      })
    })

    test.each([1.005, -1, 'free', 1e21, null])('that no seat can cost are refused: %j', async (price) => {
      const body = { entityId: 'prices', seats: [{ seatNumber: 'A1', price }] }
      failedIn('VALIDATION_ERROR', await shop.server.post('/admin/sync-seats', body))
    })
  })

  describe('the users of an app’s own', () => {
    test('count beside a token of the app’s own system, on a server', async () => {
      const foreign = { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' }
      const booking = await buy(server('anna@example.org', foreign))
      expect(booking.userId).toBe(`ext_${shop.appId}_anna@example.org`)
      const found = Data.booking.parse(
        doneIn(await server('anna@example.org').get(`/booking/${booking.bookingId}`)),
      )
      expect(found.booking).toEqual(booking)
    })

    test.each([
      ['text with a bar', 'auth0|5f7c'],
      ['text with colons', 'urn:uuid:1'],
      ['a mail address', 'anna@example.org'],
      ['512 letters', 'ü'.repeat(512)],
      ['the number 0', 0],
      ['another number', 42],
    ])('may be called by %s', async (_, id) => {
      const { _id: seatId } = await unifiedSeat(shop, server('x'), { entityId: entity(), price: 10 })
      const body = { seatId, externalUser: { id, email: 'a@example.org', name: 'Änne' } }
      Data.reserved.parse(doneIn(await shop.server.post('/reserve-seat', body)))
    })

    test.each([
      ['spaces alone', '  '],
      ['more than 512 characters', 'x'.repeat(513)],
      ['a negative number', -1],
      ['a fraction', 0.5],
      ['a number too large to be exact', 1e21],
      ['half a character', '\ud800'],
    ])('are refused when their id is %s', async (_, id) => {
      const { _id: seatId } = await unifiedSeat(shop, server('x'), { entityId: entity(), price: 10 })
      failedIn('VALIDATION_ERROR', await shop.server.post('/reserve-seat', { seatId, externalUser: { id } }))
      failedIn('VALIDATION_ERROR', await shop.server.post('/reserve-seat', { seatId, userId: id }))
    })

    test('are not meant by a bare userId beside a token of one’s own', async () => {
      const account = { email: 'own@example.org', password: 'correct horse', name: 'Own' }
      const { token, user } = doneIn(await shop.page.post('/auth/signup', account), 201)
      const own = shop.server.with({ authorization: `Bearer ${token}` })
      const { _id: seatId } = await unifiedSeat(shop, own, { entityId: entity(), price: 10 })
      const { reservationToken } = doneIn(await own.post('/reserve-seat', { seatId, userId: 'somebody' }))
      const paid = { reservationToken, paymentId: `pay_${next++}`, userId: 'somebody' }
      expect(doneIn(await own.post('/confirm-booking', paid)).booking.userId).toBe(user._id)
    })

    test('are limited together with their app, since one process speaks for all of them', async () => {
      const app = await unifiedApp(edge(), admin, { name: 'Busy', domain: 'EVENT' })
      const one = app.server.with({ 'x-external-user-id': 'till' })
      const release = () => one.post('/release-seat', { reservationToken: 'abc' })
      const answers = await Promise.all(Array.from({ length: 60 }, release))
      for (const answer of answers) failedIn('NOT_FOUND', answer)
    })
  })

  describe('bookings', () => {
    test('are listed in pages, and a page beyond the end is empty', async () => {
      const buyer = server('lister')
      const booking = await buy(buyer)
      const list = async (query: string) =>
        Data.bookings.parse(doneIn(await buyer.get(`/my-bookings?${query}`)))
      expect(await list('page=1&limit=5')).toEqual({
        bookings: [booking],
        count: 1,
        pagination: { page: 1, limit: 5, total: 1, pages: 1, totalPages: 1 },
      })
      expect(await list('page=7')).toMatchObject({ bookings: [], count: 0, pagination: { total: 1 } })
      failedIn('VALIDATION_ERROR', await buyer.get('/my-bookings?page=0'))
      failedIn('VALIDATION_ERROR', await buyer.get('/my-bookings?page=first'))
    })
  })

  describe('the console', () => {
    const made = async (input: object) =>
      Data.appMade.parse(
        doneIn(
          await admin.post('/admin/apps', { domain: 'BUS', allowedDomains: ['shop.example'], ...input }),
          201,
        ),
      )

    test('makes an app whose page sells a seat at once, which its server has synced with a key of its own', async () => {
      const { app, apiKey } = await made({ name: 'Coach' })
      const path = `/admin/apps/${app._id}/rotate-key`
      const { newApiKey } = Data.rotated.parse(doneIn(await admin.post(path, { use: 'server' })))
      const client = unifiedClient(edge(), { 'x-app-id': app.appId })
      const seats = [{ seatNumber: '1', price: 450 }]
      const sync = (key: string) =>
        client.with({ 'x-api-key': key }).post('/admin/sync-seats', { entityId: 'trip', seats })
      doneIn(await sync(newApiKey))
      const refused = await sync(apiKey)
      failedIn('AUTHORIZATION_ERROR', refused)
      expect(refused.text).toContain(`npx holdfast apps use ${app.appId} server`)
      const onPage = client.with({ 'x-api-key': apiKey, origin: 'https://shop.example' })
      const account = { email: 'coach@example.org', password: 'correct horse', name: 'Coach' }
      const { token } = doneIn(await onPage.post('/auth/signup', account), 201)
      const buyer = onPage.with({ authorization: `Bearer ${token}` })
      const [seat] = doneIn(await buyer.get('/seats?entityId=trip')).seats
      const { reservationToken } = doneIn(await buyer.post('/reserve-seat', { seatId: seat._id }))
      const { orderId } = doneIn(await buyer.post('/create-order', { reservationToken, amount: 450 }))
      const paid = { reservationToken, razorpay_payment_id: 'pay_coach', razorpay_order_id: orderId }
      const { booking } = Data.confirmed.parse(doneIn(await buyer.post('/confirm-booking', paid)))
      expect(booking.paymentStatus).toBe('SUCCESS')
    })

    test('makes an app without domains whose one key is that of its server, as setup scripts have it', async () => {
      const { app, apiKey } = await made({ name: 'Setup', allowedDomains: [] })
      const client = unifiedClient(edge(), { 'x-app-id': app.appId, 'x-api-key': apiKey })
      const seats = [{ seatNumber: '1', price: 450 }]
      doneIn(await client.post('/admin/sync-seats', { entityId: 'setup', seats }))
      const onPage = client.with({ origin: 'https://shop.example' })
      failedIn('AUTHORIZATION_ERROR', await onPage.get('/seats?entityId=setup'))
    })

    test('lists, reads and changes apps: what it says of metadata is put to what is there', async () => {
      const { app } = await made({ name: 'Noted', metadata: { city: 'Pune', seats: 40 } })
      for (const method of ['PATCH', 'PUT']) {
        const change = { metadata: { [method]: 1, city: 'Goa' } }
        doneIn(await admin.send(method, `/admin/apps/${app._id}`, change))
      }
      const read = Data.app.parse(doneIn(await admin.get(`/admin/apps/${app.appId}`)))
      expect(read.app).toEqual({ ...app, metadata: { city: 'Goa', seats: 40, PATCH: 1, PUT: 1 } })
      const listed = Data.apps.parse(doneIn(await admin.get('/admin/apps?domain=BUS&isActive=true&limit=1')))
      expect(listed).toMatchObject({ count: 1, apps: [{ appId: app.appId }] })
      Data.app.parse(doneIn(await admin.send('DELETE', `/admin/apps/${app._id}`)))
      Data.rotated.parse(doneIn(await admin.post(`/admin/apps/${app._id}/rotate-key`)))
    })

    test('finds bookings by its own words for payments, and by days and times as browsers write them', async () => {
      const { bookingId, createdAt } = await buy(server('console', { 'x-external-user-name': 'Bee' }))
      const list = async (query: Record<string, string>) => {
        const answer = await admin.get(`/admin/bookings?${new URLSearchParams(query)}`)
        return Data.adminBookings.parse(doneIn(answer)).bookings.some((one) => one.bookingId === bookingId)
      }
      const day = new Date(createdAt)
      const found: Record<string, string>[] = [
        {},
        { status: 'CONFIRMED' },
        { status: 'confirmed' },
        { paymentStatus: 'SUCCESS' },
        { appId: shop.appId, domain: 'MOVIE' },
        { startDate: createdAt.slice(0, 10), endDate: createdAt.slice(0, 10) },
        { startDate: day.toString(), endDate: '' },
        { startDate: createdAt.slice(0, 16) },
        { endDate: createdAt },
      ]
      for (const query of found) expect(await list(query), JSON.stringify(query)).toBe(true)
      const notFound: Record<string, string>[] = [
        { status: 'PENDING' },
        { status: 'FAILED' },
        { appId: 'of nobody: ü' },
        { appId: 'app_nobody' },
        { endDate: '2020-01-01' },
        { page: '40' },
      ]
      for (const query of notFound) expect(await list(query), JSON.stringify(query)).toBe(false)
      for (const query of ['startDate=soon', 'status=PAID', 'page=0']) {
        failedIn('VALIDATION_ERROR', await admin.get(`/admin/bookings?${query}`))
      }
    })

    test('shows its numbers', async () => {
      const stats = doneIn(await admin.get('/admin/stats')) as Json
      expect(stats).toMatchObject({
        totalRevenue: expect.any(Number),
        bookings: { total: expect.any(Number) },
      })
      expect(z.record(z.string(), z.unknown()).parse(stats)).toHaveProperty('revenue')
    })
  })
})
