import { seatBytes } from '@holdfast/contract'
import { retentionDefault } from '@holdfast/core/src/retention.ts'
import { keysOf } from '@holdfast/inventory'
import { noFaults } from './faults.ts'
import { runJob } from './repair.ts'
import type { World } from './world.ts'

/** Plans what happens to machines and to Redis while a world is in trouble. `rival` comes for a seat that Redis forgot. */
export function wreakHavoc(world: World, troubleMs: number, rival: (seat: string) => void): void {
  const { scheduler, cores, edges, redis, listener, sometimes, retention } = world
  const { random } = scheduler
  const { pauses, clockSteps, rollbacks, flushes, scriptFlushes } = world.faults()
  const sometimesIn = (perMinute: number, happen: () => void): void => {
    for (let atMs = 0; atMs < troubleMs; atMs += 10_000) {
      if (random.chance(perMinute / 6)) scheduler.after(atMs + random.between(0, 10_000), happen)
    }
  }
  const loseWrites = (): void => {
    const writes = redis.rollBack(random.between(1, 6))
    scheduler.note(`redis LOSES its last ${writes} writes`)
    listener.lost(writes)
  }
  const machine = () => random.pick([...cores, ...edges]).machine
  sometimesIn(pauses, () => machine().pause(random.between(1_000, 90_000)))
  sometimesIn(clockSteps, () => {
    const ms = random.between(-30_000, 70_000)
    if (random.chance(0.5)) return machine().step(ms)
    sometimes.count('F9')
    world.stepRedis(ms)
  })
  // The moment that matters: a hold that is pinned, and whose time seems to be over before it is sold.
  world.onSale(() => {
    // Or one that Redis forgets while its sale is under way, when somebody else wants just that seat.
    if (random.chance(world.faults().rollbacks / 2)) {
      scheduler.after(random.between(1, 300), () => {
        loseWrites()
        const map = String(redis.run('GET', keysOf(world.ref).map) ?? '')
        const seat = world.seats[map.indexOf(seatBytes.free)]
        if (seat) rival(seat)
      })
    }
    // Or one whose edge, or core, stands still until what was decided of it meanwhile has been deleted.
    const isBrief = retention !== retentionDefault && world.faults() !== noFaults
    if (isBrief && random.chance(0.3)) {
      const ms = retention.endedHoldMs + random.between(60_000, 200_000)
      scheduler.after(random.between(0, 60), () => machine().pause(ms))
    }
    if (!random.chance(world.faults().clockSteps / 8)) return
    scheduler.after(random.between(1, 1_500), () => {
      sometimes.count('F9')
      world.stepRedis(random.between(61_000, 90_000))
      const core = random.pick(cores)
      scheduler.after(random.between(1, 500), () => core.machine.isUp() && void runJob(world, core, 'repair'))
    })
  })
  sometimesIn(rollbacks, loseWrites)
  sometimesIn(flushes, () => {
    scheduler.note('redis LOSES everything')
    sometimes.count('F7')
    redis.flush()
    listener.lost(null)
  })
  sometimesIn(scriptFlushes, () => {
    sometimes.count('F10')
    redis.forgetScripts()
  })
}
