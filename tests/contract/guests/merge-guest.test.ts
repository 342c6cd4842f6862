import { mergeAgainMs, PaymentId, principal } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { lastRefusal } from '../../../core/src/bookings/last-refusal.ts'
import { listHeld } from '../../../core/src/bookings/read-holds.ts'
import { tailLedger } from '../../../core/src/reconcile/ledger.ts'
import { owner } from '../../../core/src/testing.ts'
import { finishMerges, mergeGuest } from '../../../core/src/users/merge-guest.ts'
import { expectBalanced, type PayWorld, payWorlds } from '../payments/world.ts'
import { mapOf } from '../repair/world.ts'

const account = principal.pool('usr_ann')
const rest = 'F'.repeat(17)
const minute = 60_000

const merge = ({ core, ref }: PayWorld, n: number, { into = account, named = false } = {}) =>
  mergeGuest(core, { appId: ref.appId, guest: owner(n), owner: into }, named ? [ref.eventId] : [])

const ownerOf = async ({ core, ref }: PayWorld, grantId: string) => {
  const reply = await core.inventory.read(ref, grantId as never, null)
  return reply.word === 'hold' ? reply.hold.owner : reply.word
}

/** A guest with a hold, an order, and a booking that is paid. */
async function buyer(w: PayWorld, n: number) {
  const [held, sold] = [await w.hold(n, ['A-1', 'A-2']), await w.hold(n, ['A-3'])]
  const [later, now] = [await w.pay.order(n, held), await w.pay.order(n, sold)]
  w.bank.pay(now.id, 'captured')
  const { id } = await w.pay.confirm(n, sold, now.id)
  await w.pay.settle(minute)
  return { held, bookingId: id, later: later.id }
}

