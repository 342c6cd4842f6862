import { PaymentId, pinLeaseMs } from '@holdfast/contract'
import { endedKeyOfGrant, InventoryFault } from '@holdfast/inventory'
import { describe, expect, test, vi } from 'vitest'
import { decideAgainst } from '../../../core/src/bookings/decide-grant.ts'
import { releaseGrant } from '../../../core/src/bookings/release-grant.ts'
import { readPayment } from '../../../core/src/payments/read-payments.ts'
import { owner } from '../../../core/src/testing.ts'
import { agedMs } from '../inventory/age.ts'
import { mapOf } from '../repair/world.ts'
import { expectBalanced, orderExpired, payWorlds } from './world.ts'

const rest = 'F'.repeat(18)
const minute = 60_000
const day = 86_400_000

describe('money that comes when its hold is over', () => {
  const world = payWorlds()

  test('F4: paid for a hold that Redis has lost: gets the seats again, or the money back if they are gone', async () => {
    const w = await world()
    const [one, two] = [await w.holdToLose(1, 'A-1'), await w.holdToLose(2, 'A-2')]
    const ids = [(await w.pay.order(1, one.grant)).id, (await w.pay.order(2, two.grant)).id] as const
    for (const id of ids) w.bank.pay(id, 'captured')
    await one.lose()
    await two.lose()
    await w.hold(3, ['A-2'])
    for (const id of ids) await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    expect(await w.pay.bookings()).toMatchObject([{ owner: owner(1), seats: [{ id: 'A-1' }] }])
    expect(await w.pay.refunds()).toMatchObject([{ paymentId: ids[1], state: 'DONE' }])
    await expectBalanced(w)
  })

  test('paid after expiry: gets the seats again if they are free', async () => {
    const w = await world()
    const { grant, id } = await orderExpired(w, 1, ['A-1'])
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    const [booking] = await w.pay.bookings()
    expect(booking).toMatchObject({ owner: owner(1), paymentStatus: 'SUCCESS', seats: [{ id: 'A-1' }] })
    expect(booking?.grantId).not.toBe(grant)
    expect(await mapOf(w)).toBe(`BF${rest}`)
    await expectBalanced(w)
  })

  test('F18: paid after expiry: has the money back if somebody else has the seats, and sees it', async () => {
    const w = await world()
    const { id } = await orderExpired(w, 1, ['A-1'])
    await w.hold(2, ['A-1'])
    w.bank.pay(id, 'captured')
    w.bank.fail('refund', 'unanswered')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute, minute)
    expect(await w.pay.bookings()).toEqual([])
    const reader = { appId: w.ref.appId, owner: owner(1) }
    expect(await readPayment(w.core, reader, PaymentId.parse(id))).toMatchObject({
      status: 'captured',
      booking: null,
      refunds: [{ reason: 'unused', status: 'done', amount: 4500 }],
    })
    await expectBalanced(w)
  })

  test('paid after expiry: has the money back, and then nothing more for it when the seats are free again', async () => {
    const w = await world()
    const { id } = await orderExpired(w, 1, ['A-1'])
    const rival = await w.hold(2, ['A-1'])
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    expect(await w.pay.refunds()).toMatchObject([{ reason: 'unused', state: 'DONE' }])
    await w.core.inventory.release(w.ref, rival, owner(2))
    // The provider tells it once more, as a new event.
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    expect(await w.pay.bookings()).toEqual([])
    expect(await mapOf(w)).toBe(`FF${rest}`)
    await expectBalanced(w)
  })

  test('paid after expiry: has the money back also when a confirm that came too late was first to see it', async () => {
    const w = await world()
    const grant = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, grant)
    const asked = Promise.withResolvers<void>()
    const resumed = Promise.withResolvers<void>()
    const { look } = w.bank.provider
    w.bank.provider.look = async (charge, budgetMs) => {
      asked.resolve()
      await resumed.promise
      return look(charge, budgetMs)
    }
    const slow = w.pay.confirm(1, grant, id)
    await asked.promise
    w.bank.provider.look = look
    // Meanwhile repair decides against the grant and puts the payment down, which nobody has paid.
    await decideAgainst(w.core, { ...w.ref, grantId: grant, owner: owner(1) }, 'EXPIRED')
    await w.pay.settle(minute)
    expect(await w.pay.payment(id)).toMatchObject({ state: 'VOIDED', dueAt: null })
    w.bank.pay(id, 'captured')
    resumed.resolve()
    // Nobody waits for its answer any more.
    await expect(slow).rejects.toMatchObject({ code: 'overloaded' })
    await w.pay.settle(minute)
    await expectBalanced(w)
  })

  test('reserved after expiry: is let go if somebody else has the seats', async () => {
    const w = await world()
    const { id } = await orderExpired(w, 1, ['A-1'])
    await w.hold(2, ['A-1'])
    w.bank.pay(id, 'authorised')
    await w.pay.settle(pinLeaseMs)
    expect(w.bank.stateOf(id)).toBe('voided')
    await expectBalanced(w)
  })

  test('I8: that an ordered hold has expired is not final: when it is paid late, its key gets the booking', async () => {
    const w = await world()
    const { grant, id } = await orderExpired(w, 1, ['A-1'])
    const confirm = () => w.pay.confirm(1, grant, id, grant)
    expect(await confirm()).toMatchObject({ code: 'hold_expired' })
    expect(await confirm()).toMatchObject({ code: 'hold_expired' })
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    const [booking] = await w.pay.bookings()
    expect(await confirm()).toMatchObject({ status: 'confirmed', id: booking?.bookingId })
    // Redis has forgotten by then how the hold ended.
    await w.command('DEL', endedKeyOfGrant(w.ref, grant))
    expect(await w.pay.confirm(1, grant, id, 'another')).toMatchObject({ id: booking?.bookingId })
    await expectBalanced(w)
  })

  test('of a hold without an order it is final, and told when Redis has forgotten it', async () => {
    const w = await world()
    const grant = await w.hold(1, ['A-1'], agedMs)
    await w.age(agedMs)
    const confirm = (key: string) => w.pay.confirm(1, grant, 'pi_1' as PaymentId, key)
    const refused = await confirm('one')
    expect(refused).toMatchObject({ code: 'hold_expired' })
    expect(await confirm('one')).toEqual(refused)
    await w.command('DEL', endedKeyOfGrant(w.ref, grant))
    expect(await confirm('two')).toMatchObject({ code: 'hold_expired' })
  })

  test('I3: reserved or taken for a hold that was given back after a decline, it is let go or given back', async () => {
    const w = await world()
    const grants = [await w.hold(1, ['A-1']), await w.hold(2, ['A-2'])] as const
    const ids = [(await w.pay.order(1, grants[0])).id, (await w.pay.order(2, grants[1])).id] as const
    for (const [at, grant] of grants.entries()) {
      w.bank.pay(ids[at] ?? '', 'declined')
      expect(await w.pay.confirm(at + 1, grant, ids[at] ?? ids[0])).toMatchObject({
        code: 'payment_declined',
      })
      const asked = { ...w.ref, grantId: grant, owner: owner(at + 1) }
      await releaseGrant(w.core, asked, w.core.platform.now() + minute)
    }
    expect(await mapOf(w)).toBe(`FF${rest}`)
    w.bank.pay(ids[0], 'authorised')
    w.bank.pay(ids[1], 'captured')
    for (const id of ids) await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute, minute)
    expect(w.bank.stateOf(ids[0])).toBe('voided')
    expect(await w.pay.refunds()).toMatchObject([{ paymentId: ids[1], reason: 'unused', state: 'DONE' }])
    expect(await w.pay.bookings()).toEqual([])
    await expectBalanced(w)
  })

  test('paid after expiry: has the money back at once, and no seat waits for it, if the buyer has all they may', async () => {
    const w = await world()
    await w.core.store.updateIf(w.ref.appId, 'events', {}, { set: { seatsBookedPerOwner: 1 } })
    const { id } = await orderExpired(w, 1, ['A-1'])
    const held = await w.hold(1, ['A-2'])
    const { id: paid } = await w.pay.order(1, held)
    w.bank.pay(paid, 'captured')
    await w.pay.confirm(1, held, paid)
    const hold = vi.spyOn(w.core.inventory, 'hold')
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    expect(hold).not.toHaveBeenCalled()
    expect(await w.pay.refunds()).toMatchObject([{ paymentId: id, reason: 'unused', state: 'DONE' }])
    expect(await mapOf(w)).toBe(`FB${rest}`)
    await expectBalanced(w)
  })

  test('paid after expiry: has the money back if the seats that it got again are not booked in their time either', async () => {
    const w = await world()
    const { grant, id } = await orderExpired(w, 1, ['A-1'])
    w.bank.pay(id, 'captured')
    // The seats are held again, and cannot be pinned before that hold is over as well.
    const { pin } = w.core.inventory
    w.core.inventory.pin = async () => {
      throw new InventoryFault('pin')
    }
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    await w.age(day)
    w.core.inventory.pin = pin
    // It has been freed since, and that is forgotten after an hour.
    const { grantId = grant } = (await w.pay.payment(id)) ?? {}
    expect(grantId).not.toBe(grant)
    await w.core.inventory.sweep(w.ref, [{ grantId, verdict: 'lapsed' }])
    await w.command('DEL', endedKeyOfGrant(w.ref, grantId))
    await w.pay.settle(minute, minute)
    expect(await w.pay.bookings()).toEqual([])
    expect(await w.pay.refunds()).toMatchObject([{ paymentId: id, reason: 'unused', state: 'DONE' }])
    expect(await mapOf(w)).toBe(`FF${rest}`)
    await expectBalanced(w)
  })

  test('what was ordered for the hold that was over is forgotten in its time, the money is not', async () => {
    const w = await world()
    const { grant, id } = await orderExpired(w, 1, ['A-1'])
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    await w.core.store.purgeExpired(new Date(w.core.platform.now() + 400 * day))
    expect(
      await w.core.store.get(w.ref.appId, 'orders', { eventId: w.ref.eventId, grantId: grant }),
    ).toBeNull()
    expect(await w.pay.payment(id)).toMatchObject({ state: 'CAPTURED', expiresAt: null })
    await expectBalanced(w)
  })
})
