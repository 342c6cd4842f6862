import { PaymentId, Problem, paymentPendingMsMax, totalOf } from '@holdfast/contract'
import type { Core } from '@holdfast/core/src/context.ts'
import { StoreError } from '@holdfast/core/src/store/store.ts'
import type { Hold } from '@holdfast/inventory'
import type { Outcome } from '../../../support/provider-fake.ts'
import { auditPromises } from './books.ts'
import { type Fate, type Mortal, mortal, type Step } from './mortal.ts'
import { type Plan, rounds, type Season } from './plans.ts'
import {
  bookingsOf,
  cancel,
  confirm,
  guest,
  hear,
  hold,
  order,
  repair,
  type Sale,
  seatOf,
  seatsPerSale,
} from './sale.ts'

/** What a season came to, beside what is in the books. */
export interface Course {
  /** At which steps a process ended, or stalled. */
  readonly ends: Map<Step, number>
  readonly refusals: Map<string, number>
}

/** A buyer in the middle of a plan. */
interface Buyer {
  readonly n: number
  readonly plan: Plan
  readonly hold: Hold
  readonly paymentId: PaymentId
}

const lapsingMs = 1_000
const longMs = 60_000

/** Lets everything happen that is planned, round by round, and then heals what is broken. */
export async function play(sale: Sale, { plans, repairs }: Season): Promise<Course> {
  const stage = createStage(sale)
  const buyers: Buyer[] = []
  for (const [n, plan] of plans.entries()) {
    const buyer = plan && (await stage.come(n, plan))
    if (buyer) buyers.push(buyer)
  }
  const each = async (act: (buyer: Buyer) => Promise<void>) => {
    for (const buyer of buyers) await act(buyer)
  }
  const acts: ((buyer: Buyer) => Promise<void>)[][] = [
    [stage.lapse, stage.pay, stage.fault, stage.confirm, stage.payOtherwise(buyers)],
    [stage.become, stage.confirmAgain],
    [stage.cancel, stage.refundByHand],
    [],
  ]
  for (let round = 0; round < rounds; round++) {
    for (const act of acts[round] ?? []) await each(act)
    await each((buyer) => stage.tell(buyer, round))
    await stage.repair(repairs[round]?.fate ?? null)
    sale.wait(repairs[round]?.pauseMs ?? 0)
  }
  await stage.heal({ late: () => each(stage.becomeLate), insist: () => each(stage.insist) })
  return stage.course
}

const secondOf = (n: number) => PaymentId.parse(`pay_second_${n}`)

function createStage(sale: Sale) {
  const { ref, teller } = sale
  const course: Course = { ends: new Map(), refusals: new Map() }
  const stalled: { process: Mortal; running: Promise<unknown> }[] = []
  const count = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1)

  /** Runs one request, or one round of repair, in a process of its own. A refusal and a fault are its caller's matter. */
  const run = async <Answer>(
    fate: Fate | null,
    work: (core: Core) => Promise<Answer>,
  ): Promise<Answer | null> => {
    const process = mortal(sale.core, fate)
    const running = work(process.core).catch((error: unknown) => {
      if (error instanceof Problem) count(course.refusals, error.code)
      else if (!(error instanceof StoreError)) throw error
      return null
    })
    const answer = await Promise.race([running, process.fallen.then(() => null)])
    if (process.isDown() && fate) {
      count(course.ends, fate.step)
      if (fate.resumes) stalled.push({ process, running })
    }
    await auditPromises(sale)
    return answer
  }
  const isPaid = (id: PaymentId) => {
    const entry = teller.books().get(id)
    return entry !== undefined && entry.captured + entry.reserved > 0
  }
  /** Money comes. Where core has put the payment down, its provider tells it until it is heard. */
  const comeIn = async ({ paymentId, hold: { seats } }: Buyer, outcome: Outcome) => {
    const { appId } = ref
    const key = { provider: teller.name, account: 'default', paymentId }
    const row = await sale.core.store.get(appId, 'payments', key)
    teller.pay(paymentId, outcome, totalOf(seats))
    if (row?.dueAt === null) untold.add(paymentId)
  }
  const untold = new Set<PaymentId>()
  const tellUntold = async () => {
    for (const id of untold) {
      const told = teller.tell(id, 'newest')
      if (told) await run(null, (core) => hear(core, teller.name, told))
    }
  }

  const heal = async ({ late, insist }: { late: () => Promise<void>; insist: () => Promise<void> }) => {
    teller.heal()
    await late()
    teller.endPending()
    await tellUntold()
    sale.wait(10_000)
    await insist()
    for (const { process, running } of stalled) {
      process.resume()
      await running
    }
    for (const ms of healingMs) {
      sale.wait(ms)
      await run(null, repair)
    }
  }

  return {
    course,
    repair: (fate: Fate | null) => run(fate, repair),
    heal,

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
    async become(buyer: Buyer) {
      const { becomes, isLate } = buyer.plan
      if (!isLate && becomes !== 'nothing' && !isPaid(buyer.paymentId)) await comeIn(buyer, becomes)
    },
    /** Who has named a payment that nobody ordered asks until there is an answer: else core never heard of it. */
    async insist({ n, plan, paymentId, hold: held }: Buyer) {
      if (teller.isOrdered) return
      await run(null, (core) => confirm(core, ref, held, teller.wordsOf(paymentId), 'first'))
      if (plan.alsoPays === 'second')
        await run(null, (core) => confirm(core, ref, held, { id: secondOf(n) }, 'another'))
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
      const amount = plan.refundByHand === 'all' ? booking.retained : Math.floor(booking.retained / 3)
      if (amount === 0 || booking.payment.id !== paymentId) return
      for (const told of teller.refundByHand(paymentId, amount))
        await run(null, (core) => hear(core, teller.name, told))
    },
  }
}

/** Longer than any lease, pause and deadline, one after the other. */
const healingMs = [
  0,
  10_000,
  90_000,
  90_000,
  ...Array.from({ length: 8 }, () => paymentPendingMsMax / 5),
  90_000,
]
