import type { LogEntry, Platform } from '@holdfast/contract'
import type { Inventory } from '@holdfast/inventory'
import type { Receipts } from './bookings/receipts.ts'
import type { FindProvider } from './payments/provider.ts'
import type { Retention } from './retention.ts'
import type { Store } from './store/store.ts'
import type { Observe } from './telemetry/observe.ts'

/** Writes one structured line. Never keys, tokens or messages of libraries. */
export type Log = (entry: LogEntry) => void

/** What the use-cases of core work with. Each takes the part it needs. */
export interface Core {
  readonly store: Store
  readonly inventory: Inventory
  readonly platform: Platform
  /** The accounts of payment providers this core has; an app that names another cannot be paid. */
  readonly findProvider: FindProvider
  readonly receipts: Receipts
  readonly log: Log
  /** Looks on the stages of a confirm. Store and Redis are looked on where they are built. */
  readonly observe: Observe
  /** How long a rebuild waits for commits of the old epoch to end. */
  readonly rebuildWaitMs: number
  /** Whether apps may be told at this very machine; absent: no. The local stack says yes. */
  readonly areLocalWebhooksAllowed?: boolean
  /** How long what is over is kept; absent: `retentionDefault`. Only tests say less than the environment may. */
  readonly retention?: Retention
}
