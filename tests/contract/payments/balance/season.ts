import { paymentPendingMsMax } from '@holdfast/contract'
import { type Buyer, buyersOf } from './buyers.ts'
import type { Step } from './mortal.ts'
import { othersOf } from './others.ts'
import { rounds, type Season } from './plans.ts'
import { createProcesses } from './processes.ts'
import { moveStart, repair, type Sale } from './sale.ts'

/** At which steps the processes of a season ended, or stalled. */
export interface Course {
  readonly ends: ReadonlyMap<Step, number>
}

/** Longer than any lease, pause and deadline, one after the other. */
const healingMs = [
  0,
  10_000,
  90_000,
  90_000,
  ...Array.from({ length: 8 }, () => paymentPendingMsMax / 5),
  90_000,
]

/** Lets everything happen that is planned, round by round, and then heals what is broken. */
export async function play(sale: Sale, { plans, repairs, date }: Season): Promise<Course> {
  const { run, ends, resume } = createProcesses(sale)
  const buying = buyersOf(sale, run)
  const others = othersOf(sale, run)
  const buyers: Buyer[] = []
  for (const [n, plan] of plans.entries()) {
    const buyer = plan && (await buying.come(n, plan))
    if (buyer) buyers.push(buyer)
  }
  const each = async (act: (buyer: Buyer) => Promise<void>) => {
    for (const buyer of buyers) await act(buyer)
  }
  const acts: ((buyer: Buyer) => Promise<void>)[][] = [
    [buying.lapse, buying.pay, buying.fault, buying.confirm, buying.payOtherwise(buyers)],
    [others.become, buying.confirmAgain],
    [others.cancel, others.refundByHand],
    [],
  ]
  for (let round = 0; round < rounds; round++) {
    if (round === 1) await moveStart(sale, date)
    for (const act of acts[round] ?? []) await each(act)
    await each((buyer) => others.tell(buyer, round))
    await run(repairs[round]?.fate ?? null, repair)
    sale.wait(repairs[round]?.pauseMs ?? 0)
  }

  sale.teller.heal()
  await each(others.becomeLate)
  sale.teller.endPending()
  await others.tellUntold()
  // A dead holder's claim of a key is over after core's budget.
  sale.wait(10_000)
  await each(buying.insist)
  await resume()
  for (const ms of healingMs) {
    sale.wait(ms)
    await run(null, repair)
  }
  return { ends }
}
