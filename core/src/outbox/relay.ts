import {
  type AppId,
  outboxRetryMsMin,
  outboxRoundMsMax,
  outboxRowsAtOnce,
  outboxRowsOfEventAtOnce,
  outboxRowsPerLook,
  outboxRowsPerRound,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyEvent } from '../events/apply-event.ts'
import { growChain, growChains } from '../receipts/grow-chain.ts'
import { createRound, type Lanes, shareOut, workOff } from '../rounds.ts'
import { collections, type OutboxDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import { announceBooking } from '../webhooks/announce-booking.ts'
import { afterFailure, isAway } from './retries.ts'
import { finishedTtlMs } from './rows.ts'
import { settleBooking } from './settle-booking.ts'

/** Receipts go into their chains in batches of one app, apart from the others, so that no backlog is in their way. */
const oneByOne = collections.outbox.doc.shape.kind.options.filter((kind) => kind !== 'receipt')

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'observe' | 'rebuildWaitMs'>

/** What each kind of row does. All of them read the store's truth when they run, so late and repeated runs agree. */
const handlers: Record<OutboxDoc['kind'], (ctx: Context, row: OutboxDoc) => Promise<void>> = {
  settle: settleBooking,
  apply: (ctx, row) => applyEvent(ctx, row, row.seats),
  webhook: announceBooking,
  receipt: async (ctx, row) => void (await growChain(ctx, row.appId)),
}

/** What one kind of row does about one event is in nobody's way; the rows of one subject run in order. */
const lanes: Lanes<OutboxDoc> = {
  laneOf: ({ appId, eventId, kind }) => `${appId}/${eventId}/${kind}`,
  queueOf: ({ appId, subject }) => `${appId}/${subject}`,
  ofLaneAtOnce: outboxRowsOfEventAtOnce,
}

/**
 * Does one row and marks it done, or puts it off, or for good. Safe to do at once in several places. `away`: what it
 * needs did not answer, and would not answer the next one of its event either.
 */
export async function doRow(ctx: Context, row: OutboxDoc): Promise<'done' | 'failed' | 'away'> {
  const now = ctx.platform.now()
  const { appId, rowId, kind, subject } = row
  const whileReady = { rowId, status: 'READY' } as const
  try {
    await ctx.observe({ kind: 'row', name: kind }, () => handlers[kind](ctx, row))
    const expiresAt = new Date(now + finishedTtlMs)
    await ctx.store.updateIf(appId, 'outbox', whileReady, { set: { status: 'DONE', expiresAt } })
    return 'done'
  } catch (error) {
    const came = afterFailure(row, error)
    const isDead = came === 'dead'
    ctx.log({
      ...(isDead
        ? ({ level: 'error', event: 'outbox_row_dead' } as const)
        : ({ level: 'warn', event: 'outbox_row_put_off' } as const)),
      ...{ appId, kind, subject, attempts: row.attempts + 1 },
    })
    const set = isDead ? ({ status: 'DEAD' } as const) : { dueAt: new Date(now + came) }
    await ctx.store.updateIf(appId, 'outbox', whileReady, { set, inc: { attempts: 1 } })
    return isAway(error) ? 'away' : 'failed'
  }
}

/** Does the open rows of one subject now, in order, right after the transaction that wrote them. */
export async function pokeSubject(ctx: Context, appId: AppId, subject: string): Promise<void> {
  const rows = await ctx.store.find(
    appId,
    'outbox',
    { subject, status: 'READY' },
    { orderBy: 'rowId', limit: outboxRowsPerRound },
  )
  for (const row of rows) await doRow(ctx, row)
}

/**
 * Does what is due, and says how many rows it took: the oldest first, of each event in turn. The rows of one subject run
 * in order; subjects run beside each other. An event whose inventory does not answer is put off whole, so that it is in
 * nobody's way.
 */
export async function relayOnce(ctx: Context): Promise<number> {
  const beganMs = ctx.platform.now()
  const due = { status: 'READY', kind: { in: oneByOne }, dueAt: { lte: new Date(beganMs) } } as const
  const oldest = { orderBy: 'dueAt', limit: outboxRowsPerLook } as const
  const found = await ctx.store.find(everyApp, 'outbox', due, oldest)
  const round = createRound(shareOut(found, lanes.laneOf, outboxRowsPerRound), lanes)
  const isOver = () => ctx.platform.now() >= beganMs + outboxRoundMsMax
  const begun = await workOff(round, { atOnce: outboxRowsAtOnce, isOver }, async (row) => {
    if ((await doRow(ctx, row)) !== 'away') return 'on'
    const dueAt = new Date(ctx.platform.now() + outboxRetryMsMin)
    const { appId, eventId, kind } = row
    await ctx.store.updateIf(appId, 'outbox', { ...due, eventId, kind }, { set: { dueAt } })
    return 'away'
  })
  return begun + (await growChains(ctx))
}
