import {
  type AdminOutboxQuery,
  type AppId,
  type OutboxPage,
  type OutboxRow,
  OutboxRowId,
  type OutboxStatus,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { placeIn, toldCursor } from '../cursor.ts'
import type { OutboxDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import { doRow } from './relay.ts'

const statuses = { READY: 'waiting', DEAD: 'dead', DONE: 'done' } as const
const stored = { waiting: 'READY', dead: 'DEAD', done: 'DONE' } as const satisfies Record<
  OutboxStatus,
  string
>

/** A row, as the operator sees it. */
const rowView = ({ appId, rowId, kind, eventId, subject, ...row }: OutboxDoc): OutboxRow => ({
  id: OutboxRowId.parse(rowId),
  app: appId,
  kind,
  event: eventId,
  subject,
  status: statuses[row.status],
  attempts: row.attempts,
  dueAt: row.dueAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
})

/** Rows of all apps or of one, newest first. */
export async function listOutbox(
  { store }: Pick<Core, 'store'>,
  { app, status, cursor, limit }: AdminOutboxQuery,
): Promise<OutboxPage> {
  const place = placeIn('outbox', cursor)
  const filter = { status: stored[status], ...(place !== undefined && { rowId: { lt: place } }) }
  const options = { orderBy: 'rowId', order: 'descending', limit: limit + 1 } as const
  const found = await store.find(app ?? everyApp, 'outbox', filter, options)
  const rows = found.slice(0, limit).map(rowView)
  const last = rows.at(-1)
  return { rows, ...(found.length > limit && last && { nextCursor: toldCursor('outbox', last.id) }) }
}

/**
 * Does a row now, as if it had never been tried; one that is done is done once more.
 * @throws Problem `not_found`
 */
export async function retryRow(
  ctx: Parameters<typeof doRow>[0],
  { appId, rowId }: { readonly appId: AppId; readonly rowId: OutboxRowId },
): Promise<OutboxRow> {
  const { store, platform } = ctx
  const set = { status: 'READY', attempts: 0, dueAt: new Date(platform.now()), expiresAt: null } as const
  await store.updateIf(appId, 'outbox', { rowId }, { set })
  const fresh = await store.get(appId, 'outbox', { rowId })
  if (!fresh) throw new Problem('not_found')
  await doRow(ctx, fresh)
  return rowView((await store.get(appId, 'outbox', { rowId })) ?? fresh)
}
