import { type Auditor, createAuditor } from './auditor.ts'
import { buy, shop, type Told } from './buyers.ts'
import type { Violation } from './complaints.ts'
import { wreakHavoc } from './havoc.ts'
import { keepRepairing } from './repair.ts'
import type { Sometimes } from './sometimes.ts'
import { createWorld, type World } from './world.ts'

/** What became of a world. */
export interface Outcome {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** Equal for the same seed of the same code, whatever the machine. */
  readonly traceHash: string
}

/** How long things go wrong, and how long a world may take to be at rest again after that. */
const troubleMs = 120_000
const calmMs = 3_600_000

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
  for (let n = random.between(2, 5); n > 0; n--) {
    shopping += 1
    const leave = () => {
      shopping -= 1
    }
    shop(world, `buyer${n}`, tell).then(leave, (error: unknown) => auditor.broke(error))
  }
  wreakHavoc(world, troubleMs)
  let pauseMs: readonly [number, number] = [2_000, 14_000]
  keepRepairing(world, () => random.between(...pauseMs))
  const isBroken = () => auditor.violations.length > 0
  await scheduler.runUntil(scheduler.now() + troubleMs, isBroken)

  world.heal()
  pauseMs = [5_000, 20_000]
  const untilMs = scheduler.now() + calmMs
  const isOver = () => isBroken() || (shopping === 0 && auditor.isAtRest())
  while (scheduler.now() < untilMs && !isOver()) await scheduler.runUntil(scheduler.now() + 1_000, isBroken)
  auditor.judge()
  if (!isBroken()) await checkLife(world, auditor)
  return { seed, violations: auditor.violations, traceHash: scheduler.traceHash() }
}

/** How long a hold and a confirm may take when all is well, caches and connections of all sorts being cold. */
const purchaseMs = 30_000

/** I13: a world that is at rest sells what it has left. */
async function checkLife(world: World, auditor: Auditor): Promise<void> {
  const { scheduler, store } = world
  const free = store.docs('seats').find(({ state }) => state === 'AVAILABLE')
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
