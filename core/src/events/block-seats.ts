import {
  type AppId,
  type BlockSeatsReply,
  coreBudgetMs,
  type EventId,
  Problem,
  type SeatId,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyPoke } from '../outbox/rows.ts'
import type { SeatDoc } from '../store/schema.ts'

type Context = Pick<Core, 'store' | 'platform'>

/**
 * Takes seats off sale (`blocked`) or puts them back, all of them or none. Who holds or has bought one keeps it: a
 * blocked seat cannot be held anew, and that is all. Doing it again changes nothing. Who says what it is (`by`) puts back only
 * what it has blocked itself.
 */
export async function blockSeats(
  ctx: Context,
  {
    appId,
    eventId,
    seats,
    blocked,
    by = null,
  }: {
    readonly appId: AppId
    readonly eventId: EventId
    readonly seats: readonly SeatId[]
    readonly blocked: boolean
    readonly by?: SeatDoc['blockedBy'] | undefined
  },
): Promise<BlockSeatsReply> {
  const poke = applyPoke({ appId, eventId }, ctx.platform, seats)
  const changed = await ctx.store.transaction(coreBudgetMs, async (tx) => {
    if (!(await tx.get(appId, 'events', { eventId }))) throw new Problem('not_found')
    const found = await tx.find(appId, 'seats', { eventId, seatId: { in: seats } }, { limit: seats.length })
    const known = new Set(found.map((seat) => seat.seatId))
    const unknown = seats.filter((id) => !known.has(id))
    if (unknown.length > 0) throw new Problem('unknown_seat', { seats: unknown })
    const others = { eventId, seatId: { in: seats }, blocked: !blocked }
    const mine = blocked || by === null ? others : { ...others, blockedBy: by }
    const set = { blocked, blockedBy: blocked ? by : null }
    const count = await tx.updateIf(appId, 'seats', mine, { set, inc: { rev: 1 } })
    if (count > 0) await tx.insert(appId, 'outbox', poke)
    return count
  })
  return { event: eventId, changed, unchanged: seats.length - changed }
}
