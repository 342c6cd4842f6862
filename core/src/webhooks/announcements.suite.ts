import { BookingId, coreBudgetMs, type Notice } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { cancelBooking } from '../bookings/cancel-booking.ts'
import { type Ask, confirm, counting, type OpenStore, pinned, told, worldsOn } from '../bookings/testing.ts'
import { announceBooking } from './announce-booking.ts'
import { createClock, endpointsOf } from './testing.ts'

const minute = 60_000

/** What the app of a booking is told of it. */
export function announcementsSuite(open: OpenStore): void {
  const make = worldsOn(open)
  const world = async () => {
    const clock = createClock()
    const w = await make({ platform: clock.platform })
    const { core, appId } = w
    return {
      ...w,
      clock,
      hooks: endpointsOf(core, appId, clock),
      async sell(ask: Ask) {
        const reply = told(await confirm(w, ask))
        expect(reply.status).toBe('confirmed')
        return BookingId.parse(reply.id)
      },
      async cancel(bookingId: string, seats?: readonly string[]) {
        const request = seats ? { seats: seats as never } : {}
        const asked = { appId, owner: null, kind: 'secret', bookingId, request } as const
        const fingerprint = JSON.stringify(asked)
        const once = { idempotencyKey: `cancel-${seats?.join()}`, fingerprint }
        const deadlineMs = core.platform.now() + coreBudgetMs
        return cancelBooking(core, { ...asked, ...once, deadlineMs })
      },
    }
  }
  type World = Awaited<ReturnType<typeof world>>
  const rowsOf = ({ core, appId }: World) =>
    core.store.find(appId, 'outbox', { kind: 'webhook' }, { limit: 100 })

  describe('an app is told', () => {
    test('of a booking, as the store has it', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      const booking = await w.sell({ n: 1, pin: pinned('A-1', 'A-2') })
      await w.hooks.settle()
      expect(receiver.heard.map(({ notice }) => notice)).toMatchObject([
        {
          type: 'booking.confirmed',
          data: {
            booking,
            event: 'theatre',
            user: null,
            status: 'confirmed',
            ticket: 'valid',
            payment: { status: 'SUCCESS', id: 'pay_1' },
            seats: ['A-1', 'A-2'],
            total: 9000,
            currency: 'EUR',
            version: 2,
          },
        },
      ])
    })

    test('of each cancellation with its number, then of the money that went back; versions say the order', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      const booking = await w.sell({ n: 1, pin: pinned('A-1', 'A-2') })
      await w.cancel(booking, ['A-2'])
      await w.hooks.settle(minute)
      await w.cancel(booking)
      await w.hooks.settle(minute)
      const heard = receiver.heard.map(({ notice }) => notice)
      expect(heard.map(({ type }) => type).toSorted()).toEqual([
        'booking.cancelled',
        'booking.cancelled',
        'booking.confirmed',
        'booking.refunded',
        'booking.refunded',
      ])
      const cancelled = heard.filter((one): one is Extract<Notice, { type: 'booking.cancelled' }> => {
        return one.type === 'booking.cancelled'
      })
      expect(cancelled.map(({ data }) => [data.cancellation.n, data.cancellation.seats])).toEqual([
        [1, ['A-2']],
        [2, ['A-1']],
      ])
      expect(cancelled.map(({ data }) => [data.version, data.status])).toEqual([
        [3, 'confirmed'],
        [4, 'cancelled'],
      ])
      const refunds = heard.flatMap((one) => (one.type === 'booking.refunded' ? [one.data.refund] : []))
      expect(refunds.map(({ amount }) => amount)).toEqual([4500, 4500])
      expect(new Set(refunds.map(({ id }) => id)).size).toBe(2)
    })

    test('of a payment that came to nothing', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      const booking = await w.sell({ n: 1, pin: pinned('A-1'), payment: 'pay_capture_fails_1' })
      await w.hooks.settle(minute, minute)
      const failed = receiver.heard.filter(({ notice }) => notice.type === 'booking.payment_failed')
      expect(failed.map(({ notice }) => notice.data)).toMatchObject([
        { booking, status: 'confirmed', ticket: 'void', payment: { status: 'FAILED' }, version: 2 },
      ])
    })

    test('once, however often the row of the outbox is done', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      await w.sell({ n: 1, pin: pinned('A-1') })
      const [row] = await rowsOf(w)
      if (!row) throw new Error('nothing was promised')
      await Promise.all([1, 2, 3].map(() => announceBooking(w.core, row).catch(() => {})))
      await w.hooks.settle()
      await announceBooking(w.core, row)
      await w.hooks.settle(minute)
      expect(receiver.types()).toEqual(['booking.confirmed'])
      expect(await w.hooks.log('shop')).toHaveLength(1)
    })

    test('at every endpoint that wants it, and at no other', async () => {
      const w = await world()
      const [all, some, none, off] = [
        await w.hooks.open('all'),
        await w.hooks.open('some', { events: ['booking.confirmed'] }),
        await w.hooks.open('none', { events: ['booking.cancelled', 'hold.created'] }),
        await w.hooks.open('off', { active: false }),
      ]
      await w.sell({ n: 1, pin: pinned('A-1') })
      await w.hooks.settle()
      expect([all, some, none, off].map(({ receiver }) => receiver.heard.length)).toEqual([1, 1, 0, 0])
      expect(all.receiver.heard[0]?.id).not.toBe(some.receiver.heard[0]?.id)
      expect(await w.hooks.log('off')).toEqual([])
    })
  })

  test('a sale costs an app without endpoints one row, in the statement that there is anyway', async () => {
    const counts: number[] = []
    const w = await make({ store: counting(await open(), counts) })
    counts.length = 0
    await confirm(w, { n: 1, pin: pinned('A-1') })
    expect(counts).toEqual([5])
    const { core, appId } = w
    await endpointsOf(core, appId, createClock()).settle(0)
    expect(await core.store.count(appId, 'deliveries', {})).toBe(0)
  })

  test('a sale that is undone is told to nobody', async () => {
    const w = await world()
    const { receiver } = await w.hooks.open('shop')
    await w.sell({ n: 1, pin: pinned('A-1') })
    expect(told(await confirm(w, { n: 2, pin: pinned('A-1') }))).toMatchObject({ code: 'seats_unavailable' })
    await w.hooks.settle(minute)
    expect(receiver.types()).toEqual(['booking.confirmed'])
  })
}
