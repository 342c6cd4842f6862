import type { Log } from '../context.ts'
import { holdEnds, invariants } from './facts.ts'
import type { createInstruments } from './instruments.ts'

type Instruments = ReturnType<typeof createInstruments>
type Line = Parameters<Log>[0]

const amount = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)

/** What each event of the log counts as. */
const counts: Readonly<Record<string, (to: Instruments, line: Line) => void>> = {
  ledger_read({ holds, freed }, line) {
    for (const code of holdEnds) holds.inc({ code }, amount(line[code]))
    freed.inc(amount(line.freed))
  },
  drift_mended({ drift }, { seats, settling }) {
    drift.inc(amount(amount(seats) - amount(settling)))
  },
  ledger_rolled_back: ({ losses }) => losses.inc(),
  inventory_lost: ({ losses }) => losses.inc(),
  invariant_broken({ broken }, line) {
    for (const invariant of invariants) if (line.invariant === invariant) broken.inc({ invariant })
  },
}

/** A log whose lines are counted as well, so that both tell the same. */
export const countedLog = (log: Log, to: Instruments): Log => {
  return (line) => {
    counts[line.event]?.(to, line)
    log(line)
  }
}
