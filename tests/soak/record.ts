import type { Violation } from '../faults/notes.ts'

/** What a soak on one store came to, while it goes on. */
export interface SoakRecord {
  readonly store: string
  readonly startMs: number
  rounds: number
  bookings: number
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
  readonly violations: Violation[]
}

/** Begins one. */
export const newRecord = (store: string): SoakRecord => ({
  ...{ store, startMs: Date.now(), rounds: 0, bookings: 0, kills: 0, terms: 0, unborn: 0 },
  ...{ flushes: 0, redisRestarts: 0, logLosses: 0, rebuilds: 0, notReadyMsMax: 0 },
  ...{ answers: new Map(), answerMs: new Map(), deaths: new Map(), faults: new Map(), violations: [] },
})
