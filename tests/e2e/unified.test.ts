import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import {
  consoleOf,
  type Data,
  doneIn,
  failedIn,
  type UnifiedApp,
  type UnifiedClient,
  unifiedApp,
  unifiedClient,
  unifiedUser,
} from '../support/unified.ts'
import { everyGround, useWorld } from './world.ts'

const oldSecret = 'the-old-secret'

describe.each(everyGround)('the clients of Unified Booking, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)
  const edge = () => world().stack.edgeUrl
  let admin: UnifiedClient
  let shop: UnifiedApp
  let asha: UnifiedClient
  let next = 1

  const sync = (app: UnifiedApp, entityId: string, seats: readonly object[], more: object = {}) =>
    app.server.post('/admin/sync-seats', { entityId, seats, ...more })
  const seatsOf = async (client: UnifiedClient, entityId: string): Promise<Data[]> =>
    doneIn(await client.get(`/seats?entityId=${entityId}`)).seats
  /** A seat of an entity of its own, at 250. */
  const seat = async (client = asha): Promise<Data> => {
    const entityId = `entity-${next++}`
    doneIn(await sync(shop, entityId, [{ seatNumber: 'A1', price: 250 }]))
    const [found] = await seatsOf(client, entityId)
    return found
  }
  const reserve = async (client: UnifiedClient, { _id }: Data): Promise<Data> =>
    doneIn(await client.post('/reserve-seat', { seatId: _id }))
  const secondsSince = (ms: number): number => Math.ceil((performance.now() - ms) / 1_000)
  /** The app's own server, for a user that it vouches for. */
  const vouched = (id: string) => shop.server.with({ 'x-external-user-id': id, 'x-external-user-name': id })

  beforeAll(async () => {
    await world().stack.restartEdge({ UNIFIED_JWT_SECRET: oldSecret })
    admin = await consoleOf(edge(), world().stack.secrets)
    shop = await unifiedApp(edge(), admin, { name: 'Cinema', domain: 'MOVIE' })
    const { token } = await unifiedUser(shop, 'asha@example.org')
    asha = shop.page.with({ authorization: `Bearer ${token}` })
  })

  describe('users', () => {
    test('sign up, sign in and are verified; nothing ever shows a hash', async () => {
      const body = { email: 'ravi@example.org', password: 'correct horse', name: 'Ravi', phone: '+91 1' }
      const made = doneIn(await shop.page.post('/auth/signup', body), 201)
      expect(made.user).toMatchObject({ email: body.email, name: 'Ravi' })
      const again = doneIn(
        await shop.page.post('/auth/login', { email: body.email, password: body.password }),
      )
      expect(doneIn(await shop.page.post('/auth/verify', { token: again.token }))).toMatchObject({
        valid: true,
        user: { _id: made.user._id },
      })
      expect(JSON.stringify([made, again])).not.toMatch(/hash|\$2[aby]\$/i)
      failedIn('CONFLICT', await shop.page.post('/auth/signup', body))
      failedIn('VALIDATION_ERROR', await shop.page.post('/auth/signup', { ...body, email: 'ravi' }))
      const { email } = body
      failedIn(
        'AUTHENTICATION_ERROR',
        await shop.page.post('/auth/login', { email, password: 'wrong horse' }),
      )
      failedIn('AUTHENTICATION_ERROR', await shop.page.post('/auth/verify', { token: 'abc' }))
    })

    test('a token of the existing deployment is good here, and nowhere else', async () => {
      const userId = doneIn(
        await shop.page.post('/auth/login', { email: 'asha@example.org', password: 'correct horse' }),
      ).user._id
      const token = await new SignJWT({ type: 'user', userId })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('7d')
        .sign(new TextEncoder().encode(oldSecret))
      const before = shop.page.with({ authorization: `Bearer ${token}` })
      doneIn(await before.get('/my-bookings'))
      const canonical = await shop.page.with({ authorization: `Bearer ${token}` }).get('/v1/bookings')
      expect(canonical.status).toBe(401)
      const admins = await unifiedClient(edge(), { authorization: `Bearer ${token}` }).get('/admin/stats')
      failedIn('AUTHENTICATION_ERROR', admins)
    })
  })

  describe('apps', () => {
    test('are told by id and key; a wrong one of either is 401, a foreign page 403', async () => {
      failedIn('AUTHENTICATION_ERROR', await unifiedClient(edge()).get('/seats?entityId=x'))
      const wrongKey = shop.server.with({ 'x-api-key': 'k'.repeat(40) })
      failedIn('AUTHENTICATION_ERROR', await wrongKey.get('/seats?entityId=x'))
      const other = await unifiedApp(edge(), admin, { name: 'Other', domain: 'EVENT' })
      const mixed = shop.server.with({ 'x-app-id': other.appId })
      failedIn('AUTHENTICATION_ERROR', await mixed.get('/seats?entityId=x'))
      const evil = asha.with({ origin: 'https://shop.example.evil.example' })
      failedIn('AUTHORIZATION_ERROR', await evil.get('/seats?entityId=x'))
      failedIn('AUTHENTICATION_ERROR', await shop.page.get('/seats?entityId=x'))
    })

    test('are made, listed, read, changed by PATCH and PUT, and deactivated by DELETE', async () => {
      const { app, apiKey } = doneIn(
        await admin.post('/admin/apps', {
          name: 'Coach',
          domain: 'BUS',
          allowedDomains: ['coach.example'],
          metadata: { a: 1 },
        }),
        201,
      )
      expect(apiKey.length).toBeGreaterThanOrEqual(32)
      expect(Object.keys(app)).toEqual(
        expect.arrayContaining(['_id', 'appId', 'name', 'domain', 'allowedDomains', 'isActive', 'createdAt']),
      )
      const page = doneIn(await admin.get('/admin/apps?domain=BUS&isActive=true&page=1&limit=1'))
      expect(page.apps).toMatchObject([{ appId: app.appId }])
      expect(page.pagination).toMatchObject({ page: 1, limit: 1, total: 1, totalPages: 1 })
      expect(doneIn(await admin.get(`/admin/apps/${app._id}`)).app).toEqual(app)
      for (const method of ['PATCH', 'PUT']) {
        const changed = doneIn(await admin.send(method, `/admin/apps/${app._id}`, { name: method })).app
        expect(changed).toEqual({ ...app, name: method })
      }
      expect(doneIn(await admin.send('DELETE', `/admin/apps/${app._id}`)).app.isActive).toBe(false)
      const dead = unifiedClient(edge(), { 'x-app-id': app.appId, 'x-api-key': apiKey })
      failedIn('AUTHENTICATION_ERROR', await dead.post('/admin/sync-seats', { entityId: 'x', seats: [] }))
      failedIn(
        'VALIDATION_ERROR',
        await admin.post('/admin/apps', { name: 'X', domain: 'TRAIN', allowedDomains: [] }),
      )
      failedIn('NOT_FOUND', await admin.get('/admin/apps/app_nobody'))
      failedIn('AUTHENTICATION_ERROR', await vouched('v0').get('/admin/apps'))
    })

    test('rotate their key: to a new one or a chosen one, and the old one is refused', async () => {
      const input = { name: 'Rotating', domain: 'EVENT', allowedDomains: [], use: 'server' }
      const { app, apiKey } = doneIn(await admin.post('/admin/apps', input), 201)
      const sale = (key: string) =>
        unifiedClient(edge(), { 'x-app-id': app.appId, 'x-api-key': key }).post('/admin/sync-seats', {
          entityId: 'e',
          seats: [{ seatNumber: '1', price: 1 }],
        })
      // Not used before, so that no cache has heard of it.
      const { newApiKey } = doneIn(await admin.post(`/admin/apps/${app.appId}/rotate-key`))
      failedIn('AUTHENTICATION_ERROR', await sale(apiKey))
      doneIn(await sale(newApiKey))
      const chosen = 'c'.repeat(32)
      const rotated = doneIn(await admin.post(`/admin/apps/${app.appId}/rotate-key`, { newApiKey: chosen }))
      expect(rotated).toEqual({ appId: app.appId, newApiKey: chosen })
      doneIn(await sale(chosen))
      failedIn(
        'VALIDATION_ERROR',
        await admin.post(`/admin/apps/${app.appId}/rotate-key`, { newApiKey: 'short' }),
      )
    })

    test('the console signs in by e-mail or name, and is refused with a wrong password', async () => {
      const { adminEmail, adminPassword } = world().stack.secrets
      const name = { username: adminEmail, password: adminPassword }
      expect(doneIn(await unifiedClient(edge()).post('/admin/login', name))).toMatchObject({
        token: expect.any(String),
      })
      const wrong = { email: adminEmail, password: 'wrong' }
      failedIn('AUTHENTICATION_ERROR', await unifiedClient(edge()).post('/admin/login', wrong))
      failedIn('VALIDATION_ERROR', await unifiedClient(edge()).post('/admin/login', { password: 'x' }))
    })
  })

  describe('seats', () => {
    test('are synced, listed by price, and synced again without a change', async () => {
      const entityId = `hall-${next++}`
      const seats = [
        { seatNumber: 'A1', price: 250.5, metadata: { row: 'A' } },
        { seatNumber: 'A2', price: 99 },
        { seatNumber: 'B 1/2', price: '500.00' },
      ]
      const first = doneIn(await sync(shop, entityId, seats, { domain: 'MOVIE' }))
      expect(first).toEqual({ entityId, synced: 3, inserted: 3, updated: 0 })
      expect(doneIn(await sync(shop, entityId, seats))).toMatchObject({ inserted: 0, updated: 0 })
      const all = await seatsOf(asha, entityId)
      expect(all.map(({ seatNumber, price, status }) => [seatNumber, price, status])).toEqual([
        ['A1', 250.5, 'AVAILABLE'],
        ['A2', 99, 'AVAILABLE'],
        ['B 1/2', 500, 'AVAILABLE'],
      ])
      const some = doneIn(await asha.get(`/seats?entityId=${entityId}&minPrice=100&maxPrice=300`))
      expect(some).toMatchObject({
        count: 1,
        entityId,
        seats: [{ seatNumber: 'A1', _id: all[0]._id, id: all[0].id }],
      })
      failedIn('VALIDATION_ERROR', await asha.get('/seats'))
      failedIn('VALIDATION_ERROR', await asha.get(`/seats?entityId=${entityId}&minPrice=cheap`))
      failedIn('VALIDATION_ERROR', await sync(shop, entityId, seats, { domain: 'BUS' }))
      failedIn('VALIDATION_ERROR', await sync(shop, entityId, [{ seatNumber: 'A1', price: 1.005 }]))
      failedIn('AUTHORIZATION_ERROR', await shop.page.post('/admin/sync-seats', { entityId, seats }))
    })

    test('booked elsewhere are blocked; a sync frees no sold seat and disturbs no hold', async () => {
      const entityId = `hall-${next++}`
      const rows = ['A1', 'A2', 'A3'].map((seatNumber) => ({ seatNumber, price: 250 }))
      doneIn(await sync(shop, entityId, [...rows, { seatNumber: 'A4', price: 250, status: 'BOOKED' }]))
      const [sold, held] = await seatsOf(asha, entityId)
      expect(await seatsOf(asha, entityId)).toHaveLength(3)
      const { reservationToken } = await reserve(vouched('v1'), sold)
      doneIn(await vouched('v1').post('/confirm-booking', { reservationToken, paymentId: `pay_${entityId}` }))
      const heldMs = performance.now()
      const live = await reserve(asha, held)
      doneIn(
        await sync(
          shop,
          entityId,
          rows.map((row) => ({ ...row, price: 300, status: 'AVAILABLE' })),
        ),
      )
      const { seats } = doneIn(await asha.get(`/seats/status?entityId=${entityId}`))
      expect(seats.map(({ seatNumber, status, isLocked }: Data) => [seatNumber, status, isLocked])).toEqual([
        ['A1', 'BOOKED', false],
        ['A2', 'AVAILABLE', true],
        ['A3', 'AVAILABLE', false],
        ['A4', 'BOOKED', false],
      ])
      const lock = seats[1]
      expect(lock.lockTTL).toBeGreaterThanOrEqual(119 - secondsSince(heldMs))
      expect(Date.parse(lock.lockExpiresAt)).toBe(Date.parse(live.expiresAt))
      expect((await seatsOf(asha, entityId)).map(({ seatNumber }) => seatNumber)).toEqual(['A3'])
    })
  })

  describe('reservations', () => {
    test('last 120 s; a second one, by whomever, is SEAT_LOCK_ERROR with the seat and the rest of the time', async () => {
      const free = await seat()
      const askedMs = performance.now()
      const reserved = await reserve(asha, free)
      expect(reserved).toEqual({
        reservationToken: expect.any(String),
        expiresAt: expect.any(String),
        seat: { id: free._id, seatNumber: 'A1', price: 250, entityId: free.entityId },
        ttl: 120,
      })
      for (const client of [asha, vouched('v2')]) {
        const details = failedIn('SEAT_LOCK_ERROR', await client.post('/reserve-seat', { seatId: free._id }))
        expect(details).toMatchObject({ seatId: free._id, expiresIn: expect.any(Number) })
        expect(details.expiresIn).toBeGreaterThanOrEqual(119 - secondsSince(askedMs))
      }
      failedIn('NOT_FOUND', await vouched('v2').post('/release-seat', reserved))
      expect(doneIn(await asha.post('/release-seat', reserved))).toBeNull()
      await reserve(vouched('v2'), free)
      failedIn('NOT_FOUND', await asha.post('/reserve-seat', { seatId: 'nothing:nowhere' }))
      failedIn('VALIDATION_ERROR', await asha.post('/reserve-seat', {}))
    })

    test('become bookings of their buyer, who finds them; nobody else does', async () => {
      const free = await seat()
      const buyer = vouched('buyer-1')
      const { reservationToken } = await reserve(buyer, free)
      failedIn('PAYMENT_ERROR', await buyer.post('/confirm-booking', { reservationToken }))
      const again = await reserve(buyer, await seat())
      const paid = { reservationToken: again.reservationToken, paymentId: `pay_${again.seat.entityId}` }
      const booked = doneIn(await buyer.post('/confirm-booking', paid))
      expect(booked.bookingId).toMatch(/^BK-\d{8}-[0-9A-Z]{6}$/)
      expect(booked).toMatchObject({
        booking: { amount: 250, paymentStatus: 'SUCCESS', userId: `ext_${shop.appId}_buyer-1` },
        seat: { seatNumber: 'A1', status: 'BOOKED' },
      })
      expect(doneIn(await buyer.post('/confirm-booking', paid)).bookingId).toBe(booked.bookingId)
      const mine = doneIn(await buyer.get('/my-bookings?page=1&limit=5'))
      expect(mine).toMatchObject({
        bookings: [{ bookingId: booked.bookingId }],
        pagination: { page: 1, limit: 5, total: 1, totalPages: 1 },
      })
      expect(doneIn(await buyer.get(`/booking/${booked.bookingId}`)).booking.bookingId).toBe(booked.bookingId)
      failedIn('NOT_FOUND', await asha.get(`/booking/${booked.bookingId}`))
      failedIn('CONFLICT', await asha.post('/reserve-seat', { seatId: again.seat.id }))
      const other = await reserve(buyer, await seat())
      const used = { reservationToken: other.reservationToken, paymentId: paid.paymentId }
      failedIn('CONFLICT', await buyer.post('/confirm-booking', used))
    })

    test('are for users that the app’s server vouches for, in headers or in the body, and never for a page’s', async () => {
      const [one, two] = [await seat(), await seat()]
      const ext = { id: 'u 1', email: 'u1@example.org', name: 'U' }
      const first = doneIn(await shop.server.post('/reserve-seat', { seatId: one._id, externalUser: ext }))
      const paid = { reservationToken: first.reservationToken, paymentId: `pay_${one.entityId}` }
      const booked = doneIn(await shop.server.post('/confirm-booking', { ...paid, externalUser: ext }))
      expect(booked.booking.userId).toBe(`ext_${shop.appId}_u 1`)
      doneIn(await shop.server.post('/reserve-seat', { seatId: two._id, userId: 'u2' }))
      const asPage = shop.page.with({ 'x-external-user-id': 'u2' })
      failedIn('AUTHORIZATION_ERROR', await asPage.post('/reserve-seat', { seatId: two._id }))
      failedIn('AUTHENTICATION_ERROR', await shop.server.post('/reserve-seat', { seatId: two._id }))
    })

    test('a booking of several seats made elsewhere shows as its first seat, and all of them', async () => {
      const entityId = `hall-${next++}`
      const rows = ['A1', 'A2'].map((seatNumber) => ({ seatNumber, price: 250 }))
      doneIn(await sync(shop, entityId, rows))
      const seats = (await seatsOf(asha, entityId)).map(({ _id }) => String(_id).split(':')[1])
      const { secretKey } = await canonicalKey()
      const server = unifiedClient(edge(), { 'x-api-key': secretKey, 'x-external-user-id': 'several' })
      const hold = (await server.post(`/v1/events/${entityId}/holds`, { seats })).body as Data
      const payment = { id: `pay_${entityId}`, amount: hold.total, currency: hold.currency }
      const confirmed = await server.post(`/v1/events/${entityId}/holds/${hold.id}/confirm`, { payment })
      expect(confirmed.status, confirmed.text).toBe(201)
      const [shown] = doneIn(await vouched('several').get('/my-bookings')).bookings
      expect(shown).toMatchObject({
        amount: 500,
        seatId: { seatNumber: 'A1' },
        seats: [{ seatNumber: 'A1' }, { seatNumber: 'A2' }],
      })
    })

    /** A key of our own for the same app: its operator may give it one. */
    const canonicalKey = async () => {
      const rotated = await admin.post(`/v1/admin/apps/${shop.appId}/keys/rotate`, { kind: 'secret' })
      return { secretKey: (rotated.body as { key: string }).key }
    }
  })

  test('the console sees bookings by app, domain, payment and day, with their numbers', async () => {
    const app = await unifiedApp(edge(), admin, { name: 'Counted', domain: 'EVENT' })
    doneIn(
      await sync(app, 'show', [
        { seatNumber: 'A1', price: 100 },
        { seatNumber: 'A2', price: 50.25 },
      ]),
    )
    const buyer = app.server.with({
      'x-external-user-id': 'b',
      'x-external-user-email': 'b@example.org',
      'x-external-user-name': 'Bee',
    })
    for (const one of await seatsOf(buyer, 'show')) {
      const { reservationToken } = await reserve(buyer, one)
      doneIn(await buyer.post('/confirm-booking', { reservationToken, paymentId: `pay_${one.seatNumber}` }))
    }
    const today = new Date().toISOString().slice(0, 10)
    const query = `appId=${app.appId}&domain=EVENT&paymentStatus=SUCCESS&startDate=${today}&endDate=${today}`
    const listed = doneIn(await admin.get(`/admin/bookings?${query}&page=1&limit=1`))
    expect(listed).toMatchObject({
      total: 2,
      totalPages: 2,
      pagination: { page: 1, limit: 1, total: 2, totalPages: 2 },
      statistics: { totalRevenue: 150.25, totalBookings: 2 },
    })
    expect(listed.bookings).toMatchObject([
      {
        _id: expect.any(String),
        bookingId: expect.any(String),
        userId: { name: 'Bee', email: 'b@example.org' },
        seatId: { seatNumber: 'A2', entityId: 'show', price: 50.25 },
        amount: 50.25,
        paymentStatus: 'SUCCESS',
        createdAt: expect.any(String),
      },
    ])
    expect(doneIn(await admin.get(`/admin/bookings?appId=${app.appId}&status=FAILED`)).bookings).toEqual([])
    failedIn('VALIDATION_ERROR', await admin.get('/admin/bookings?startDate=yesterday'))
    const stats = doneIn(await admin.get('/admin/stats'))
    for (const name of ['apps', 'users', 'seats', 'bookings', 'revenue']) expect(stats).toHaveProperty(name)
  })

  test('what is not there is NOT_FOUND in the envelope, and a reservation that ran out is a CONFLICT', async () => {
    failedIn('NOT_FOUND', await asha.get('/booking/BK-20260101-AAAAAA'))
    failedIn('NOT_FOUND', await asha.post('/release-seat', { reservationToken: 'abc' }))
    const free = await seat()
    const reserved = await reserve(asha, free)
    doneIn(await asha.post('/release-seat', reserved))
    await until(async () => (await seatsOf(asha, free.entityId)).length === 1)
    const late = { reservationToken: reserved.reservationToken, paymentId: 'pay_late' }
    failedIn('CONFLICT', await asha.post('/confirm-booking', late))
  })
})
