import { type PaymentId, sumsOf, totalOf } from '@holdfast/contract'
import type { Core } from '@holdfast/core/src/context.ts'
import type { Outcome } from '../../../support/provider-fake.ts'
import type { Buyer } from './buyers.ts'
import type { Run } from './processes.ts'
import { bookingsOf, cancel, guest, hear, type Sale } from './sale.ts'

/** What becomes of a plan by its bank, its provider and its organiser. */
export function othersOf(sale: Sale, run: Run) {
  const { ref, teller } = sale
  const isPaid = (id: PaymentId) => {
    const entry = teller.books().get(id)
    return entry !== undefined && entry.captured + entry.reserved > 0
  }
  /** Money comes. Where core has put the payment down or let it go, its provider tells it until it is heard. */
  const comeIn = async ({ paymentId, hold: { seats } }: Buyer, outcome: Outcome) => {
    const { appId } = ref
    const key = { provider: teller.name, account: 'default', paymentId }
    const row = await sale.core.store.get(appId, 'payments', key)
    teller.pay(paymentId, outcome, totalOf(seats))
    if (row?.dueAt === null || row?.state === 'VOIDED') untold.add(paymentId)
  }
  const untold = new Set<PaymentId>()

  return {
    async tellUntold() {
      for (const id of untold) {
        const told = teller.tell(id, 'newest')
        if (told) await run(null, (core) => hear(core, teller.name, told))
      }
    },
    async become(buyer: Buyer) {
      const { becomes, isLate } = buyer.plan
      if (!isLate && becomes !== 'nothing' && !isPaid(buyer.paymentId)) await comeIn(buyer, becomes)
    },
    /** Money comes when nobody waits for it any more. */
    async becomeLate(buyer: Buyer) {
      const { becomes, isLate } = buyer.plan
      if (isLate && becomes === 'captured' && !isPaid(buyer.paymentId)) await comeIn(buyer, becomes)
    },
    async tell({ plan, paymentId }: Buyer, round: number) {
      for (const { times, which, fate, ...telling } of plan.tellings) {
        const told = telling.round === round ? teller.tell(paymentId, which) : null
        if (!told) continue
        await run(fate, (core) => hear(core, teller.name, told))
        for (let time = 1; time < times; time++) await run(null, (core) => hear(core, teller.name, told))
      }
    },
    async cancel({ n, plan }: Buyer) {
      const [booking] = await bookingsOf(sale, guest(n))
      if (!booking || !plan.cancel) return
      const { cancel: how } = plan
      const work = (core: Core) => cancel(core, ref, guest(n), booking, how)
      await run(how.fate, work)
      if (how.isTwice) await run(null, work)
    },
    /** An operator gives back what the buyer has paid and not got back, or a part of it; the provider tells it twice. */
    async refundByHand({ n, plan, paymentId }: Buyer) {
      const [booking] = await bookingsOf(sale, guest(n))
      if (plan.refundByHand === 'no' || booking?.payment.status !== 'SUCCESS') return
      const part = Math.floor(booking.retained / 3)
      // Nobody gives back at the provider what it cannot.
      const step = sumsOf(teller.name, booking.currency)?.step ?? 1
      const amount = plan.refundByHand === 'all' ? booking.retained : part - (part % step)
      if (amount === 0 || booking.payment.id !== paymentId) return
      for (const told of teller.refundByHand(paymentId, amount))
        await run(null, (core) => hear(core, teller.name, told))
    },
  }
}
