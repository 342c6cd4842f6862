import { Timestamp } from 'bson'
import { ServerError } from './errors.ts'
import type { Storage, Transaction } from './storage.ts'

/** A moment that a session reads, and the transaction that sees it. */
interface Snapshot {
  readonly time: Timestamp
  readonly transaction: Transaction
}

/**
 * Snapshots outside of transactions (manual/reference/read-concern-snapshot, "Read Concern and atClusterTime";
 * specifications, snapshot-sessions.md). MongoDB keeps history for 5 minutes, this one while the session lasts.
 */
export function createSnapshots(storage: Storage) {
  const held = new Map<string, Snapshot>()
  let taken = 0

  return {
    /** The one of that time, or one of now when none is named. */
    at: (session: string | undefined, time: Timestamp | undefined): Snapshot => {
      const known = held.get(session ?? '')
      if (time !== undefined) {
        if (known?.time.equals(time)) return known
        throw new ServerError('SnapshotTooOld', 'the snapshot is not kept any more')
      }
      if (session === undefined) throw new ServerError('InvalidOptions', 'a snapshot needs a session here')
      if (known !== undefined) storage.abort(known.transaction)
      taken += 1
      const snapshot = { time: new Timestamp({ t: taken, i: 1 }), transaction: storage.begin() }
      held.set(session, snapshot)
      return snapshot
    },

    /** Lets go what these sessions read. */
    forget: (sessions: readonly string[]): void => {
      for (const session of sessions) {
        const known = held.get(session)
        if (known !== undefined) storage.abort(known.transaction)
        held.delete(session)
      }
    },
  }
}
