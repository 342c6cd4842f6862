import { BookingView, HoldView, SeatsView, SyncSeatsReply } from '@holdfast/contract'
import { expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { chooseEngine } from '../../edge/dev/redis/start.ts'
import { until } from '../contract/inventory/poll.ts'
import { auditEvent } from '../support/audit.ts'
import { buyerOf, tally, told } from './client.ts'
import { mapOf, type Shop, useWorld } from './world.ts'

const engine = chooseEngine()
/** The engine inside the process is slow with large hashes: it is for small events. */
const pages = 10
const seatsPerPage = engine === 'server' ? 5_000 : 300
const seatCount = pages * seatsPerPage
const seatsPerBuyer = seatsPerPage / 5
const eventId = 'stadium'
const world = useWorld(engine)

const idOf = (at: number) => `S-${at}`
const page = (number: number, price: number) => ({
  seats: Array.from({ length: seatsPerPage }, (_, i) => ({
    id: idOf(number * seatsPerPage + i),
    price,
    section: `Block ${number}`,
    row: String(Math.floor(i / 50) + 1),
    number: String((i % 50) + 1),
  })),
})

/** Sends pages one after the other, in a shuffled order, and gives the time that each took. */
async function syncPages(shop: Shop, order: readonly number[], price: number) {
  const totals = { inserted: 0, updated: 0, unchanged: 0, seatCount: 0 }
  const tookMs: number[] = []
  for (const number of order) {
    const start = performance.now()
    const answer = await shop.server.call('PUT', `/v1/events/${eventId}/seats`, { body: page(number, price) })
    const reply = told(200, SyncSeatsReply, answer)
    tookMs.push(performance.now() - start)
    totals.inserted += reply.inserted
    totals.updated += reply.updated
    totals.unchanged += reply.unchanged
    totals.seatCount = reply.seatCount
  }
  return { totals, tookMs }
}

/** Buys two seats at a time until it is told to stop, and keeps the slowest answer. */
function startBuyer(shop: Shop, name: string, from: number) {
  let isOver = false
  const answers: ApiAnswer[] = []
  const bookings: BookingView[] = []
  let slowestMs = 0
  const timed = async (call: () => Promise<ApiAnswer>) => {
    const start = performance.now()
    const answer = await call()
    slowestMs = Math.max(slowestMs, performance.now() - start)
    answers.push(answer)
    return answer
  }
  const run = async () => {
    for (let n = 0; !isOver && n < seatsPerBuyer / 2; n++) {
      // Another user each time: nobody may hold more than so many times a minute.
      const buyer = buyerOf(shop.user(`${name}-${n}`), { eventId })
      const seats = [idOf(from + 2 * n), idOf(from + 2 * n + 1)]
      const held = await timed(() => buyer.hold(seats))
      const hold = told(201, HoldView, held)
      const booking = told(201, BookingView, await timed(() => buyer.confirm(hold.id, `pay_${name}_${n}`)))
      expect(booking.seats).toEqual(hold.seats)
      bookings.push(booking)
    }
    return { answers, bookings, slowestMs }
  }
  const running = run()
  return {
    stop: () => {
      isOver = true
      return running
    },
  }
}

test(`${seatCount} seats come in pages, and again at other prices, while buyers hold and book`, {
  timeout: 300_000,
}, async () => {
  const shop = await world().openShop()
  const body = { name: 'Stadium', currency: 'EUR' }
  await shop.server.call('PUT', `/v1/events/${eventId}`, { body })
  const first = await syncPages(shop, [0], 4_500)
  await until(
    async () => (await mapOf(world(), { appId: shop.appId, eventId: eventId as never })) !== 'not_ready',
  )
  const keeper = buyerOf(shop.user('keeper'), { eventId })
  const kept = told(201, HoldView, await keeper.hold([idOf(0), idOf(seatsPerPage - 1)]))

  const buyers = [1, 2, 3]
    .map((nth) => nth * seatsPerBuyer)
    .map((from) => startBuyer(shop, `buyer-${from}`, from))
  const added = await syncPages(shop, [9, 3, 7, 1, 5, 8, 2, 6, 4], 4_500)
  const repriced = await syncPages(shop, [4, 0, 9, 2, 7, 5, 1, 8, 3, 6], 9_900)
  const again = await syncPages(shop, [6, 0], 9_900)
  const bought = await Promise.all(buyers.map((buyer) => buyer.stop()))

  expect(first.totals).toEqual({ inserted: seatsPerPage, updated: 0, unchanged: 0, seatCount: seatsPerPage })
  expect(added.totals).toEqual({ inserted: seatCount - seatsPerPage, updated: 0, unchanged: 0, seatCount })
  expect(repriced.totals).toEqual({ inserted: 0, updated: seatCount, unchanged: 0, seatCount })
  expect(again.totals).toEqual({ inserted: 0, updated: 0, unchanged: 2 * seatsPerPage, seatCount })
  expect(tally(bought.flatMap(({ answers }) => answers))).toEqual({ 201: expect.any(Number) })
  const booking = told(201, BookingView, await keeper.confirm(kept.id, 'pay_keeper'))
  expect(booking.total).toBe(2 * 4_500)

  const bookings = [booking, ...bought.flatMap((buyer) => buyer.bookings)]
  const ids = { appId: shop.appId, eventId }
  const audit = await auditEvent(world().stack, ids, new Set(bookings.map(({ id }) => id)))
  expect(audit).toEqual({
    bookings: bookings.length,
    seatsSold: 2 * bookings.length,
    doubleSales: 0,
    seatsInDisagreement: 0,
    undecidedBookings: 0,
    overlappingHolds: 0,
    partialBookings: 0,
    lostBookings: 0,
  })
  const start = performance.now()
  const view = told(200, SeatsView, await shop.page.call('GET', `/v1/events/${eventId}/seats?limit=1`))
  const readMs = performance.now() - start
  expect(view.counts).toMatchObject({ booked: 2 * bookings.length, free: seatCount - 2 * bookings.length })

  const seconds = (tookMs: readonly number[]) =>
    `${(tookMs.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(1)} s, slowest page ${(Math.max(...tookMs) / 1000).toFixed(2)} s`
  console.log(`added ${seatCount} seats in ${seconds([...first.tookMs, ...added.tookMs])}`)
  console.log(`gave ${seatCount} seats another price in ${seconds(repriced.tookMs)}`)
  console.log(`sent ${2 * seatsPerPage} known seats again in ${seconds(again.tookMs)}`)
  const slowest = Math.max(...bought.map(({ slowestMs }) => slowestMs))
  console.log(`meanwhile ${bookings.length} bookings, slowest answer ${slowest.toFixed(0)} ms`)
  console.log(`first read of the whole chart and its seats ${readMs.toFixed(0)} ms`)
})
