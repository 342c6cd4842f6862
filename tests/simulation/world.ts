import { AppId, AppInput, EventId, type PaymentId, SeatId } from '@holdfast/contract'
import { createApp } from '@holdfast/core/src/apps/create-app.ts'
import { putEvent } from '@holdfast/core/src/events/put-event.ts'
import { syncSeats } from '@holdfast/core/src/events/sync-seats.ts'
import { rebuildInventory } from '@holdfast/core/src/reconcile/rebuild.ts'
import { type Retention, retentionDefault } from '@holdfast/core/src/retention.ts'
import { plainPasswords } from '@holdfast/core/src/users/testing.ts'
import type { EventRef } from '@holdfast/inventory'
import { type Bank, createBank } from '../support/bank.ts'
import { settleCryptoAtOnce } from './crypto.ts'
import { type Faults, faultsOf, noFaults } from './faults.ts'
import { createMachine, type Machine } from './machines.ts'
import { createNet, type Net } from './net.ts'
import { type CoreProgram, type EdgeProgram, startCore, startEdge } from './programs.ts'
import { createMemoryRedis, type MemoryRedis } from './redis.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import type { Sometimes } from './sometimes.ts'
import type { Written } from './store/engine.ts'
import { createMemoryStore, type MemoryStore } from './store/store.ts'
import { currencyOfSteps, hasTerms, priceOfSteps, stepOfSums, termsAt } from './terms.ts'
import type { Ran } from './wires.ts'

settleCryptoAtOnce()

/** What an auditor hears of a world, at the moment when it is so. */
export interface Listener {
  committed(written: readonly Written[]): void
  ran(script: Ran): void
  /** Money is about to be taken. */
  captures(paymentId: string, bookingId: string): void
  /** Something was asked of a machine that was well all the while, and so long after there is no answer. */
  late(what: string, ms: number): void
  /** Redis has lost its last writes, so many; null: all of them. */
  lost(writes: number | null): void
  /** Repair says that this invariant is broken. */
  alarmed(invariant: string): void
}

/** What is shared by the machines of a world. */
export interface Setting {
  readonly scheduler: Scheduler
  readonly net: Net
  readonly faults: () => Faults
  readonly sometimes: Sometimes
  readonly redis: MemoryRedis
  readonly store: MemoryStore
  readonly bank: Bank
  readonly listener: Listener
  /** How long the store keeps what is over. */
  readonly retention: Retention
  /** An edge asks core to sell a hold. */
  readonly sells: () => void
}

/** A program, the machine that it is on, and how it begins anew there. */
export interface Host<Program> {
  readonly machine: Machine
  program: Program
}

export interface World extends Setting {
  readonly ref: EventRef
  /** An event of another app that is paid at the same account; null: that app has none. */
  readonly other: EventRef | null
  readonly seats: readonly SeatId[]
  readonly currency: string
  /** What its organiser says of the event. */
  readonly event: object
  readonly secretKey: string
  /** Of another app, which has no business here. */
  readonly strangerKey: string
  readonly cores: readonly Host<CoreProgram>[]
  readonly edges: readonly Host<EdgeProgram>[]
  /** Redis's clock jumps. */
  stepRedis(ms: number): void
  redisNow(): number
  /** Calls that whenever an edge has looked at a hold, and asks core to sell it. */
  onSale(happen: () => void): void
  /** A buyer has paid, or tried to. */
  paid(paymentId: PaymentId): void
  /** Calls that whenever a buyer has paid, or tried to. */
  onPayment(happen: (paymentId: PaymentId) => void): void
  /** From now on nothing goes wrong any more. */
  heal(): void
}

const seatPrice = 4_500
const holdTtlMs = 40_000
const restartMsMax = 20_000
/** What one address may hold. */
const addressUnits = 2

/**
 * In every so many worlds what is over is deleted while the world lasts: as soon as the proof in `late-sale.ts` allows for
 * holds as short as these, and clocks that jump as they do.
 */
const briefEvery = 16
const brief: Retention = { ...retentionDefault, endedHoldMs: 1_200_000, unpaidMs: 3_600_000 }
/** How often the database looks for what may go, as MongoDB does. */
const purgeEveryMs = 60_000

/** In every so many worlds another app sells too, and is paid at the same account, where every payment is ordered. */
const sharedAccountEvery = 4

