import { keysOf } from '@holdfast/inventory'
import { createAnswers } from './answers.ts'
import { createBudgets } from './budgets.ts'
import type { Told } from './client.ts'
import type { Complain, Violation } from './complaints.ts'
import { createDecisions } from './decisions.ts'
import { createFreedom } from './freedom.ts'
import { createPromises } from './promises.ts'
import { unrestOf } from './rest.ts'
import { checkCapture, checkChange, checkSales } from './sales.ts'
import type { Sometimes } from './sometimes.ts'
import { createTermsCheck, currencyOfSteps } from './terms.ts'
import type { Listener, World } from './world.ts'

/** Holds everything that happens in a world against the invariants, by itself: it asks none of the code it judges. */
export interface Auditor extends Listener {
  readonly violations: readonly Violation[]
  /** From now on it can look at everything in the world. */
  watch(world: World): void
  told(told: Told): void
  complain: Complain
  broke(error: unknown): void
  isAtRest(): boolean
  /** Looks for holds that do not end. Nothing has to go wrong any more. */
  look(): void
  /** Says what must be so at the end. */
  judge(): void
  /** Says whether what was told as sold is there. */
  judgeSales(): void
}

export function createAuditor(sometimes: Sometimes): Auditor {
  const violations: Violation[] = []
  const complain: Complain = (invariant, what) => {
    if (violations.some((known) => known.what === what)) return
    violations.push({ invariant, what })
    world?.scheduler.note(`VIOLATION ${invariant}: ${what}`)
  }
  let world: World | undefined
  const promises = createPromises(() => world, complain, sometimes)
  const answers = createAnswers(complain, sometimes)
  const freedom = createFreedom(complain)
  const budgets = createBudgets(complain)
  const decisions = createDecisions(complain)
  const terms = createTermsCheck(complain, sometimes)

  return {
    violations,
    watch: (watched) => (world = watched),
    committed(written) {
      if (!world) return
      checkSales(world, complain)
      for (const change of written) {
        checkChange(world, change, complain, sometimes)
        decisions.committed(world, change)
        if (world.currency === currencyOfSteps) terms.committed(world, change)
      }
      promises.committed(written)
    },
    captures: (paymentId, bookingId) => world && checkCapture(world, paymentId, bookingId, complain),
    ran: (script) => {
      const isElsewhere = world?.other && script.key === keysOf(world.other).state
      if (isElsewhere) return
      promises.ran(script)
      budgets.ran(script)
    },
    late: (what, ms) => complain('I13', `${what} was not answered within ${ms} ms`),
    lost(writes) {
      promises.lost(writes)
      budgets.lost()
    },
    // We see what is broken when it breaks: repair has nothing to tell in a world where nothing was.
    alarmed: (invariant) => complain(invariant, 'repair says so, and it is not'),
    told(told) {
      if (told.who === 'thief' && told.action === 'confirm' && told.status === 201) {
        complain('I12', `a payment of another app bought ${told.subject}`)
      }
      if (told.who === 'stranger' && told.status < 300 && told.status !== 202) {
        complain('I12', `another app's key had ${told.action} of ${told.subject} answered ${told.status}`)
      }
      if (world) answers.told(world, told)
      promises.told(told)
    },
    complain,
    broke: (error) => complain('I13', `a client broke: ${error instanceof Error ? error.stack : error}`),
    isAtRest: () => world !== undefined && unrestOf(world).length === 0,
    judge() {
      if (!world || violations.length > 0) return
      for (const { invariant, what } of unrestOf(world)) complain(invariant, what)
      answers.judge(world)
    },
    judgeSales: () => world && answers.judgeSales(world),
    look: () => world && freedom.look(world),
  }
}
