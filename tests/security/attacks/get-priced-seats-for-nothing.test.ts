import { GuestSession, ticketsPerSecondDefault } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import type { TicketsSettings } from '../../../edge/src/compat/tickets-guards.ts'
import { told } from '../../e2e/client.ts'
import { sell } from '../stage.ts'
import { boundEvent, onPage, onServer, openWorld, type Shop, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** An app of this provider, bound to the routes of TicketS, and a guest of it who shows nothing but their token. */
async function openCinema(paymentProvider: string, more: Partial<TicketsSettings> = {}) {
  const shop: Shop = await world.openShop({ paymentProvider })
  await sell(world, shop, boundEvent)
  const edge = world.openEdge({
    event: { appId: shop.appId, eventId: boundEvent },
    perSecond: ticketsPerSecondDefault,
    ...more,
  })
  const guest = await world.send({ method: 'POST', path: '/v1/auth/guest', headers: onPage(shop) })
  const headers = { authorization: `Bearer ${told(201, GuestSession, guest).token}` }
  const ask = (path: string, body: object): Promise<ApiAnswer> =>
    world.send({ method: 'POST', path, headers, body }, edge)
  const buy = async (seatId: string) => {
    expect((await ask('/api/lock', { seatId })).status).toBe(200)
    return ask('/api/pay', { seatId, idempotencyKey: `pay-${seatId}` })
  }
  return { shop, buy, booked: () => world.store.count(shop.appId, 'bookings', {}) }
}

describe('the routes of TicketS, where nobody pays', () => {
  test.each(['external', 'razorpay', 'none'])(
    'a guest is not sold by /api/pay what costs money of an app whose provider is %s',
    async (provider) => {
      const { buy, booked } = await openCinema(provider)
      const answer = await buy('S-1')
      expect(answer.status).toBe(402)
      expect(answer.body).toEqual({ success: false, message: expect.any(String) })
      expect(await booked()).toBe(0)
    },
  )

  test('a guest is given by /api/pay a seat that is free of an app that takes its money elsewhere', async () => {
    const { shop, buy, booked } = await openCinema('external')
    const seats = { seats: [{ id: 'S-2', price: 0 }] }
    const path = `/v1/events/${boundEvent}/seats`
    await world.send({ method: 'PUT', path, headers: onServer(shop), body: seats })
    expect((await buy('S-2')).status).toBe(200)
    expect(await booked()).toBe(1)
  })

  test('a guest is sold by /api/pay what costs money of an app that takes it elsewhere, whose operator has said so', async () => {
    const { buy, booked } = await openCinema('external', { pay: 'unpaid' })
    expect((await buy('S-1')).status).toBe(200)
    expect(await booked()).toBe(1)
  })
})
