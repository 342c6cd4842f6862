import type { AppId } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyEvent } from '../events/apply-event.ts'
import { growChain, growChains } from '../receipts/grow-chain.ts'
import { collections, type OutboxDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import { announceBooking } from '../webhooks/announce-booking.ts'
import { finishedTtlMs } from './rows.ts'
import { settleBooking } from './settle-booking.ts'

/** Rows taken in one round, over all apps. */
const rowsPerRound = 100
const rowsAtOnce = 8
const backoffMsMin = 500
const backoffMsMax = 60_000
/** Receipts go into their chains in batches of one app, apart from the others, so that no backlog is in their way. */
const oneByOne = collections.outbox.doc.shape.kind.options.filter((kind) => kind !== 'receipt')

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs'>

/** What each kind of row does. All of them read the store's truth when they run, so late and repeated runs agree. */
const handlers: Record<OutboxDoc['kind'], (ctx: Context, row: OutboxDoc) => Promise<void>> = {
  settle: settleBooking,
  apply: (ctx, row) => applyEvent(ctx, row, row.seats),
  webhook: announceBooking,
  receipt: async (ctx, row) => void (await growChain(ctx, row.appId)),
}

/** Does one row and marks it done, or puts it off. Safe to do at once in several places. */
async function doRow(ctx: Context, row: OutboxDoc): Promise<void> {
  const now = ctx.platform.now()
  const { appId, rowId } = row
  try {
    await handlers[row.kind](ctx, row)
    const expiresAt = new Date(now + finishedTtlMs)
    await ctx.store.updateIf(
      appId,
      'outbox',
      { rowId, status: 'READY' },
      { set: { status: 'DONE', expiresAt } },
    )
  } catch {
    const waitMs = Math.min(backoffMsMax, backoffMsMin * 2 ** row.attempts)
    ctx.log({
      event: 'outbox_row_put_off',
      appId,
      kind: row.kind,
      subject: row.subject,
      attempts: row.attempts + 1,
    })
    const dueAt = new Date(now + waitMs)
    await ctx.store.updateIf(
      appId,
      'outbox',
      { rowId, status: 'READY' },
      { set: { dueAt }, inc: { attempts: 1 } },
    )
  }
}

/** Does the open rows of one subject now, in order, right after the transaction that wrote them. */
export async function pokeSubject(ctx: Context, appId: AppId, subject: string): Promise<void> {
  const rows = await ctx.store.find(
    appId,
    'outbox',
    { subject, status: 'READY' },
    { orderBy: 'rowId', limit: rowsPerRound },
  )
  for (const row of rows) await doRow(ctx, row)
}

/**
 * Does what is due, oldest first, and says how many rows it took. The rows of one subject run in order; subjects
 * run beside each other.
 */
export async function relayOnce(ctx: Context): Promise<number> {
  const dueAt = { lte: new Date(ctx.platform.now()) }
  const rows = await ctx.store.find(
    everyApp,
    'outbox',
    { status: 'READY', kind: { in: oneByOne }, dueAt },
    { orderBy: 'dueAt', limit: rowsPerRound },
  )
  const bySubject = Map.groupBy(rows, (row) => `${row.appId}/${row.subject}`)
  const queues = [...bySubject.values()]
  const worker = async () => {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      for (const row of queue) await doRow(ctx, row)
    }
  }
  await Promise.all(Array.from({ length: rowsAtOnce }, worker))
  return rows.length + (await growChains(ctx))
}