describe('a guest who becomes an account', () => {
  const world = payWorlds()

  test('takes holds, bookings and payments along, as they are', async () => {
    const w = await world()
    const { held, bookingId, later } = await buyer(w, 1)
    const before = await w.core.store.get(w.ref.appId, 'bookings', { bookingId })
    const { holds, bookings, left } = await merge(w, 1)
    expect([holds.map(({ id, status }) => [id, status]), bookings, left]).toEqual([[[held, 'held']], 1, []])
    expect(await w.core.store.get(w.ref.appId, 'bookings', { bookingId })).toEqual({
      ...before,
      owner: account,
      soldTo: owner(1),
    })
    expect(await w.pay.payment(later)).toMatchObject({ owner: account })
    expect(await w.core.inventory.owned(w.ref, owner(1))).toMatchObject({ holds: [] })
    expect(await listHeld(w.core, { appId: w.ref.appId, owner: account })).toMatchObject({
      holds: [{ id: held, event: w.ref.eventId, seats: [{ id: 'A-1' }, { id: 'A-2' }] }],
    })
    expect(await mapOf(w)).toBe(`HHB${rest}`)
  })

  test('has the order that is paid after the hold has moved booked in the account', async () => {
    const w = await world()
    const { later } = await buyer(w, 1)
    await merge(w, 1)
    w.bank.pay(later, 'captured')
    await w.pay.hear(w.bank.event(later))
    await w.pay.settle(minute)
    expect((await w.pay.bookings()).map((one) => one.owner)).toEqual([account, account])
    await expectBalanced(w)
  })

  test('is booked right when only Redis has heard of the account', async () => {
    const w = await world()
    const { held, later } = await buyer(w, 1)
    await w.core.inventory.reassign(w.ref, held, owner(1), account)
    w.bank.pay(later, 'captured')
    await w.pay.hear(w.bank.event(later))
    await w.pay.settle(minute)
    expect(await w.pay.bookingOf(held)).toMatchObject({ owner: account, paymentStatus: 'SUCCESS' })
    await expectBalanced(w)
  })

  test('goes to one account, which may ask again and gets what has come since', async () => {
    const w = await world()
    const first = await w.hold(1, ['A-1'])
    expect((await merge(w, 1, { named: true })).holds.map(({ id }) => id)).toEqual([first])
    const other = principal.pool('usr_bob')
    await expect(merge(w, 1, { into: other })).rejects.toMatchObject({ code: 'guest_merged' })
    const second = await w.hold(1, ['A-2'])
    expect((await merge(w, 1, { named: true })).holds.map(({ id }) => id)).toEqual([second])
    expect(await merge(w, 1, { named: true })).toEqual({ holds: [], bookings: 0, left: [] })
    await expect(merge(w, 2, { into: owner(3) })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('does not take more along than one buyer may hold, and hears which stay', async () => {
    const w = await world()
    await w.core.inventory.configure(w.ref, { ...(await settingsOf(w)), seatsHeldPerOwner: 2 })
    const [one, two] = [await w.hold(1, ['A-1', 'A-2']), await w.hold(2, ['A-3'])]
    await merge(w, 1, { named: true })
    expect(await merge(w, 2, { named: true })).toMatchObject({
      holds: [],
      left: [{ id: two, event: w.ref.eventId, reason: 'too_many_holds' }],
    })
    expect([await ownerOf(w, one), await ownerOf(w, two)]).toEqual([account, owner(2)])

    await w.core.inventory.release(w.ref, one, account)
    await tailLedger(w.core, w.ref)
    w.pay.wait(mergeAgainMs)
    expect(await finishMerges(w.core)).toBe(2)
    expect(await ownerOf(w, two)).toBe(account)
    w.pay.wait(mergeAgainMs)
    expect(await finishMerges(w.core)).toBe(0)
  })

  test('with a payment that was declined is told so as the account, and confirms with another', async () => {
    const w = await world()
    const held = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, held)
    w.bank.pay(id, 'declined')
    expect(await w.pay.confirm(1, held, id)).toMatchObject({ code: 'payment_declined' })
    await merge(w, 1, { named: true })
    const asked = { ...w.ref, grantId: held, owner: account }
    expect(await lastRefusal(w.core, asked)).toBe('payment_declined')
    w.bank.pay(id, 'captured')
    await w.pay.hear(w.bank.event(id))
    await w.pay.settle(minute)
    expect(await w.pay.bookingOf(held)).toMatchObject({ owner: account, paymentStatus: 'SUCCESS' })
  })

  test('counts under the buyer limit what it bought before, however often it is merged', async () => {
    const w = await world()
    const { appId, eventId } = w.ref
    const { bookingId } = await buyer(w, 1)
    await w.core.store.updateIf(appId, 'events', { eventId }, { set: { seatsBookedPerOwner: 1 } })
    await merge(w, 1)
    expect(await w.core.store.get(appId, 'bookings', { bookingId })).toMatchObject({ owner: account })
    const next = await w.hold(1, ['A-5'])
    const id = PaymentId.parse('pay_next')
    w.bank.pay(id, 'captured')
    expect(await w.pay.confirm(1, next, id)).toMatchObject({ status: 409, code: 'buyer_limit' })
  })

  test('has a cancellation of its app’s server answered again as it was', async () => {
    const w = await world()
    const { bookingId } = await buyer(w, 1)
    const first = await w.pay.cancel(bookingId)
    await merge(w, 1)
    expect(await w.pay.cancel(bookingId)).toEqual({ ...first, replayed: true })
  })

  test('has the receipt that Redis keeps shown to the account, and to the guest no more', async () => {
    const w = await world()
    const { bookingId } = await buyer(w, 1)
    await merge(w, 1)
    await w.pay.settle(minute)
    const kept = await w.core.inventory.receipt({ appId: w.ref.appId, bookingId })
    expect(kept).toMatchObject({ owner: account, ticket: 'valid' })
  })

  test('keeps a confirm that is under way, whose booking follows when it is decided', async () => {
    const w = await world()
    const { held, later } = await buyer(w, 1)
    const claim = { owner: owner(1), key: 'key-1', fingerprint: '', token: 't', status: 'CLAIMED' } as const
    const about = { eventId: w.ref.eventId, grantId: held, paymentId: null }
    const times = { claimedAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) }
    const { appId } = w.ref
    await w.core.store.insert(appId, 'idempotency', { appId, ...claim, about, reply: null, ...times })
    expect(await merge(w, 1)).toMatchObject({
      bookings: 1,
      left: [{ id: held, reason: 'confirm_in_progress' }],
    })
    expect(await finishMerges(w.core)).toBe(0)

    w.bank.pay(later, 'captured')
    expect(await w.pay.confirm(1, held, later)).toMatchObject({ status: 'confirmed' })
    await w.core.store.delete(appId, 'idempotency', { owner: owner(1), key: 'key-1' })
    expect(await w.pay.bookingOf(held)).toMatchObject({ owner: owner(1) })
    w.pay.wait(mergeAgainMs)
    expect(await finishMerges(w.core)).toBe(1)
    expect(await w.pay.bookingOf(held)).toMatchObject({ owner: account, soldTo: owner(1) })
    expect(await finishMerges(w.core)).toBe(0)
    await w.pay.settle(minute)
    await expectBalanced(w)
  })

  test('goes on where it was stopped between Redis and the store', async () => {
    const w = await world()
    const held = await w.hold(1, ['A-1'])
    await tailLedger(w.core, w.ref)
    await w.core.inventory.reassign(w.ref, held, owner(1), account)
    expect((await merge(w, 1)).holds.map(({ id }) => id)).toEqual([held])
    const reservation = { eventId: w.ref.eventId, grantId: held }
    expect(await w.core.store.get(w.ref.appId, 'reservations', reservation)).toMatchObject({ owner: account })
  })
})

test('what a buyer holds of all events is told in pages, whichever event it is of', async () => {
  const asked = { appId: 'app_1' as never, owner: account }
  const rows = Array.from({ length: 25 }, (_, n) => ({ eventId: `e-${String(n).padStart(2, '0')}` }))
  const store = {
    find: async (_: unknown, __: unknown, { eventId }: { eventId?: { gt: string } }) =>
      rows.filter((row) => eventId === undefined || row.eventId > eventId.gt),
  }
  const seen: string[] = []
  const ctx = {
    store,
    inventory: {
      owned: async (ref: { eventId: string }) => {
        seen.push(ref.eventId)
        return { word: 'owned', holds: [], nowMs: 0 }
      },
    },
  } as never
  const first = await listHeld(ctx, asked)
  expect([seen.length, first.nextCursor]).toEqual([20, 'e-19~holds'])
  expect(await listHeld(ctx, { ...asked, cursor: first.nextCursor })).toEqual({ holds: [] })
  expect(seen).toEqual(rows.map(({ eventId }) => eventId))
  await expect(listHeld(ctx, { ...asked, cursor: 'e-19' })).rejects.toMatchObject({ code: 'invalid_request' })
})

async function settingsOf({ core, ref }: PayWorld) {
  const { rev } = (await core.store.get(ref.appId, 'events', { eventId: ref.eventId })) ?? { rev: 0 }
  return {
    ...{ rev: rev + 1, sale: 'open' as const, onSaleAtMs: null, offSaleAtMs: null, currency: 'EUR' },
    ...{ holdTtlMs: 60_000, holdLifetimeMs: 120_000, holdsPerMinute: 30 },
    ...{ lapsedHoldsPerOwner: 10, coolDownMs: 0, seatsHeldPerOwner: 20 },
  }
}
