import {
  AppId,
  type BookingId,
  EventId,
  type GrantId,
  type HoldKey,
  holdKeyOf,
  type Principal,
  SeatId,
} from '@holdfast/contract'
import {
  createInventory,
  type EventRef,
  type EventSettings,
  endedKeyOfGrant,
  type Hold,
  type HoldClient,
  type Inventory,
  keysOf,
  type ScriptRunner,
  type SeatTruth,
  type Verdict,
} from '@holdfast/inventory'
import { age } from './age.ts'
import type { Bench } from './bench.ts'
import { dump } from './dump.ts'
import { newKey, newOperation, priceDefault, random, seatIds } from './fixtures.ts'
import { until } from './poll.ts'

const settingsDefault: EventSettings = {
  rev: 1,
  sale: 'open',
  onSaleAtMs: null,
  offSaleAtMs: null,
  holdTtlMs: 60_000,
  holdLifetimeMs: 600_000,
  seatsHeldPerOwner: 20,
  holdsPerMinute: 1_000,
  lapsedHoldsPerOwner: 1_000,
  coolDownMs: 300_000,
  currency: 'EUR',
}
const sixSeats = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6']

/** What a test may say of the event that it sells. */
export interface SaleOptions extends Partial<EventSettings> {
  readonly seats?: readonly string[]
  readonly event?: Partial<EventRef>
  /** What stands between the inventory and the adapter. */
  readonly through?: (runner: ScriptRunner) => ScriptRunner
}

export interface HoldOptions {
  readonly key?: HoldKey
  readonly operationId?: string
  readonly ttlMs?: number
  readonly client?: HoldClient
}

export type Sale = ReturnType<typeof createSale>
export type OpenSale = (options?: SaleOptions) => Promise<Sale>

/** An event of its own app, built and open: six seats in a row, all free, unless the test says otherwise. */
export async function openSale(bench: Bench, options: SaleOptions = {}): Promise<Sale> {
  const sale = createSale(bench, options)
  await sale.build(1)
  return sale
}

/** The calls of one event, with what a test does not care about filled in. */
function callsOf(inventory: Inventory, event: EventRef) {
  const hold = (
    owner: Principal,
    seats: readonly string[],
    { key = newKey(), operationId = newOperation(), ttlMs, client }: HoldOptions = {},
  ) => {
    return inventory.hold(event, {
      ...{ holdKey: key, owner, operationId, seats: seatIds(seats) },
      ...(ttlMs !== undefined && { ttlMs }),
      ...(client && { client }),
    })
  }
  const read = (of: Hold) => inventory.read(event, of.grantId, of.owner)
  return {
    hold,
    read,
    /** Holds, and fails the test when it does not work out. */
    async take(owner: Principal, seats: readonly string[], how: HoldOptions = {}): Promise<Hold> {
      const reply = await hold(owner, seats, how)
      if (reply.word !== 'held' && reply.word !== 'held_over')
        throw new Error(`${seats.join(' ')} should be free: ${reply.word}`)
      return reply.hold
    },
    extend: (of: Hold, operationId = newOperation(), isEnforced = true) =>
      inventory.extend(event, of.grantId, of.owner, operationId, isEnforced),
    release: (of: Hold) => inventory.release(event, of.grantId, of.owner),
    pin: (of: Hold, leaseMs = 60_000) => inventory.pin(event, of.grantId, of.owner, leaseMs),
    /** How a hold stands: its status, or why there is none. */
    async statusOf(of: Hold) {
      const reply = await read(of)
      return reply.word === 'hold' ? reply.hold.status : reply.word
    },
    apply: (...seats: SeatTruth[]) => inventory.apply(event, seats),
    sweep: (verdict: Verdict['verdict'], ...grants: GrantId[]) =>
      inventory.sweep(
        event,
        grants.map((grantId) => ({ grantId, verdict })),
      ),
    /** The availability map; fails the test when there is none. */
    async map(): Promise<string> {
      const reply = await inventory.snapshot(event)
      if (reply.word !== 'snapshot') throw new Error(reply.word)
      return reply.map
    },
    /** Waits until the clock of Redis has come to that time. */
    reached: (ms: number) => until(async () => (await inventory.snapshot(event)).nowMs >= ms),
  }
}

/** An event with its calls, what the store says of its seats, and what Redis keeps of it. Nothing is built yet. */
export function createSale(bench: Bench, options: SaleOptions) {
  const { seats: ids = sixSeats, event: named, through = (runner) => runner, ...given } = options
  const event: EventRef = { appId: AppId.parse(`app-${random()}`), eventId: EventId.parse('show'), ...named }
  const settings: EventSettings = { ...settingsDefault, ...given }
  const inventory = createInventory(through(bench.runner))
  const keys = keysOf(event)

  /** A seat as the store has it; free and new unless the test says otherwise. */
  const truth = (id: string, change: Partial<SeatTruth> = {}): SeatTruth => ({
    seatId: SeatId.parse(id),
    index: ids.indexOf(id),
    rev: 1,
    price: priceDefault,
    state: 'AVAILABLE',
    blocked: false,
    grantId: null,
    bookingId: null,
    ...change,
  })
  return {
    event,
    settings,
    inventory,
    keys,
    ids,
    ...callsOf(inventory, event),
    truth,
    /** The seats of a hold, sold by it. */
    sold: (of: Hold, bookingId: BookingId, rev = 2): SeatTruth[] =>
      of.seats.map(({ id }) => truth(id, { rev, state: 'BOOKED', grantId: of.grantId, bookingId })),
    /** Loads and publishes an epoch: all seats as new, or the given ones. */
    async build(epoch: number, truths: readonly SeatTruth[] = ids.map((id) => truth(id))) {
      if (truths.length > 0) await inventory.load(event, epoch, truths)
      return inventory.publish(event, epoch, truths.length, settings)
    },
    /** Makes Redis believe that an open hold ends at another time: its clock cannot be set. */
    async retime(of: Hold, untilMs: number) {
      const field = `h:${holdKeyOf(of.grantId)}`
      const parts = String(await bench.command('HGET', keys.state, field)).split('|')
      await bench.command(
        'HSET',
        keys.state,
        field,
        parts.with(4, String(untilMs)).with(5, String(untilMs)).join('|'),
      )
      await bench.command('ZADD', keys.due, String(untilMs), of.grantId)
    },
    /** Has Redis forget how a hold ended, as it does by itself in time: its clock cannot be set. */
    forgetEnded: (of: Hold) => bench.command('DEL', endedKeyOfGrant(event, of.grantId)),
    /** In how many milliseconds Redis forgets it. */
    endedForMs: async (of: Hold) => Number(await bench.command('PTTL', endedKeyOfGrant(event, of.grantId))),
    /** Makes the event so much older, with all its times: Redis's clock cannot be set. */
    age: (ms: number) => age(bench.command, keys, ms),
    /** Sends one command beside the inventory. */
    command: bench.command,
    /** Everything that Redis keeps of the event. */
    dump: () => dump(bench, Object.values(keys)),
    forget: () => bench.command('DEL', ...Object.values(keys)),
  }
}
