import { paymentsPerRound } from '@holdfast/contract'
import { everyApp } from '../store/store.ts'
import type { Settling } from './book-paid.ts'
import { settlePayment } from './settle-payment.ts'
import { settleRefund } from './settle-refund.ts'

const atOnce = 8

/** Works on the payments and refunds that are due, those that wait longest first, and says how many there were. */
export async function settleDue(ctx: Settling): Promise<number> {
  const dueAt = { lte: new Date(ctx.platform.now()) }
  const options = { orderBy: 'dueAt', limit: paymentsPerRound } as const
  const [payments, refunds] = await Promise.all([
    ctx.store.find(everyApp, 'payments', { dueAt }, options),
    ctx.store.find(everyApp, 'refunds', { dueAt }, options),
  ])
  const works = [
    ...payments.map((payment) => () => settlePayment(ctx, payment)),
    ...refunds.map((refund) => () => settleRefund(ctx, refund)),
  ]
  const count = works.length
  const worker = async () => {
    for (let work = works.shift(); work; work = works.shift()) await work()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return count
}
