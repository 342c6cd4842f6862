import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { AppId, EventId, leaseTtlMs } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import { openStore } from '../../core/src/store/open.ts'
import type { Store } from '../../core/src/store/store.ts'
import type { RunningRedis } from '../../edge/dev/redis/start.ts'
import { openAdmin } from '../../edge/dev/seed.ts'
import type { Between } from '../../edge/dev/stack.ts'
import { chooseStore } from '../../edge/dev/store.ts'
import { until } from '../contract/inventory/poll.ts'
import { createRandom } from '../simulation/scheduler.ts'
import { auditEvent } from '../support/audit.ts'
import { openInventory } from '../support/inventory.ts'
import { limitless, putOnSale, seatsTo } from '../support/selling.ts'
import { buy, buyInPeace, type Shop } from './buyers.ts'
import { type Cluster, readyMsMax, startCluster } from './cluster.ts'
import { createFates, type Fates } from './fates.ts'
import { judge, unrestOf } from './judge.ts'
import { shortTimes } from './mortal/short-times.ts'
import type { Notes } from './notes.ts'
import { judgeProvider } from './provider-books.ts'
import type { End } from './replica.ts'

export interface HouseOptions {
  readonly dir: string
  /** The SQLite file in `dir` when absent. */
  readonly storeUrl: string | undefined
  readonly cores: number
  readonly seed: number
  readonly points: readonly string[]
  /** Whether cores are told to stop as well. */
  readonly terms?: boolean
  /** A network that loses things. */
  readonly between?: Between
  readonly redis?: RunningRedis
  /** What all takes longer after the last fault: dead connections are given up. */
  readonly slackMs?: number
  /** Told of every answer. */
  readonly count?: Shop['count']
}

/** One sale under load, and then quiet. */
export interface Round {
  /** What its clients are told, and what is wrong with it. */
  readonly notes: Notes
  readonly buyers: number
  /** Whether the load goes on. */
  isOn(): boolean
  /** What happens to the cores instead of death. */
  readonly turmoil?: (cluster: Cluster) => Promise<void>
  /** What the quiet needs beside calm cores. */
  readonly heal?: () => Promise<void>
}

/** A Holdfast whose cores are killed, with an app that sells and one that must not get at it. */
export interface House {
  readonly cluster: Cluster
  readonly fates: Fates
  readonly store: Store
  readonly inventory: Inventory
  refOf(eventId: string): EventRef
  /** How often cores were killed, at points and at random. */
  kills(): number
  /** Sells one event while cores die, and judges it when all is at rest. */
  play(round: Round): Promise<void>
  stop(): Promise<void>
}

const seatCount = 120
const holdTtlMs = 3_000
/** What a dead core's open transaction may last on the MongoDB for tests. */
const transactionMs = 5_000
/** Rounds of repair, on a machine that is busy. */
const roundsMs = 15_000
/** I6 and I10: all is at rest so long after the last fault. */
const restMsMax = shortTimes.pinLeaseMs + transactionMs + leaseTtlMs + roundsMs
/** I13: somebody can buy so long after. */
const peaceMsMax = 10_000
const smallEventMs = 2_000

/** Puts an event on sale, whoever dies meanwhile, as long as somebody wants it. */
async function sell(shop: Shop, eventId: string, count: number, isWanted: () => boolean): Promise<void> {
  while (isWanted()) {
    try {
      return await putOnSale(shop, eventId, { seats: seatsTo(count), holdTtlMs: shop.holdTtlMs })
    } catch {
      await pause(smallEventMs)
    }
  }
}

