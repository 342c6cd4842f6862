import { AppId, AppInput, EventId, SeatId } from '@holdfast/contract'
import { createApp } from '@holdfast/core/src/apps/create-app.ts'
import { putEvent } from '@holdfast/core/src/events/put-event.ts'
import { syncSeats } from '@holdfast/core/src/events/sync-seats.ts'
import { rebuildInventory } from '@holdfast/core/src/reconcile/rebuild.ts'
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
  readonly seats: readonly SeatId[]
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
  /** From now on nothing goes wrong any more. */
  heal(): void
}

const seatPrice = 4_500
const holdTtlMs = 40_000
const restartMsMax = 20_000

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
  const bank = createBank()
  const setting: Setting = {
    ...{ scheduler, net, faults, sometimes, redis, store, bank, listener },
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

  const sale = await openSale(setting, quiet, random.between(1, 4))
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
    heal() {
      scheduler.note('ALL IS WELL from now on')
      current = noFaults
      for (const { machine } of [...cores, ...edges]) machine.recover()
    },
  }
}

/** The organiser puts the event on sale, before anything can go wrong. */
async function openSale(setting: Setting, machine: Machine, count: number) {
  const { scheduler, store } = setting
  const { core } = startCore(machine, setting)
  const ctx = { ...core, store, keyHasher: plainPasswords().hasher }
  const eventId = EventId.parse('theatre')
  const seats = Array.from({ length: count }, (_, i) => SeatId.parse(`A-${i + 1}`))
  const work = (async () => {
    const input = AppInput.parse({ name: 'Shop', paymentProvider: 'stripe' })
    const { app, secretKey } = await createApp(ctx, input)
    const stranger = await createApp(ctx, input)
    const appId = AppId.parse(app.id)
    const event = { name: 'Theatre', currency: 'EUR', sale: 'open', holdTtlMs, holdLifetimeMs: 3 * holdTtlMs }
    await putEvent(ctx, { appId, eventId, input: event as never })
    await syncSeats(ctx, { appId, eventId, seats: seats.map((id) => ({ id, price: seatPrice })) as never })
    await rebuildInventory(ctx, { appId, eventId, epoch: 0 })
    return { secretKey, strangerKey: stranger.secretKey, ref: { appId, eventId }, seats }
  })()
  let isDone = false
  work.then(() => (isDone = true)).catch(() => (isDone = true))
  await scheduler.runUntil(scheduler.now() + 60_000, () => isDone)
  return work
}
