import {
  BookingView,
  KeptReply,
  type Openly,
  openly,
  type PaymentClaim,
  PaymentId,
  type Principal,
  Problem,
  readProblem,
  type SeatId,
  ticketsPayTriesMax,
  ticketsPayWaitMs,
  totalOf,
} from '@holdfast/contract'
import type { EventRef, Hold } from '@holdfast/inventory'
import { type ConfirmOutcome, confirmHold } from '../confirm-hold.ts'
import { type Caller, jsonBytes, readJson } from '../core-client.ts'
import { notReady } from '../event-reader.ts'
import type { Services } from '../services.ts'
import type { TicketsSettings } from './tickets-guards.ts'
import type { PayRequest } from './tickets-requests.ts'

type Context = Pick<Services, 'inventory' | 'core' | 'events' | 'intents' | 'platform' | 'countedClient'> &
  Pick<TicketsSettings, 'pay'>

/** A buyer, and the seat that they speak of. */
export interface TicketsBuyer {
  readonly event: EventRef
  readonly owner: Principal
  readonly caller: Caller
}

/**
 * The caller's lock on a seat: TicketS names seats where we name holds. A hold of several seats, which only /v1 makes,
 * is no lock of one.
 *
 * @throws Problem `hold_expired` when there is none, `not_found`, `event_not_ready`
 */
export async function ownLock(
  { inventory, events }: Pick<Context, 'inventory' | 'events'>,
  { event, owner, caller }: TicketsBuyer,
  seatId: SeatId,
): Promise<Hold> {
  const found = await inventory(caller).holders(event, [seatId])
  if (found.word === 'not_ready') return notReady(events, event, caller, new Problem('hold_expired'))
  const [holder] = found.holders
  if (holder?.owner !== owner) throw new Problem('hold_expired')
  const read = await inventory(caller).read(event, holder.grantId, owner)
  if (read.word !== 'hold' || read.hold.seats.length > 1) throw new Problem('hold_expired')
  return read.hold
}

/** What the key was answered before, if it was: the same booking, or the same refusal. */
async function keptBooking(
  { core }: Context,
  { caller }: TicketsBuyer,
  { idempotencyKey, seatId }: PayRequest,
): Promise<Openly<BookingView> | null> {
  const body = jsonBytes({ idempotencyKey })
  const { value } = await core.ask(KeptReply, { method: 'POST', path: '/internal/replies', body, caller })
  if (value.reply === null) return null
  const { status, body: kept } = value.reply
  const booking = readJson(openly(BookingView), kept)
  if (!booking) throw readProblem(status, kept) ?? new Problem('internal_error')
  if (!booking.seats.some(({ id }) => id === seatId)) throw new Problem('idempotency_key_reused')
  return booking
}

/**
 * What TicketS says of the money: nothing. So the claim is made in the app's name, over the price that was held; its id
 * comes from the lock and the key, so that a repeat names the same payment. With `simulated` it is always paid; with
 * `external` that is the word of the app's server, which only its operator can give: nobody here has seen any money.
 *
 * @throws Problem `payment_required`
 */
async function claimOf(
  { intents, pay }: Context,
  { event, caller }: TicketsBuyer,
  { grantId, seats, currency }: Hold,
  idempotencyKey: string,
): Promise<{ readonly payment?: PaymentClaim }> {
  const amount = totalOf(seats)
  if (amount === 0) return {}
  const provider = caller.app?.paymentProvider
  const isStoodFor = provider === 'simulated' || (provider === 'external' && pay === 'unpaid')
  if (!isStoodFor) throw new Problem('payment_required')
  const id = PaymentId.parse(await intents.operationId({ ...event, grantId, idempotencyKey }))
  return { payment: { id, amount, currency } }
}

async function confirmLock(
  ctx: Context,
  buyer: TicketsBuyer,
  { idempotencyKey, seatId }: PayRequest,
): Promise<ConfirmOutcome> {
  const hold = await ownLock(ctx, buyer, seatId)
  const { caller, ...who } = buyer
  return confirmHold(ctx, {
    ...who,
    grantId: hold.grantId,
    idempotencyKey,
    ...(await claimOf(ctx, buyer, hold, idempotencyKey)),
    // What stands for a payment is this edge's word; the buyer is who they are.
    caller: { ...caller, ...(caller.app && { app: { ...caller.app, kind: 'secret' } }) },
    client: await ctx.countedClient(caller),
  })
}

/**
 * Pays for a locked seat. The receipt of the key comes first, then the lock, then the sale; who comes with the key
 * while the first payment of it runs waits a little for its end.
 *
 * @throws Problem why it was not sold.
 */
export async function payLock(
  ctx: Context,
  buyer: TicketsBuyer,
  request: PayRequest,
): Promise<Openly<BookingView>> {
  for (let tries = 1; ; tries++) {
    const before = await keptBooking(ctx, buyer, request)
    if (before) return before
    try {
      const outcome = await confirmLock(ctx, buyer, request)
      if (outcome.word === 'booked') return outcome.booking
      throw outcome.word === 'refused' ? outcome.problem : new Problem('outcome_unknown')
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const isRunning = error.code === 'in_progress' && tries < ticketsPayTriesMax
      // The lock may be gone because the first payment has just ended well.
      const isOver = error.code === 'hold_expired' && tries === 1
      if (!isRunning && !isOver) throw error
      if (isRunning) await ctx.platform.sleep(ticketsPayWaitMs)
    }
  }
}
