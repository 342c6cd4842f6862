import { inspectEveryMs, inspectGraceMs, SeatId, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { confirm, type OpenStore, pinned, relayAll, worldsOn } from '../bookings/testing.ts'
import type { Core } from '../context.ts'
import { grantId } from '../testing.ts'
import { createInspection } from './inspect.ts'

/** What repair sees of sales, on any store: each test opens an empty one. */
export function inspectSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  /** Two sold bookings of two seats each, old enough to be looked at, and what is seen of them now. */
  async function soldWorld() {
    let laterMs = 0
    const logs: Parameters<Core['log']>[0][] = []
    const w = await world({
      platform: { ...systemPlatform, now: () => systemPlatform.now() + laterMs },
      log: (entry) => logs.push(entry),
    })
    const first = await confirm(w, { n: 1, pin: pinned('A-1', 'A-2') })
    const second = await confirm(w, { n: 2, pin: pinned('A-3', 'A-4') })
    expect([first.status, second.status]).toEqual([201, 201])
    await relayAll(w)
    const inspection = createInspection(w.core)
    const [one, two] = await w.core.store.find(w.appId, 'bookings', {}, { limit: 2, orderBy: 'cursor' })
    if (!one || !two) throw new Error('nothing was sold')
    laterMs += inspectGraceMs + 1_000
    const seen = async () => {
      logs.length = 0
      laterMs += inspectEveryMs
      await inspection.look(w)
      return logs.map(({ invariant, bookingId }) => ({ invariant, bookingId }))
    }
    return { ...w, one, two, seen, look: () => inspection.look(w), logs }
  }
  const seatId = SeatId.parse('A-1')

  describe(`what repair sees of sales on ${name}`, () => {
    test('is nothing where all is well, over and over', async () => {
      const w = await soldWorld()
      expect([await w.seen(), await w.seen()]).toEqual([[], []])
    })

    test('I1: is a seat that two live bookings have', async () => {
      const w = await soldWorld()
      const { store } = w.core
      await store.updateIf(
        w.appId,
        'bookings',
        { bookingId: w.two.bookingId },
        { set: { seats: w.one.seats } },
      )
      expect(await w.seen()).toEqual([{ invariant: 'I1', bookingId: w.two.bookingId }])
      expect(await w.seen(), 'as long as it is so').toHaveLength(1)
    })

    test('I2: is a live booking without its seat, or whose grant was not decided for it', async () => {
      const w = await soldWorld()
      const { store } = w.core
      const { eventId } = w
      const set = { state: 'AVAILABLE', bookingId: null } as const
      await store.updateIf(w.appId, 'seats', { eventId, seatId }, { set })
      const undecided = { eventId, grantId: grantId(2) }
      await store.updateIf(w.appId, 'reservations', undecided, {
        set: { status: 'EXPIRED', bookingId: null },
      })
      expect(await w.seen()).toEqual([
        { invariant: 'I2', bookingId: w.one.bookingId },
        { invariant: 'I2', bookingId: w.two.bookingId },
      ])
    })

    test('I3: is a paid booking whose money is gone, or money that is kept for one that failed', async () => {
      const w = await soldWorld()
      const { store } = w.core
      const payment = { provider: w.one.provider, account: w.one.account }
      const [paid, kept] = [w.one.paymentId, w.two.paymentId]
      if (!paid || !kept) throw new Error('nobody paid')
      await store.updateIf(w.appId, 'payments', { ...payment, paymentId: paid }, { set: { state: 'VOIDED' } })
      await store.updateIf(
        w.appId,
        'bookings',
        { bookingId: w.two.bookingId },
        { set: { paymentStatus: 'FAILED' } },
      )
      expect(await w.seen()).toEqual([
        { invariant: 'I3', bookingId: w.one.bookingId },
        { invariant: 'I3', bookingId: w.two.bookingId },
      ])
    })

    test('is no suspicion that was over when it was looked at again', async () => {
      const w = await soldWorld()
      const { eventId } = w
      const free = { state: 'AVAILABLE', bookingId: null } as const
      const sold = { state: 'BOOKED', bookingId: w.one.bookingId } as const
      await w.core.store.updateIf(w.appId, 'seats', { eventId, seatId }, { set: free })
      const { transaction } = w.core.store
      const healing: Core['store'] = {
        ...w.core.store,
        async transaction(budgetMs, work) {
          await w.core.store.updateIf(w.appId, 'seats', { eventId, seatId }, { set: sold })
          return transaction(budgetMs, work)
        },
      }
      const later = { ...w.core.platform, now: () => w.core.platform.now() + inspectEveryMs }
      await createInspection({ ...w.core, store: healing, platform: later }).look(w)
      expect(w.logs.filter(({ event }) => event === 'invariant_broken')).toEqual([])
      const seat = await w.core.store.get(w.appId, 'seats', { eventId, seatId })
      expect(seat?.state, 'it was looked at again').toBe('BOOKED')
    })
  })
}