/** A world as a seed has it: two cores, two edges, and an event of a few seats that is on sale. */
export async function createWorld(
  seed: number,
  { sometimes, listener, show }: { sometimes: Sometimes; listener: Listener; show?: (line: string) => void },
): Promise<World> {
  const scheduler = createScheduler(seed, show)
  const { random } = scheduler
  const mood = faultsOf(random)
  let [current, redisAheadMs] = [noFaults, 0]
  const faults = () => current
  const redisNow = () => scheduler.now() + redisAheadMs
  const quiet = createMachine('organiser', scheduler, () => {})
  const store = createMemoryStore({ ...quiet.platform }, listener.committed)
  const redis = createMemoryRedis(redisNow)
  const net = createNet(scheduler, faults, sometimes)
  let sells = () => {}
  let paid: (paymentId: PaymentId) => void = () => {}
  const isShared = seed % sharedAccountEvery === 0
  const isBrief = seed % briefEvery === 2
  const isOfSteps = hasTerms(seed)
  const bank = createBank({ takesUnordered: !isShared, ...(isOfSteps && { step: stepOfSums }) })
  const setting: Setting = {
    ...{ scheduler, net, faults, sometimes, redis, store, bank, listener },
    retention: isBrief ? brief : retentionDefault,
    sells: () => sells(),
  }

  const hosts = <Program>(names: readonly string[], start: (machine: Machine) => Program): Host<Program>[] =>
    names.map((name) => {
      const machine = createMachine(name, scheduler, () => {
        if (random.chance(current.crash)) crash()
      })
      const host: Host<Program> = { machine, program: start(machine) }
      const crash = () => {
        const isUnsettled = store
          .docs('outbox')
          .some((row) => row.kind === 'settle' && row.status === 'READY')
        if (name.startsWith('edge')) sometimes.count('F27')
        else if (isUnsettled) sometimes.count('F2')
        machine.crash()
      }
      const revive = (): void => {
        if (!machine.isUp()) {
          machine.start()
          host.program = start(machine)
        }
        scheduler.after(random.between(1_000, restartMsMax), revive)
      }
      scheduler.after(random.between(1_000, restartMsMax), revive)
      return host
    })
  const cores = hosts(['core1', 'core2'], (machine) => startCore(machine, setting))
  const edges = hosts(['edge1', 'edge2'], (machine) => startEdge(machine, setting, cores))

  if (isBrief) purgeAlways(setting)
  const sale = await openSale(setting, quiet, { count: random.between(1, 4), isShared, isOfSteps })
  current = mood
  scheduler.note(`seed ${seed}: ${JSON.stringify(mood)}`)
  return {
    ...setting,
    ...sale,
    cores,
    edges,
    redisNow,
    stepRedis(ms) {
      scheduler.note(`redis CLOCK ${ms} ms`)
      redisAheadMs += ms
    },
    onSale(happen) {
      sells = happen
    },
    paid: (paymentId) => paid(paymentId),
    onPayment(happen) {
      paid = happen
    },
    heal() {
      scheduler.note('ALL IS WELL from now on')
      current = noFaults
      for (const { machine } of [...cores, ...edges]) machine.recover()
    },
  }
}

/** Deletes what is over, by the database's own clock, for as long as the world lasts. */
function purgeAlways({ scheduler, store, sometimes }: Setting): void {
  const again = (): void =>
    scheduler.after(purgeEveryMs, () => {
      store.purgeExpired(new Date(scheduler.now())).then(
        (count) => count > 0 && sometimes.count('F39'),
        () => {},
      )
      again()
    })
  again()
}

/** The organisers put their events on sale, before anything can go wrong. */
async function openSale(
  setting: Setting,
  machine: Machine,
  {
    count,
    isShared,
    isOfSteps,
  }: { readonly count: number; readonly isShared: boolean; readonly isOfSteps: boolean },
) {
  const { scheduler, store } = setting
  const { core } = startCore(machine, setting)
  const ctx = { ...core, store, keyHasher: plainPasswords().hasher }
  const price = isOfSteps ? priceOfSteps : seatPrice
  const event = {
    ...{ name: 'Play', currency: 'EUR', sale: 'open', holdTtlMs, holdLifetimeMs: 3 * holdTtlMs },
    ...(isOfSteps && termsAt(scheduler.now())),
  }
  const open = async (ref: EventRef, seats: readonly SeatId[]): Promise<EventRef> => {
    await putEvent(ctx, { ...ref, input: event as never })
    await syncSeats(ctx, { ...ref, seats: seats.map((id) => ({ id, price })) as never })
    await rebuildInventory(ctx, { ...ref, epoch: 0 })
    return ref
  }
  const seats = Array.from({ length: count }, (_, i) => SeatId.parse(`A-${i + 1}`))
  const work = (async () => {
    const input = {
      ...AppInput.parse({ name: 'Shop', paymentProvider: 'stripe' }),
      // Fewer than an operator may say: buyers of one address are in each other's way.
      clientNetworks: ['0.0.0.0/0', '::/0'].map((cidr) => ({ cidr, units: addressUnits })),
    }
    const { app, secretKey } = await createApp(ctx, input)
    const stranger = await createApp(ctx, input)
    const theatre = { appId: AppId.parse(app.id), eventId: EventId.parse('theatre') }
    const opera = { appId: AppId.parse(stranger.app.id), eventId: EventId.parse('opera') }
    const ref = await open(theatre, seats)
    const other = isShared ? await open(opera, [SeatId.parse('Z-1')]) : null
    const currency = isOfSteps ? currencyOfSteps : event.currency
    return { secretKey, strangerKey: stranger.secretKey, ref, other, seats, event, currency }
  })()
  let isDone = false
  work.then(() => (isDone = true)).catch(() => (isDone = true))
  await scheduler.runUntil(scheduler.now() + 60_000, () => isDone)
  return work
}
