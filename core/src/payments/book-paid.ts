import { base62Of, coreBudgetMs, HoldKey, Problem, pinLeaseMs, totalOf } from '@holdfast/contract'
import { InventoryFault, reportOf } from '@holdfast/inventory'
import { countBooked } from '../bookings/buyer-limits.ts'
import { confirmHold } from '../bookings/confirm-hold.ts'
import type { Core } from '../context.ts'
import type { PaymentDoc } from '../store/schema.ts'
import { orderReference } from './payment-rows.ts'
import { moveTo } from './record-state.ts'

/** What settling works with: all that a confirm needs, since a payment may be the only one left to ask for it. */
export type Settling = Pick<
  Core,
  | 'store'
  | 'inventory'
  | 'platform'
  | 'findProvider'
  | 'receipts'
  | 'log'
  | 'observe'
  | 'rebuildWaitMs'
  | 'retention'
>

/**
 * Confirms the hold of a payment for its buyer, as their own confirm would, which may come at the same time. False when
 * it was refused; who has as many seats as one buyer may gets the money back when the hold is over.
 */
export async function confirmPaid(ctx: Settling, payment: PaymentDoc): Promise<boolean> {
  const { appId, eventId, grantId, kind, paymentId, amount, currency } = payment
  const pinAskedAtMs = ctx.platform.now()
  let owner = payment.owner
  const pinning = ctx.inventory.pin({ appId, eventId }, grantId, null, pinLeaseMs)
  const pin = await reportOf(
    pinning.then((reply) => {
      // A guest may have become an account meanwhile.
      if ('hold' in reply) owner = reply.hold.owner
      return reply
    }),
  )
  // Redis has lost that it was ever made. A client is told that there is no such hold; the money has to go somewhere.
  if (pin.word === 'not_found') return false
  // No client can send such a key: it has a space.
  const idempotencyKey = `paid ${payment.provider}/${payment.account}/${paymentId} ${grantId}`
  const answer = await confirmHold(
    { ...ctx, poke: () => {} },
    {
      appId,
      eventId,
      grantId,
      owner,
      kind,
      externalUser: undefined,
      requestId: 'repair',
      fingerprint: idempotencyKey,
      command: { idempotencyKey, payment: { id: paymentId, amount, currency }, pin, pinAskedAtMs },
      paymentId,
      deadlineMs: pinAskedAtMs + coreBudgetMs,
    },
  )
  return answer.status === 201
}

/**
 * Takes a new grant of the seats that were paid after their hold was over, and gives it to the payment. The hold script
 * decides, as of any other buyer's. It is one grant however often it is tried: the key is made of the payment, and who has
 * got a new one already, and did not come to book it in its time either, gets the money back.
 */
export async function bookAgain(
  ctx: Settling,
  payment: PaymentDoc,
): Promise<'granted' | 'refused' | 'unknown'> {
  const { appId, eventId, owner, seats, grantId, paymentId } = payment
  if (payment.reference !== (await orderReference(ctx.platform, payment))) return 'refused'
  if (!(await isRoomFor(ctx, payment))) return 'refused'
  const name = JSON.stringify([appId, eventId, payment.provider, payment.account, paymentId])
  const digest = base62Of(await ctx.platform.sha256(new TextEncoder().encode(name)))
  const call = {
    holdKey: HoldKey.parse(digest),
    owner,
    operationId: `paid_${digest}`,
    seats: seats.map(({ id }) => id),
  }
  try {
    const reply = await ctx.inventory.hold({ appId, eventId }, call)
    switch (reply.word) {
      case 'not_ready':
      // It was made for the guest that the owner was: the merge brings it along.
      case 'key_reused':
        return 'unknown'
      case 'held':
      case 'replayed': {
        const { hold } = reply
        const isLive = hold.status === 'held' || hold.status === 'confirming'
        const isSame = totalOf(hold.seats) === payment.amount && hold.currency === payment.currency
        if (!isLive || hold.grantId === grantId) return 'refused'
        const came = isSame ? await moveTo(ctx, payment, hold.grantId) : 'refused'
        if (came === 'moved') return 'granted'
        if (came === 'moved_on') return 'unknown'
        await ctx.inventory.release({ appId, eventId }, hold.grantId, owner)
        return 'refused'
      }
      default:
        return 'refused'
    }
  } catch (error) {
    if (error instanceof InventoryFault) return 'unknown'
    throw error
  }
}

/** Whether the owner may have the seats booked: nobody else is kept from seats that can only be given back. */
async function isRoomFor(ctx: Settling, { appId, eventId, owner, seats }: PaymentDoc): Promise<boolean> {
  const [app, event] = await Promise.all([
    ctx.store.get(appId, 'apps', {}),
    ctx.store.get(appId, 'events', { eventId }),
  ])
  if (!app || !event) return false
  try {
    await countBooked(ctx, { app, event, owner, seats, client: undefined })
    return true
  } catch (error) {
    if (error instanceof Problem && error.code === 'buyer_limit') return false
    throw error
  }
}
