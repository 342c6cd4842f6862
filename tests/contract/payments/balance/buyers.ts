import { PaymentId, totalOf } from '@holdfast/contract'
import type { Hold } from '@holdfast/inventory'
import type { Plan } from './plans.ts'
import type { Run } from './processes.ts'
import { confirm, guest, hold, order, type Sale, seatOf, seatsPerSale } from './sale.ts'

/** A buyer in the middle of a plan. */
export interface Buyer {
  readonly n: number
  readonly plan: Plan
  readonly hold: Hold
  readonly paymentId: PaymentId
}

const lapsingMs = 1_000
const longMs = 60_000
const secondOf = (n: number) => PaymentId.parse(`pay_second_${n}`)

/** What buyers do of their plans. */
export function buyersOf(sale: Sale, run: Run) {
  const { ref, teller } = sale
  return {
    /** Holds seats and orders their payment, again if the first answer did not come. */
    async come(n: number, plan: Plan): Promise<Buyer | null> {
      const seats = Array.from({ length: plan.seats }, (_, at) => seatOf(seatsPerSale * n + at))
      const held = await hold(sale, guest(n), seats, plan.lapses ? lapsingMs : longMs)
      if (!held) return null
      if (!teller.isOrdered) return { n, plan, hold: held, paymentId: PaymentId.parse(`pay_own_${n}`) }
      const paymentId =
        (await run(plan.orderFate, (core) => order(core, ref, held))) ??
        (await run(null, (core) => order(core, ref, held)))
      return paymentId && { n, plan, hold: held, paymentId }
    },
    /** The hold is over before it is paid; somebody else may be waiting for it. */
    async lapse({ n, plan, hold: { seats } }: Buyer) {
      if (!plan.lapses) return
      sale.wait(2 * lapsingMs)
      const ids = seats.map(({ id }) => id)
      if (plan.hasRival) await hold(sale, guest(`rival${n}`), ids, longMs)
    },
    async pay({ plan, paymentId, hold: { seats } }: Buyer) {
      if (plan.paid === 'nothing') return
      teller.pay(paymentId, plan.paid, totalOf(seats))
      if (plan.refusesCapture) teller.refuseCapture(paymentId)
    },
    async fault({ plan, paymentId }: Buyer) {
      for (const { verb, fault } of plan.faults) teller.fail(verb, fault, paymentId)
    },
    async confirm({ plan, paymentId, hold: held }: Buyer) {
      if (plan.confirm)
        await run(plan.confirm.fate, (core) => confirm(core, ref, held, teller.wordsOf(paymentId), 'first'))
    },
    async confirmAgain({ plan, paymentId, hold: held }: Buyer) {
      const again = plan.confirm?.again ?? 'no'
      if (again === 'no') return
      const key = again === 'same key' ? 'first' : 'second'
      await run(null, (core) => confirm(core, ref, held, teller.wordsOf(paymentId), key))
    },
    /** With a payment that is somebody else's, or with a second one of their own. */
    payOtherwise: (buyers: readonly Buyer[]) => async (buyer: Buyer) => {
      const { n, plan, hold: held } = buyer
      const other = buyers.find((one) => one.n !== n)
      if (plan.alsoPays === 'borrowed' && other) {
        await run(null, (core) => confirm(core, ref, held, teller.wordsOf(other.paymentId), 'borrowed'))
      }
      if (plan.alsoPays !== 'second' || teller.isOrdered) return
      const second = secondOf(n)
      teller.pay(second, plan.paid === 'captured' ? 'captured' : 'authorised', totalOf(held.seats))
      await run(null, (core) => confirm(core, ref, held, { id: second }, 'another'))
    },
    /** Who has named a payment that nobody ordered asks until there is an answer: else core never heard of it. */
    async insist({ n, plan, paymentId, hold: held }: Buyer) {
      if (teller.isOrdered) return
      await run(null, (core) => confirm(core, ref, held, teller.wordsOf(paymentId), 'first'))
      if (plan.alsoPays === 'second')
        await run(null, (core) => confirm(core, ref, held, { id: secondOf(n) }, 'another'))
    },
  }
}
