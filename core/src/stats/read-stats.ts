import type { Stats, StatsQuery } from '@holdfast/contract'
import { bookingStatistics } from '../bookings/statistics.ts'
import { everyApp, poolScope, type ReadScope, type Store } from '../store/store.ts'

interface Context {
  readonly store: Pick<Store, 'count' | 'get' | 'total'>
}

const ratioOf = (soldSeats: number, seats: number): number => (seats === 0 ? 0 : soldSeats / seats)

/**
 * The numbers of a dashboard, of one app or of all. Each is counted where it is, by an index, and none is kept: they
 * are as new as the question, and not of one moment.
 */
export async function readStats(ctx: Context, { app, top }: StatsQuery): Promise<Stats> {
  const { store } = ctx
  const scope = app ?? everyApp
  const [active, inactive, users, goneUsers, events, seats, bookings, best] = await Promise.all([
    store.count(scope, 'apps', { active: true }),
    store.count(scope, 'apps', { active: false }),
    store.count(poolScope, 'users', { active: true }),
    store.count(poolScope, 'users', { active: false }),
    store.count(scope, 'events', {}),
    readSeats(ctx, scope),
    bookingStatistics(ctx, scope, {}),
    readTop(ctx, scope, top),
  ])
  const { available, blocked, booked } = seats
  const all = available + blocked + booked
  return {
    apps: { active, inactive },
    users: { active: users, inactive: goneUsers },
    events,
    seats,
    bookings,
    sellThrough: { soldSeats: booked, seats: all, ratio: ratioOf(booked, all), top: best },
  }
}

async function readSeats({ store }: Context, scope: ReadScope): Promise<Stats['seats']> {
  const [available, blocked, booked] = await Promise.all([
    store.count(scope, 'seats', { state: 'AVAILABLE', blocked: false }),
    store.count(scope, 'seats', { state: 'AVAILABLE', blocked: true }),
    store.count(scope, 'seats', { state: 'BOOKED' }),
  ])
  return { available, blocked, booked }
}

/** The events with the most seats sold. */
async function readTop(
  { store }: Context,
  scope: ReadScope,
  limit: number,
): Promise<Stats['sellThrough']['top']> {
  const totals = await store.total(scope, 'seats', { state: 'BOOKED' }, { by: ['appId', 'eventId'], limit })
  return Promise.all(
    totals.map(async ({ group: { appId, eventId }, count: soldSeats }) => {
      const event = await store.get(appId, 'events', { eventId })
      const seats = event?.seatCount ?? soldSeats
      return {
        app: appId,
        event: eventId,
        name: event?.name ?? '',
        soldSeats,
        seats,
        ratio: ratioOf(soldSeats, seats),
      }
    }),
  )
}
