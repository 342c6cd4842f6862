import { retentionDefault } from '@holdfast/core/src/retention.ts'
import { keysOf } from '@holdfast/inventory'
import { type Auditor, createAuditor } from './auditor.ts'
import { buy, shop, tryToBuy } from './buyers.ts'
import type { Told } from './client.ts'
import type { Violation } from './complaints.ts'
import { wreakHavoc } from './havoc.ts'
import { keepRepairing } from './repair.ts'
import type { Sometimes } from './sometimes.ts'
import { hasTerms, moveShow } from './terms.ts'
import { steal } from './thief.ts'
import { createWorld, type World } from './world.ts'

/** What became of a world. */
export interface Outcome {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** Equal for the same seed of the same code, whatever the machine. */
  readonly traceHash: string
}

/** How long things go wrong, and how long a world may take to be at rest again after that. */
const troubleMs = 100_000
const calmMs = 3_600_000
/** How long at most until everything agrees, when nothing goes wrong and nobody wants anything any more. */
const restMs = 300_000

/** Runs the world of a seed to its end, and holds it against the invariants. `show` gets its trace, line by line. */
export async function runWorld(
  seed: number,
  sometimes: Sometimes,
  show?: (line: string) => void,
): Promise<Outcome> {
  const auditor = createAuditor(sometimes)
  const world = await createWorld(seed, { sometimes, listener: auditor, ...(show && { show }) })
  auditor.watch(world)
  const { scheduler } = world
  const { random } = scheduler
  const tell = (told: Told) => auditor.told(told)
  let shopping = 0
  const follow = (visit: Promise<unknown>): void => {
    shopping += 1
    const leave = () => {
      shopping -= 1
    }
    visit.then(leave, (error: unknown) => auditor.broke(error))
  }
  for (let n = random.between(2, 5); n > 0; n--) follow(shop(world, `buyer${n}`, tell))
  if (hasTerms(seed)) follow(moveShow(world, world.event))
  if (world.other) follow(steal(world, world.other, tell))
  let rivals = 0
  wreakHavoc(world, troubleMs, (seat) => {
    rivals += 1
    follow(tryToBuy(world, seat, `rival${rivals}`, tell))
  })
  let pauseMs: readonly [number, number] = [3_000, 17_000]
  keepRepairing(world, () => random.between(...pauseMs))
  const isBroken = () => auditor.violations.length > 0
  await scheduler.runUntil(scheduler.now() + troubleMs, isBroken)
  const isBrief = world.retention !== retentionDefault
  if (isBrief) {
    // What stands still wakes up when the decisions of its time are gone.
    pauseMs = [20_000, 60_000]
    await scheduler.runUntil(scheduler.now() + 2 * world.retention.endedHoldMs, isBroken)
  }

  world.heal()
  pauseMs = [5_000, 20_000]
  // Who wakes up only now goes on with what was asked of it then, for buyers who have left long ago.
  if (isBrief) await scheduler.runUntil(scheduler.now() + troubleMs, isBroken)
  const untilMs = scheduler.now() + calmMs
  // An order ends with its hold, by the clock of Redis, which may be ahead.
  const quietMsMax = restMs + Math.max(0, world.redisNow() - scheduler.now())
  let quietMs = 0
  while (scheduler.now() < untilMs && quietMs < quietMsMax && !isBroken()) {
    if (shopping === 0 && auditor.isAtRest()) break
    if (shopping === 0) quietMs += 1_000
    auditor.look()
    await scheduler.runUntil(scheduler.now() + 1_000, isBroken)
  }
  auditor.judge()
  if (!isBroken()) await checkLife(world, auditor)
  if (!isBroken() && seed % forgottenEvery === 0) await checkForgotten(world, auditor)
  if (!isBroken()) await checkPurge(world, auditor)

  return { seed, violations: auditor.violations, traceHash: scheduler.traceHash() }
}

/** How long a hold and a confirm may take when all is well, caches and connections of all sorts being cold. */
const purchaseMs = 30_000

/** I13: a world that is at rest sells what it has left. */
async function checkLife(world: World, auditor: Auditor): Promise<void> {
  const { scheduler, store, ref } = world
  const free = store.docs('seats').find(({ appId, state }) => appId === ref.appId && state === 'AVAILABLE')
  if (!free) return
  let isBought: boolean | undefined
  buy(world, String(free.seatId), auditor.told).then(
    (bought) => {
      isBought = bought
    },
    (error: unknown) => auditor.broke(error),
  )
  await scheduler.runUntil(scheduler.now() + purchaseMs, () => isBought !== undefined)
  if (!isBought) auditor.complain('I13', `seat ${free.seatId} is free, and nobody can buy it`)
}

/** In every so many worlds Redis is looked at when everybody is long gone. */
const forgottenEvery = 5
/** Longer than anything of a buyer counts: their lapses, and what their address has held. */
const goneMs = 6 * 3_600_000
const forgetMs = 120_000
const stepsMax = 3

/** I15: what is over leaves Redis. */
async function checkForgotten(world: World, auditor: Auditor): Promise<void> {
  const { scheduler, redis, ref } = world
  const fields = () => (redis.run('HGETALL', keysOf(ref).state) as string[]).filter((_, n) => n % 2 === 0)
  const left = () => fields().filter((field) => /^[huan]:/.test(field))
  // More than once: an edge that stood still may only now send what it was asked to hold, and that lapses then.
  for (let steps = 0; steps < stepsMax && (steps === 0 || left().length > 0); steps++) {
    world.stepRedis(goneMs)
    await scheduler.runUntil(scheduler.now() + forgetMs, () => left().length === 0)
  }
  if (left().length > 0) auditor.complain('I15', `Redis still has ${left().join(' ')}`)
}

/** Longer than anything lives that has a time to live. */
const ageMs = 400 * 86_400_000

/** I9: a database that deletes all whose time is over has still what was sold. */
async function checkPurge({ scheduler, store, sometimes }: World, auditor: Auditor): Promise<void> {
  const deleted = await store.purgeExpired(new Date(scheduler.now() + ageMs))
  if (deleted > 0) sometimes.count('F39')
  auditor.judgeSales()
}
