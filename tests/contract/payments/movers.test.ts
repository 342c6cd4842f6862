import { type GrantId, type PaymentId, paymentPendingMsMax } from '@holdfast/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carryOut } from '../../../core/src/bookings/carry-out.ts'
import { mapOf } from '../repair/world.ts'
import { type PayWorld, payWorlds } from './world.ts'

const pollMs = 30_000

/** A sale of the seat A-1 that waits for its money. */
interface Waiting {
  readonly w: PayWorld
  readonly grant: GrantId
  readonly id: PaymentId
}

/** What brings a payment on, and each of its two ends. */
interface Mover {
  readonly name: string
  readonly begins: 'authorised' | 'pending'
  readonly toSuccess: (sale: Waiting) => Promise<unknown>
  readonly toFailure: (sale: Waiting) => Promise<unknown>
}

/** What core does right after the commit, before or after its answer. */
async function afterConfirm({ w, grant }: Waiting): Promise<void> {
  const booking = await w.pay.bookingOf(grant)
  if (booking) await carryOut(w.core, booking)
}

const movers: Mover[] = [
  {
    name: 'the confirm itself',
    begins: 'authorised',
    toSuccess: afterConfirm,
    toFailure: async (sale) => {
      sale.w.bank.refuseCapture(sale.id)
      await afterConfirm(sale)
    },
  },
  {
    name: 'a webhook',
    begins: 'pending',
    toSuccess: async ({ w, id }) => {
      w.bank.pay(id, 'captured')
      await w.pay.hear(w.bank.event(id))
    },
    toFailure: async ({ w, id }) => {
      w.bank.pay(id, 'declined')
      await w.pay.hear(w.bank.event(id))
    },
  },
  {
    name: 'a poll',
    begins: 'pending',
    toSuccess: async ({ w, id }) => {
      w.bank.pay(id, 'captured')
      await w.pay.settle(2 * pollMs)
    },
    toFailure: async ({ w, id }) => {
      w.bank.pay(id, 'declined')
      await w.pay.settle(2 * pollMs)
    },
  },
  {
    name: 'the deadline',
    begins: 'pending',
    toSuccess: async ({ w, id }) => {
      // The money comes when the last question has been answered, and is too late to be let go.
      const { look } = w.bank.provider
      w.bank.provider.look = async (charge, budgetMs) => {
        const sight = await look(charge, budgetMs)
        w.bank.pay(id, 'captured')
        return sight
      }
      w.pay.wait(paymentPendingMsMax)
      await w.pay.settle()
      expect(w.bank.calls.at(-2)).toBe(`void ${id}`)
    },
    toFailure: ({ w }) => w.pay.settle(paymentPendingMsMax),
  },
]

describe('a PENDING payment', () => {
  const world = payWorlds()

  const waiting = async (begins: Mover['begins']): Promise<Waiting> => {
    const w = await world()
    const grant = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, grant)
    w.bank.pay(id, begins)
    await w.pay.confirm(1, grant, id)
    expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'PENDING' })
    return { w, grant, id }
  }
  const restOf = async ({ w, grant, id }: Waiting) => {
    const [booking, payment] = [await w.pay.bookingOf(grant), await w.pay.payment(id)]
    const { captured, refunded } = w.bank.books()
    return {
      status: booking?.paymentStatus,
      dueAt: payment?.dueAt,
      seat: (await mapOf(w))[0],
      captured,
      refunded,
    }
  }

  test.each(movers)('comes to SUCCESS by $name', async ({ begins, toSuccess }) => {
    const sale = await waiting(begins)
    await toSuccess(sale)
    await sale.w.pay.settle(pollMs)
    expect(await restOf(sale)).toEqual({
      status: 'SUCCESS',
      dueAt: null,
      seat: 'B',
      captured: 4500,
      refunded: 0,
    })
  })

  test.each(movers)('comes to FAILED by $name', async ({ begins, toFailure }) => {
    const sale = await waiting(begins)
    await toFailure(sale)
    await sale.w.pay.settle(pollMs)
    expect(await restOf(sale)).toEqual({ status: 'FAILED', dueAt: null, seat: 'F', captured: 0, refunded: 0 })
  })

  test('comes to one end, whatever moves it in whatever order and how often', async () => {
    const moves: ((sale: Waiting) => Promise<unknown>)[] = [
      ({ w, id }) => w.pay.hear(w.bank.event(id)),
      ({ w, id }) => w.pay.hear(w.bank.event(id, 'pending')),
      ({ w, id }) => w.pay.hear(w.bank.event(id, 'declined')),
      ({ w, grant, id }) => w.pay.confirm(1, grant, id),
      ({ w, grant, id }) => w.pay.confirm(1, grant, id, 'another key'),
      ({ w }) => w.pay.settle(2 * pollMs),
      ({ w }) => w.pay.settle(paymentPendingMsMax),
      afterConfirm,
    ]
    const order = fc.shuffledSubarray([...moves, ...moves], { minLength: moves.length })
    const ends = fc.constantFrom('captured' as const, 'declined' as const)
    const property = fc.asyncProperty(order, ends, async (drawn, end) => {
      const sale = await waiting('pending')
      sale.w.bank.pay(sale.id, end)
      for (const move of drawn) await move(sale)
      await sale.w.pay.settle(paymentPendingMsMax)
      const paid = { status: 'SUCCESS', dueAt: null, seat: 'B', captured: 4500, refunded: 0 }
      const failed = { status: 'FAILED', dueAt: null, seat: 'F', captured: 0, refunded: 0 }
      expect(await restOf(sale)).toEqual(end === 'captured' ? paid : failed)
    })
    await fc.assert(property, { numRuns: 20 })
  })
})
