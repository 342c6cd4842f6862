import { finishClaims } from '@holdfast/core/src/bookings/finish-claims.ts'
import { relayOnce } from '@holdfast/core/src/outbox/relay.ts'
import { settleDue } from '@holdfast/core/src/payments/settle-due.ts'
import { repairOnce } from '@holdfast/core/src/reconcile/loop.ts'
import type { CoreProgram } from './programs.ts'
import type { Host, World } from './world.ts'

const jobs = {
  repair: ({ core, keepers }: CoreProgram) => repairOnce(core, keepers),
  relay: ({ core }: CoreProgram) => relayOnce(core),
  payments: ({ core }: CoreProgram) => settleDue(core),
  claims: ({ core }: CoreProgram) => finishClaims(core),
} as const
type Job = keyof typeof jobs

/**
 * Runs one job of core's background work. Those jobs are what `startRepair` runs in a loop; here the seed says when, so
 * that a world is not all waiting.
 */
export async function runJob({ scheduler }: World, { machine, program }: Host<CoreProgram>, name: Job) {
  scheduler.note(`${machine.name} begins ${name}`)
  await jobs[name](program).catch((error: unknown) => {
    scheduler.note(`${machine.name} fails ${name}: ${error instanceof Error ? error.name : 'unknown'}`)
  })
}

/** Lets every core look after things every few seconds, for as long as the world lasts. */
export function keepRepairing(world: World, everyMs: () => number): void {
  const { scheduler, cores } = world
  for (const host of cores) {
    for (const job of Object.keys(jobs) as Job[]) {
      // As in production claims are looked at more seldom than the rest.
      const times = job === 'claims' ? 4 : 1
      const again = (): void => {
        scheduler.after(times * everyMs(), () => {
          if (host.machine.isUp()) host.machine.after(0, () => void runJob(world, host, job))
          again()
        })
      }
      again()
    }
  }
}
