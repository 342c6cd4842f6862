import { coreBudgetMs } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { noticePoke } from '../outbox/rows.ts'
import type { OutboxDoc, RefundDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'platform'>

/** What a refund that is made promises: its app is told, if it is of a booking. */
export async function refundPokes(
  { store, platform }: Context,
  { appId, bookingId, refundId }: RefundDoc,
): Promise<OutboxDoc[]> {
  const booking = bookingId && (await store.get(appId, 'bookings', { bookingId }))
  return booking ? [noticePoke(booking, { type: 'booking.refunded', refundId }, platform)] : []
}

/** Records that the money has gone back, once, with what that promises. Part of a transaction. */
export async function finishRefundIn(
  tx: Statements,
  { appId, refundId }: RefundDoc,
  from: readonly RefundDoc['state'][],
  pokes: readonly OutboxDoc[],
): Promise<void> {
  const set = { state: 'DONE', dueAt: null, attempts: 0 } as const
  const ours = await tx.updateIf(appId, 'refunds', { refundId, state: { in: from } }, { set })
  if (ours === 1 && pokes.length > 0) await tx.insert(appId, 'outbox', pokes)
}

/** Records that the money has gone back, once, with what that promises. */
export async function finishRefund(
  ctx: Context,
  refund: RefundDoc,
  from: readonly RefundDoc['state'][],
): Promise<void> {
  const pokes = await refundPokes(ctx, refund)
  await ctx.store.transaction(coreBudgetMs, (tx) => finishRefundIn(tx, refund, from, pokes))
}
