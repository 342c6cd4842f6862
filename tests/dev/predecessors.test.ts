import { rmSync } from 'node:fs'
import { systemPlatform } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../edge/dev/seed.ts'
import { type Stack, startStack } from '../../edge/dev/stack.ts'
import { putOnSale, seatsTo } from '../support/selling.ts'
import { codeFor, expectOneWinner, said, saidIn, ticketsClient, turn } from '../support/tickets.ts'
import {
  consoleOf,
  type Data,
  doneIn,
  failedIn,
  type UnifiedClient,
  unifiedApp,
  unifiedClient,
  unifiedUser,
} from '../support/unified.ts'
import { newDir } from './command.ts'

const eventId = 'the-show'
/** Weak, as that of the existing deployment may be. */
const jwtSecret = 'secret123'

describe('the predecessors’ clients, before the worker', () => {
  const dir = newDir()
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ dir, edge: 'worker' })
    const { edgeUrl, secrets } = stack
    const app = await createApp(edgeUrl, secrets, { name: 'TicketS', paymentProvider: 'simulated' })
    await putOnSale({ edgeUrl, ...app }, eventId, { seats: seatsTo(20) })
    const bound = { TICKETS_APP_ID: app.appId, TICKETS_EVENT_ID: eventId, TICKETS_JWT_SECRET: jwtSecret }
    await stack.restartEdge(bound)
  })
  afterAll(async () => {
    await stack?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  test('TicketS, from registering to the paid seat, and the same receipt again', async () => {
    const client = ticketsClient(stack.edgeUrl)
    const email = 'mina@example.org'
    saidIn(200, said.registered, await turn(() => client.post('/auth/register', { email })))
    const form = { email, otp: codeFor(stack, email), password: 'correct horse', phone: '+82 1' }
    saidIn(200, said.session, await turn(() => client.post('/auth/verify-register', form)))
    const { password } = form
    const { token } = saidIn(
      200,
      said.session,
      await turn(() => client.post('/auth/login', { email, password })),
    )
    const mina = ticketsClient(stack.edgeUrl, token)
    saidIn(403, said.error, await turn(() => ticketsClient(stack.edgeUrl, 'abc').lock('S-1')))
    saidIn(401, said.error, await turn(() => client.lock('S-1')))
    saidIn(200, said.locked, await turn(() => mina.lock('S-1')))
    saidIn(409, said.notLocked, await turn(() => mina.lock('S-1')))
    const paid = await turn(() => mina.pay('S-1', 'key-1'))
    saidIn(200, said.paid, paid)
    expect((await turn(() => mina.pay('S-1', 'key-1'))).text).toBe(paid.text)
    saidIn(400, said.refused, await turn(() => mina.pay('S-2', 'key-2')))
    saidIn(200, said.locked, await turn(() => mina.lock('S-2')))
    saidIn(200, said.released, await turn(() => mina.release('S-2')))
    const { seats } = saidIn(200, said.seats, await turn(client.seats))
    expect(seats.slice(0, 2).map(({ state }) => state)).toEqual(['booked', 'available'])
  })

  test('the load client of TicketS five times: of 500 users one has the seat, and nobody meets a fault', async () => {
    for (const seatId of ['S-3', 'S-4', 'S-5', 'S-6', 'S-7']) {
      // Its address has had its locks of the second before.
      await systemPlatform.sleep(2_000)
      await expectOneWinner({ edgeUrl: stack.edgeUrl, jwtSecret, seatId })
    }
  })

  test('Unified: a console, three apps, and one user who buys in each of them', async () => {
    const { edgeUrl, secrets } = stack
    const admin = await consoleOf(edgeUrl, secrets)
    const shops = []
    for (const domain of ['EVENT', 'BUS', 'MOVIE']) {
      const shop = await unifiedApp(edgeUrl, admin, { name: domain, domain, allowedDomains: ['*'] })
      const seats = ['1A', '1B'].map((seatNumber) => ({ seatNumber, price: 99.5 }))
      doneIn(await shop.server.post('/admin/sync-seats', { entityId: `${domain}-1`, seats, domain }))
      shops.push({ ...shop, domain })
    }
    const [first] = shops
    if (!first) throw new Error('there is no app')
    const { token, user } = await unifiedUser(first, 'three@example.org')
    const booked = []
    for (const { page, domain } of shops) {
      const buyer = page.with({ authorization: `Bearer ${token}` })
      booked.push(await buy(buyer, `${domain}-1`))
      const mine = doneIn(await buyer.get('/my-bookings'))
      expect(mine.bookings.map(({ bookingId }: Data) => bookingId)).toEqual([booked.at(-1)])
      expect(mine.bookings[0]).toMatchObject({ userId: user._id, amount: 99.5 })
    }
    const [one, two] = shops
    const elsewhere = two?.page.with({ authorization: `Bearer ${token}` })
    if (!one || !elsewhere) throw new Error('there is no second app')
    failedIn('NOT_FOUND', await elsewhere.get(`/booking/${booked[0]}`))
    const listed = doneIn(await admin.get('/admin/bookings?domain=BUS'))
    expect(listed).toMatchObject({ total: 1, statistics: { totalRevenue: 99.5, totalBookings: 1 } })
    expect(doneIn(await admin.get('/admin/stats')).bookings.success).toBeGreaterThanOrEqual(3)
    doneIn(await admin.send('DELETE', `/admin/apps/${one.appId}`))
    expect((await unifiedClient(edgeUrl).get('/nothing/here')).status).toBe(404)
  })

  /** On a page alone, as the form of the provider would have it. */
  async function buy(buyer: UnifiedClient, entityId: string): Promise<string> {
    const { seats } = doneIn(await buyer.get(`/seats?entityId=${entityId}`))
    const { reservationToken } = doneIn(await buyer.post('/reserve-seat', { seatId: seats[0]._id }))
    failedIn('SEAT_LOCK_ERROR', await buyer.post('/reserve-seat', { seatId: seats[0]._id }))
    const order = doneIn(await buyer.post('/create-order', { reservationToken, amount: 99.5 }))
    expect(order).toMatchObject({ amount: 9_950, keyId: expect.any(String) })
    const paid = { razorpay_payment_id: `pay_${entityId}`, razorpay_order_id: order.orderId }
    return doneIn(await buyer.post('/confirm-booking', { reservationToken, ...paid })).bookingId
  }
})
