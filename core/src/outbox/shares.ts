import { outboxRowsOfEventAtOnce, outboxRowsPerRound } from '@holdfast/contract'
import type { OutboxDoc } from '../store/schema.ts'

const eventOf = ({ appId, eventId }: OutboxDoc): string => `${appId}/${eventId}`

/** One round's share of the rows that are due, in their order: of each event in turn. */
export function shareOut(due: readonly OutboxDoc[]): OutboxDoc[] {
  const byEvent = [...Map.groupBy(due, eventOf).values()]
  const turns = Array.from({ length: outboxRowsPerRound }, (_, turn) => byEvent.map((rows) => rows[turn]))
  return turns
    .flat()
    .filter((row) => row !== undefined)
    .slice(0, outboxRowsPerRound)
}

/** The rows of one round, as they may be worked on. */
export interface Round {
  /** The next rows of one subject that may be begun now, which run in order; null: there are none. */
  next(): readonly OutboxDoc[] | null
  /** Says that the rows of a subject have ended. */
  end(rows: readonly OutboxDoc[]): void
  /** Leaves out what has not been begun of the event of this row. */
  skipEvent(row: OutboxDoc): void
}

/** Gives out the rows subject by subject, and not too many subjects of one event at a time. */
export function createRound(rows: readonly OutboxDoc[]): Round {
  const waiting = [...Map.groupBy(rows, (row) => `${row.appId}/${row.subject}`).values()]
  const running = new Map<string, number>()
  const count = (event: string, by: number) => running.set(event, (running.get(event) ?? 0) + by)
  const eventsOf = (subject: readonly OutboxDoc[]) => subject.slice(0, 1).map(eventOf)
  return {
    next() {
      const at = waiting.findIndex((subject) =>
        eventsOf(subject).every((event) => (running.get(event) ?? 0) < outboxRowsOfEventAtOnce),
      )
      const [subject = null] = at < 0 ? [] : waiting.splice(at, 1)
      for (const event of eventsOf(subject ?? [])) count(event, 1)
      return subject
    },
    end(subject) {
      for (const event of eventsOf(subject)) count(event, -1)
    },
    skipEvent(row) {
      const event = eventOf(row)
      for (let at = waiting.length - 1; at >= 0; at--) {
        if (eventsOf(waiting[at] ?? []).includes(event)) waiting.splice(at, 1)
      }
    },
  }
}
