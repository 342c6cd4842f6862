import { AppId, EventId, Stats, StatsQuery } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { confirm, pinned } from '../bookings/testing.ts'
import { testCore } from '../testing.ts'
import { readStats } from './read-stats.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

const stats = async (query: object = {}) => {
  const told = await readStats(world.core, StatsQuery.parse(query))
  expect(Stats.parse(told)).toEqual(told)
  return told
}

test('a dashboard gets every number in one call', async () => {
  const { core, appId, eventId } = world
  await confirm(world, { n: 1, pin: pinned('A-1', 'A-2') })
  await confirm(world, { n: 2, pin: pinned('A-3'), payment: 'pay_pending_2' })
  await core.store.updateIf(appId, 'seats', { eventId, index: 10 }, { set: { blocked: true } })
  expect(await stats()).toEqual({
    apps: { active: 1, inactive: 0 },
    users: { active: 0, inactive: 0 },
    events: 1,
    seats: { available: 16, blocked: 1, booked: 3 },
    bookings: {
      bookings: 2,
      byStatus: { confirmed: 2, cancelled: 0 },
      byPayment: { PENDING: 1, SUCCESS: 1, FAILED: 0 },
      revenue: [{ currency: 'EUR', amount: 9_000, bookings: 1 }],
    },
    sellThrough: {
      soldSeats: 3,
      seats: 20,
      ratio: 0.15,
      top: [{ app: appId, event: eventId, name: 'Theatre', soldSeats: 3, seats: 20, ratio: 0.15 }],
    },
  })
})

test('of one app they are of that app only', async () => {
  const { appId } = world
  await confirm(world, { n: 1, pin: pinned('A-1') })
  const other = await stats({ app: 'app_other' })
  expect(other).toMatchObject({
    apps: { active: 0, inactive: 0 },
    events: 0,
    seats: { available: 0, blocked: 0, booked: 0 },
    bookings: { bookings: 0 },
    sellThrough: { soldSeats: 0, seats: 0, ratio: 0, top: [] },
  })
  expect(await stats({ app: appId })).toEqual(await stats())
})

test('the events that sold most come first, and no more than were asked for', async () => {
  const { core, appId, eventId } = world
  await confirm(world, { n: 1, pin: pinned('A-1') })
  const [template] = await core.store.find(appId, 'seats', { state: 'BOOKED' }, { limit: 1 })
  const event = await core.store.get(appId, 'events', { eventId })
  if (!template || !event) throw new Error('the event is missing')
  const elsewhere = AppId.parse('app_other')
  const film = EventId.parse('film')
  await core.store.insert(elsewhere, 'events', { ...event, appId: elsewhere, eventId: film, seatCount: 4 })
  await core.store.insert(
    elsewhere,
    'seats',
    [0, 1, 2].map((index) => ({
      ...template,
      appId: elsewhere,
      eventId: film,
      index,
      seatId: `F-${index}` as never,
    })),
  )
  const top = async (limit: number) =>
    (await stats({ top: limit })).sellThrough.top.map((one) => [one.app, one.event, one.soldSeats, one.ratio])
  const best = [elsewhere, film, 3, 0.75]
  expect(await top(10)).toEqual([best, [appId, eventId, 1, 0.05]])
  expect(await top(1)).toEqual([best])
  expect(StatsQuery.safeParse({ top: 1_000 }).success).toBe(false)
})
