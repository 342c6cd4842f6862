import type { Notes, Violation } from '../faults/notes.ts'

/** What a soak on one store came to, while it goes on. */
export interface SoakRecord {
  readonly store: string
  readonly startMs: number
  /** Null: it goes on. */
  endMs: number | null
  rounds: number
  kills: number
  terms: number
  unborn: number
  flushes: number
  redisRestarts: number
  /** Losses of Redis that core has recorded: log entries that vanished, and inventories that were built again. */
  logLosses: number
  rebuilds: number
  /** The longest that an inventory was gone after a FLUSHALL, while cores died. */
  notReadyMsMax: number
  readonly answers: Map<string, number>
  readonly answerMs: Map<string, number[]>
  deaths: ReadonlyMap<string, number>
  faults: ReadonlyMap<string, Readonly<Record<string, number>>>
  /** What clients were told, and what is wrong with it, round by round. */
  readonly notes: Notes[]
}

/** How long it has gone on, or went on. */
export const minutesOf = ({ startMs, endMs }: SoakRecord): string =>
  (((endMs ?? Date.now()) - startMs) / 60_000).toFixed(1)
/** Bookings that buyers were told of. */
export const bookingsOf = ({ notes }: SoakRecord): number =>
  notes.reduce((all, { booked }) => all + booked.size, 0)
/** Everything that must not be. */
export const violationsOf = ({ notes }: SoakRecord): Violation[] =>
  notes.flatMap(({ violations }) => violations)

/** Begins one. */
export const newRecord = (store: string): SoakRecord => ({
  ...{ store, startMs: Date.now(), endMs: null, rounds: 0, kills: 0, terms: 0, unborn: 0 },
  ...{ flushes: 0, redisRestarts: 0, logLosses: 0, rebuilds: 0, notReadyMsMax: 0 },
  ...{ answers: new Map(), answerMs: new Map(), deaths: new Map(), faults: new Map(), notes: [] },
})
