import { dayMs, endedHoldKeptDaysDefault, pinLeaseMs, unpaidKeptDaysDefault } from '@holdfast/contract'
import { reportOf } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import type { ConfirmCall } from '../../../core/src/bookings/confirm-answer.ts'
import { confirmHold } from '../../../core/src/bookings/confirm-hold.ts'
import type { Core } from '../../../core/src/context.ts'
import { recordCapture } from '../../../core/src/payments/record-state.ts'
import type { Store } from '../../../core/src/store/store.ts'
import { owner } from '../../../core/src/testing.ts'
import { type PayWorld, payWorlds } from '../../contract/payments/world.ts'

const minute = 60_000
const seats = Array.from({ length: 12 }, (_, at) => `A-${at + 2}`)

/** What the database does by itself, as of core's clock. */
const purge = ({ core }: PayWorld) => core.store.purgeExpired(new Date(core.platform.now()))

const counts = async ({ core, ref }: PayWorld) => ({
  reservations: await core.store.count(ref.appId, 'reservations', {}),
  orders: await core.store.count(ref.appId, 'orders', {}),
  payments: await core.store.count(ref.appId, 'payments', {}),
})

/** Somebody buys a seat, as it should be. */
async function sell(w: PayWorld): Promise<void> {
  const grant = await w.hold(1, ['A-1'])
  const { id } = await w.pay.order(1, grant)
  w.bank.pay(id, 'captured')
  expect(await w.pay.confirm(1, grant, id)).toMatchObject({ status: 'confirmed' })
}

describe('H6: what is held and ordered without a name, and never bought,', () => {
  const world = payWorlds()

  test('is gone from the store some time after it ended, and what was sold is kept', async () => {
    const w = await world()
    await sell(w)
    for (const [at, seat] of seats.entries()) {
      const grant = await w.hold(at + 2, [seat])
      await w.pay.order(at + 2, grant)
      if (at % 2 === 0) await w.core.inventory.release(w.ref, grant, owner(at + 2))
    }
    await w.pay.settle()
    await w.age(30 * minute)
    await w.pay.settle(31 * minute, minute)
    expect(await counts(w)).toEqual({ reservations: 13, orders: 13, payments: 13 })
    await purge(w)
    w.pay.wait((endedHoldKeptDaysDefault - 1) * dayMs)
    await purge(w)
    expect(await counts(w)).toEqual({ reservations: 13, orders: 13, payments: 13 })
    w.pay.wait(2 * dayMs)
    await purge(w)
    expect(await counts(w)).toEqual({ reservations: 1, orders: 13, payments: 13 })
    w.pay.wait((unpaidKeptDaysDefault - endedHoldKeptDaysDefault) * dayMs)
    await purge(w)
    expect(await counts(w)).toEqual({ reservations: 1, orders: 1, payments: 1 })
    const [left] = await w.core.store.find(w.ref.appId, 'reservations', {}, { limit: 2 })
    expect(left).toMatchObject({ status: 'CONFIRMED', expiresAt: null })
  })

  test('is kept when money comes of it after all, however late', async () => {
    const w = await world()
    const grant = await w.hold(2, ['A-2'])
    const { id } = await w.pay.order(2, grant)
    await w.core.inventory.release(w.ref, grant, owner(2))
    await w.pay.settle(31 * minute, minute)
    expect(await w.pay.payment(id)).toMatchObject({ state: 'VOIDED', expiresAt: expect.any(Date) })
    // The provider has taken it although it said that it would not.
    w.pay.wait((unpaidKeptDaysDefault - 1) * dayMs)
    const payment = await w.pay.payment(id)
    if (!payment) throw new Error('the payment is gone')
    await recordCapture(w.core, payment, payment.amount)
    expect(await w.pay.payment(id)).toMatchObject({ state: 'CAPTURED', expiresAt: null })
    w.pay.wait(2 * unpaidKeptDaysDefault * dayMs)
    await purge(w)
    expect(await w.pay.payment(id)).toMatchObject({ state: 'CAPTURED' })
  })
})

