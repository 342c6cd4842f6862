import type { Core } from '../context.ts'
import { everyApp } from '../store/store.ts'

/** How much was promised and is not done yet. */
export interface Backlog {
  /** Rows that wait, and when the oldest of them was written; null: none waits. */
  readonly open: number
  readonly oldestAt: Date | null
  /** Rows that were given up. */
  readonly dead: number
}

/** Counts what waits in the outbox, over all apps. */
export async function readBacklog({ store }: Pick<Core, 'store'>): Promise<Backlog> {
  const [open, dead, [oldest]] = await Promise.all([
    store.count(everyApp, 'outbox', { status: 'READY' }),
    store.count(everyApp, 'outbox', { status: 'DEAD' }),
    // Row ids begin with their time.
    store.find(everyApp, 'outbox', { status: 'READY' }, { orderBy: 'rowId', limit: 1 }),
  ])
  return { open, dead, oldestAt: oldest?.createdAt ?? null }
}
