import { Problem } from '@holdfast/contract'
import type { Core } from '@holdfast/core/src/context.ts'
import { StoreError } from '@holdfast/core/src/store/store.ts'
import { auditPromises } from './books.ts'
import { type Fate, type Mortal, mortal, type Step } from './mortal.ts'
import type { Sale } from './sale.ts'

/** Runs one request, or one round of repair, in a process of its own. A refusal and a fault are its caller's matter. */
export type Run = <Answer>(fate: Fate | null, work: (core: Core) => Promise<Answer>) => Promise<Answer | null>

/** Runs the processes of a sale, and counts at which steps they ended or stalled. */
export function createProcesses(sale: Sale) {
  const ends = new Map<Step, number>()
  const stalled: { process: Mortal; running: Promise<unknown> }[] = []
  const run: Run = async (fate, work) => {
    const process = mortal(sale.core, fate)
    const running = work(process.core).catch((error: unknown) => {
      if (!(error instanceof Problem || error instanceof StoreError)) throw error
      return null
    })
    const answer = await Promise.race([running, process.fallen.then(() => null)])
    if (process.isDown() && fate) {
      ends.set(fate.step, (ends.get(fate.step) ?? 0) + 1)
      if (fate.resumes) stalled.push({ process, running })
    }
    await auditPromises(sale)
    return answer
  }
  return {
    run,
    ends,
    /** Lets those that stalled go on to their end. */
    async resume() {
      for (const { process, running } of stalled) {
        process.resume()
        await running
      }
    },
  }
}