/** A hold that was pinned, decided against, and whose decision has been deleted since. */
async function forgotten(w: PayWorld) {
  const grantId = await w.hold(2, ['A-2'])
  const pinAskedAtMs = w.core.platform.now()
  const pin = await reportOf(w.core.inventory.pin(w.ref, grantId, owner(2), pinLeaseMs))
  const decided = w.core.store.get(w.ref.appId, 'reservations', { eventId: w.ref.eventId, grantId })
  expect(await decided).toBeNull()
  const forget = async () => {
    await w.age(31 * minute)
    await w.pay.settle()
    const key = { eventId: w.ref.eventId, grantId }
    expect(await w.core.store.get(w.ref.appId, 'reservations', key)).toMatchObject({ status: 'EXPIRED' })
    w.pay.wait((endedHoldKeptDaysDefault + 1) * dayMs)
    await purge(w)
    expect(await w.core.store.get(w.ref.appId, 'reservations', key)).toBeNull()
  }
  const confirm = (core: Core, more: Partial<ConfirmCall['command']>) =>
    confirmHold(
      { ...core, poke: () => {} },
      {
        ...{ ...w.ref, grantId, owner: owner(2), kind: 'publishable', externalUser: undefined },
        ...{ requestId: 'req_1', fingerprint: 'late', deadlineMs: core.platform.now() + minute },
        command: { idempotencyKey: 'late', pin, ...more },
      },
    )
  return { forget, confirm, pinAskedAtMs }
}

/** A core that stands still once, before the first statement of its commit. */
function standingStill(store: Store, pause: () => Promise<void>): Store {
  let isOver = false
  return {
    ...store,
    transaction: (budgetMs, work) =>
      store.transaction(budgetMs, (tx) =>
        work({
          ...tx,
          async putIf(appId, collection, doc, when) {
            if (collection === 'reservations' && !isOver) {
              isOver = true
              await pause()
            }
            return tx.putIf(appId, collection, doc, when)
          },
        }),
      ),
  }
}

describe('F39: a hold that was decided against, and whose decision has been deleted,', () => {
  const world = payWorlds()
  const free = async (): Promise<PayWorld> => {
    const w = await world()
    await w.core.store.updateIf(w.ref.appId, 'apps', {}, { set: { paymentProvider: 'none' } })
    await w.core.store.updateIf(w.ref.appId, 'seats', {}, { set: { price: 0 } })
    const rows = await w.core.store.find(w.ref.appId, 'seats', {}, { limit: 20 })
    await w.core.store.updateIf(w.ref.appId, 'seats', {}, { inc: { rev: 1 } })
    await w.core.inventory.apply(
      w.ref,
      rows.map((seat) => ({ ...seat, rev: seat.rev + 1 })),
    )
    return w
  }
  const booked = async ({ core, ref }: PayWorld) => core.store.count(ref.appId, 'bookings', {})

  test('is not sold to an edge that stood still between begin-confirm and its call of core', async () => {
    const w = await free()
    const { forget, confirm, pinAskedAtMs } = await forgotten(w)
    await forget()
    await expect(confirm(w.core, { pinAskedAtMs })).rejects.toMatchObject({ code: 'overloaded' })
    expect(await booked(w)).toBe(0)
  })

  test('is not sold on what Redis says, which nobody has swept for so long', async () => {
    const w = await free()
    const { forget, confirm } = await forgotten(w)
    await forget()
    const answer = await confirm(w.core, { pinAskedAtMs: w.core.platform.now() })
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'hold_expired' })
    expect(await booked(w)).toBe(0)
  })

  test('is not sold by a core that stood still just before it wrote its decision', async () => {
    const w = await free()
    const { confirm, pinAskedAtMs } = await forgotten(w)
    const core = {
      ...w.core,
      store: standingStill(w.core.store, async () => {
        w.pay.wait((endedHoldKeptDaysDefault + 1) * dayMs)
      }),
    }
    await expect(confirm(core, { pinAskedAtMs })).rejects.toMatchObject({ code: 'overloaded' })
    expect(await booked(w)).toBe(0)
  })
})
