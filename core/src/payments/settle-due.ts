import {
  paymentsAtOnce,
  paymentsOfAccountAtOnce,
  paymentsPerLook,
  paymentsPerRound,
  settlingRoundMsMax,
} from '@holdfast/contract'
import { createRound, type Lanes, shareOut, workOff } from '../rounds.ts'
import type { PaymentDoc, RefundDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import type { Settling } from './book-paid.ts'
import { settlePayment } from './settle-payment.ts'
import { settleRefund } from './settle-refund.ts'

interface Work {
  readonly of: PaymentDoc | RefundDoc
  readonly run: () => Promise<void>
}

/** An account whose provider does not answer is in nobody's way. The works of one payment run in order. */
const accounts: Lanes<Work> = {
  laneOf: ({ of: { appId, provider, account } }) => `${appId}/${provider}/${account}`,
  queueOf: ({ of: { appId, provider, account, paymentId } }) =>
    `${appId}/${provider}/${account}/${paymentId}`,
  ofLaneAtOnce: paymentsOfAccountAtOnce,
}

/** Works on the payments and refunds that are due, those that wait longest first of each account, and says how many. */
export async function settleDue(ctx: Settling): Promise<number> {
  const beganMs = ctx.platform.now()
  const dueAt = { lte: new Date(beganMs) }
  const options = { orderBy: 'dueAt', limit: paymentsPerLook } as const
  const [payments, refunds] = await Promise.all([
    ctx.store.find(everyApp, 'payments', { dueAt }, options),
    ctx.store.find(everyApp, 'refunds', { dueAt }, options),
  ])
  const works: Work[] = [
    ...payments.map((of) => ({ of, run: () => settlePayment(ctx, of) })),
    ...refunds.map((of) => ({ of, run: () => settleRefund(ctx, of) })),
  ]
  const round = createRound(shareOut(works, accounts.laneOf, 2 * paymentsPerRound), accounts)
  const isOver = () => ctx.platform.now() >= beganMs + settlingRoundMsMax
  return workOff(round, { atOnce: paymentsAtOnce, isOver }, async ({ run }) => {
    await run()
    return 'on'
  })
}