/** Opens one. Its cores are calm until the first round. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { dir, cores, seed, points, terms = false, between, redis, count = () => {}, slackMs = 0 } = options
  mkdirSync(dir, { recursive: true })
  const random = createRandom(seed)
  const fates = createFates(random, points, terms)
  const faults: End[] = []
  const onEnd = (end: End) => {
    fates.ended(end)
    // On a network that loses things a start may fail, and is tried again.
    if (end.how === 'fault' || (end.how === 'unborn' && !between)) faults.push(end)
  }
  const chosen = chooseStore(dir, options.storeUrl)
  const cluster = await startCluster({
    ...{ dir, store: chosen, cores, nextFate: fates.next, onEnd },
    ...{ ...(between && { between }), ...(redis && { redis }) },
  })
  const store = await openStore(cluster.storeUrl)
  const inventory = openInventory(cluster.redis)
  const { edgeUrl, secrets, replicas, service } = cluster
  const makeApp = await openAdmin(edgeUrl, secrets)
  const app = { paymentProvider: 'simulated', rateLimits: limitless }
  const ours = await makeApp({ name: 'Campaign', ...app })
  const theirs = await makeApp({ name: 'Stranger', ...app })
  const shop: Shop = {
    ...{ edgeUrl, secretKey: ours.secretKey, strangerKey: theirs.secretKey },
    ...{ seatCount, holdTtlMs, random, count },
  }

  const calm = async () => {
    fates.calm(true)
    for (const replica of replicas) if (replica.isDoomed()) replica.end('kill')
    const areCalm = () => replicas.every((replica) => replica.isReady() && !replica.isDoomed())
    await until(async () => areCalm() && service.ready().length === replicas.length)
  }
  const letThemDie = async () => {
    fates.calm(false)
    for (const replica of replicas) replica.end('kill')
  }
  const load = async ({ buyers, isOn, notes }: Round) => {
    let n = 0
    const queue = async () => {
      while (isOn()) await buy(shop, notes, n++)
    }
    // Small events go on sale beside it, so that inventories are built.
    const stage = async () => {
      for (let small = 1; isOn(); small++) {
        await sell(shop, `${notes.eventId}-small-${small}`, 2, isOn)
        await pause(smallEventMs)
      }
    }
    await Promise.all([stage(), ...Array.from({ length: buyers }, queue)])
  }
  const rest = async (ref: EventRef, notes: Notes) => {
    const untilMs = Date.now() + restMsMax + slackMs
    for (;;) {
      const unrest = await unrestOf(store, inventory, ref)
      if (unrest.length === 0) return
      if (Date.now() > untilMs) {
        for (const [invariant, what] of unrest)
          notes.complain(invariant, `${what} after ${restMsMax + slackMs} ms`)
        return
      }
      await pause(300)
    }
  }
  const audit = async (ref: EventRef, notes: Notes) => {
    const found = await auditEvent(cluster, ref, new Set())
    const named: readonly (readonly [string, keyof typeof found])[] = [
      ['I1', 'doubleSales'],
      ['I2', 'seatsInDisagreement'],
      ['I2', 'undecidedBookings'],
      ['I4', 'overlappingHolds'],
      ['I7', 'partialBookings'],
    ]
    for (const [invariant, name] of named)
      if (found[name] > 0) notes.complain(invariant, `${found[name]} ${name}`)
    await judge(store, ref, notes)
    await judgeProvider(store, ref, dir, notes)
  }
  const refOf = (eventId: string): EventRef => ({
    appId: AppId.parse(ours.appId),
    eventId: EventId.parse(eventId),
  })
  return {
    ...{ cluster, fates, store, inventory, refOf },
    kills: () =>
      [...fates.counts()].reduce((all, [how, n]) => (/told|itself|started/.test(how) ? all : all + n), 0),
    async play(round) {
      const { notes } = round
      const ref = refOf(notes.eventId)
      const untilMs = Date.now() + readyMsMax
      await sell(shop, notes.eventId, seatCount, () => Date.now() < untilMs)
      const loaded = load(round)
      await (round.turmoil ?? letThemDie)(cluster)
      await loaded
      await Promise.all([calm(), round.heal?.()])
      await buyInPeace(shop, notes, peaceMsMax + slackMs)
      await rest(ref, notes)
      await audit(ref, notes)
      for (const { name, logFile } of faults.splice(0))
        notes.complain('I13', `${name} ended by itself: ${logFile}`)
    },
    async stop() {
      await store.close()
      await cluster.stop()
    },
  }
}
