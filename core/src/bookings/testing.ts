import { type ConfirmCommand, type PinReport, SeatId, systemPlatform } from '@holdfast/contract'
import { afterEach, expect } from 'vitest'
import { relayOnce } from '../outbox/relay.ts'
import { settleDue } from '../payments/settle-due.ts'
import type { Statements, Store } from '../store/store.ts'
import { grantId, owner, testCore } from '../testing.ts'
import type { ConfirmAnswer, ConfirmCall } from './confirm-answer.ts'
import { confirmHold } from './confirm-hold.ts'

/** Opens an empty store. */
export type OpenStore = () => Promise<Store>

/** Core on an empty store of its own, with one app and one event of 20 seats. */
export type World = Awaited<ReturnType<typeof testCore>>

/** Makes worlds, which are closed when their test ends. */
export function worldsOn(open: OpenStore): (overrides?: Parameters<typeof testCore>[0]) => Promise<World> {
  const made: World[] = []
  afterEach(async () => {
    for (const { core } of made.splice(0)) await core.store.close()
  })
  return async (overrides = {}) => {
    const world = await testCore({ ...overrides, store: overrides.store ?? (await open()) })
    made.push(world)
    return world
  }
}

/** What the pin of these seats answered, with a lease that no test outlasts. */
export const pinned = (...seats: string[]): PinReport => ({
  word: 'pinned',
  seats: seats.map((id) => ({ id: SeatId.parse(id), price: 4500 })),
  currency: 'EUR',
  until: systemPlatform.now() + 3_600_000,
})

/** One confirm: of the n-th grant, by its owner. */
export interface Ask {
  n: number
  pin: PinReport
  payment?: string | null
  key?: string
  by?: number
  kind?: ConfirmCall['kind']
  /** What a server says that it was paid. */
  paid?: { readonly amount: number; readonly currency: string }
  /** As much as the busiest machine takes when absent. */
  budgetMs?: number
}

/** Confirms as the route does. */
export const confirm = (
  { core, appId, eventId }: World,
  {
    n,
    pin,
    payment = `pay_${n}`,
    key = `key-${n}`,
    by = n,
    kind = 'publishable',
    paid,
    budgetMs = 120_000,
  }: Ask,
) => {
  const command: ConfirmCommand = {
    idempotencyKey: key,
    pin,
    ...(payment !== null && { payment: { id: payment as never, ...paid } }),
  }
  const call: ConfirmCall = {
    appId,
    eventId,
    grantId: grantId(n),
    owner: owner(by),
    kind,
    externalUser: undefined,
    requestId: `req_${n}`,
    fingerprint: JSON.stringify([n, command.payment]),
    command,
    deadlineMs: core.platform.now() + budgetMs,
  }
  return confirmHold({ ...core, poke: () => {} }, call)
}

/** The answer's body, and its status. */
export const told = (answer: ConfirmAnswer) => ({ status: answer.status, ...JSON.parse(answer.body) })

/** I1, I2: each booked seat has one live booking, each live booking has its seats and a CONFIRMED reservation. */
export async function audit({ core, appId, eventId }: World) {
  const seats = await core.store.find(appId, 'seats', { eventId, state: 'BOOKED' }, { limit: 1_000 })
  const bookings = await core.store.find(appId, 'bookings', { eventId }, { limit: 1_000 })
  const live = bookings.filter((booking) => booking.paymentStatus !== 'FAILED')
  const owned = live.flatMap((booking) => booking.seats.map((seat) => `${seat.id}=${booking.bookingId}`))
  expect(owned.sort()).toEqual(seats.map((seat) => `${seat.seatId}=${seat.bookingId}`).sort())
  for (const { grantId } of bookings) {
    const reservation = await core.store.get(appId, 'reservations', { eventId, grantId })
    expect(reservation?.status).toBe('CONFIRMED')
  }
  return { booked: seats.length, bookings: live.length }
}

let hours = 0

/** Runs the relay and settles payments as if all of it were due, an hour after the last time. */
export async function relayAll({ core }: World): Promise<void> {
  hours += 1
  const now = () => systemPlatform.now() + hours * 3_600_000
  const later = { ...core, platform: { ...core.platform, now } }
  await relayOnce(later)
  await settleDue(later)
  await relayOnce(later)
}

const names = ['insert', 'get', 'find', 'count', 'updateIf', 'putIf', 'delete'] as const

/** Calls `each` before every statement. */
function observed(tx: Statements, each: (collection: string) => void): Statements {
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...args: [never, never, never, never]) => {
        each(args[1])
        return (tx[name] as (...all: unknown[]) => unknown)(...args)
      },
    ]),
  ) as unknown as Statements
}
/** Notes the collections of the statements. */
export const watching = (tx: Statements, seen: Set<string>) =>
  observed(tx, (collection) => seen.add(collection))

/** Counts the statements of each transaction. */
export const counting = (store: Store, counts: number[]): Store => ({
  ...store,
  async transaction(budgetMs, work) {
    let count = 0
    const result = await store.transaction(budgetMs, (tx) => work(observed(tx, () => (count += 1))))
    counts.push(count)
    return result
  },
})
