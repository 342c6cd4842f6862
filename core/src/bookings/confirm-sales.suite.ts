import { systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { simulatedProvider } from '../payments/simulated.ts'
import { grantId } from '../testing.ts'
import { decideAgainst } from './decide-grant.ts'
import { audit, confirm, counting, type OpenStore, pinned, told, worldsOn } from './testing.ts'

/** Who gets the seats. */
export function salesSuite(open: OpenStore): void {
  const world = worldsOn(open)

  describe('a confirm that goes well', () => {
    test('books the seats and answers 201 with a receipt', async () => {
      const w = await world()
      const answer = told(await confirm(w, { n: 1, pin: pinned('A-1', 'A-2') }))
      expect(answer).toMatchObject({
        status: 'confirmed',
        total: 9000,
        currency: 'EUR',
        payment: { status: 'SUCCESS' },
      })
      expect(answer.id).toMatch(/^BK-\d{8}-[0-9A-Z]{6}$/)
      expect(answer.receipt.split('.')).toHaveLength(3)
      expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
    })

    test('F15, F26, I8: gives the same bytes to the same key, and the same booking to another key', async () => {
      const w = await world()
      const first = await confirm(w, { n: 1, pin: pinned('A-1') })
      const again = await confirm(w, { n: 1, pin: { word: 'confirmed' } })
      const other = await confirm(w, { n: 1, pin: { word: 'lost' }, key: 'another' })
      expect(again).toEqual({ ...first, replayed: true })
      expect(other).toEqual({ ...first, replayed: true })
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    })

    test('F14: refuses the same key with another payment', async () => {
      const w = await world()
      await confirm(w, { n: 1, pin: pinned('A-1') })
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_other' }))).toMatchObject({
        code: 'idempotency_key_reused',
      })
    })

    test('takes at most five statements and a commit, whatever the number of seats', async () => {
      for (const seats of [
        ['A-1'],
        ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7', 'A-8', 'A-9', 'A-10'],
      ]) {
        const base = await open()
        const counts: number[] = []
        const w = await world({ store: counting(base, counts) })
        counts.length = 0
        expect((await confirm(w, { n: 1, pin: pinned(...seats), payment: 'pay_auth_1' })).status).toBe(201)
        expect(counts).toEqual([5])
      }
    })
  })

  describe('one seat, many buyers', () => {
    test('F4, I1: is sold once although the inventory says ok to everybody', async () => {
      const w = await world()
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          confirm(w, { n: i + 1, pin: pinned('A-1', `A-${2 + (i % 3)}`) }),
        ),
      )
      const byStatus = Map.groupBy(answers, (answer) => answer.status)
      expect(byStatus.get(201)).toHaveLength(1)
      expect(byStatus.get(409)).toHaveLength(59)
      for (const answer of byStatus.get(409) ?? []) expect(told(answer).code).toBe('seats_unavailable')
      expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
    })

    test('F15: one grant confirmed with many keys at once becomes one booking', async () => {
      const w = await world()
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_1', key: `k${i}` }),
        ),
      )
      expect(new Set(answers.map((answer) => answer.body)).size).toBe(1)
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    })

    test('F13: a double click is told that the first is still running, then gets its answer', async () => {
      // The provider is so slow that one of the two is answered before it.
      const answered = Promise.withResolvers<void>()
      const slowly = { ...systemPlatform, sleep: () => answered.promise }
      const w = await world({ findProvider: () => simulatedProvider(slowly) })
      const both = await Promise.all(
        [1, 2].map(() =>
          confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_slow_1' }).finally(answered.resolve),
        ),
      )
      const [slow, fast] = both.toSorted((a, b) => a.status - b.status)
      expect(slow?.status).toBe(201)
      expect(fast && told(fast).code).toBe('in_progress')
      expect(fast?.retryAfterSeconds).toBe(1)
    })
  })

  describe('the fence', () => {
    test('F1, F3, F34: a sweep that decided EXPIRED defeats a late commit, and the seats stay free', async () => {
      const w = await world()
      const grant = { appId: w.appId, eventId: w.eventId, grantId: grantId(1), owner: null }
      expect(await decideAgainst(w.core, grant, 'EXPIRED')).toBe('EXPIRED')
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1') })).code).toBe('hold_expired')
      expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    })

    test('F34: a committed booking defeats a late sweep', async () => {
      const w = await world()
      await confirm(w, { n: 1, pin: pinned('A-1') })
      const grant = { appId: w.appId, eventId: w.eventId, grantId: grantId(1), owner: null }
      expect(await decideAgainst(w.core, grant, 'EXPIRED')).toBe('CONFIRMED')
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    })

    test.each(['expired', 'lost', 'released'] as const)(
      'a refusal because the hold was %s is final',
      async (word) => {
        const w = await world()
        const refused = await confirm(w, { n: 1, pin: { word } })
        expect(told(refused).code).toBe(`hold_${word}`)
        expect(await confirm(w, { n: 1, pin: pinned('A-1') })).toEqual({ ...refused, replayed: true })
        expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), key: 'another' })).code).toMatch(
          /^hold_(expired|released)$/,
        )
        expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
      },
    )

    test.each([
      ['not_found', 'not_found'],
      ['not_ready', 'event_not_ready'],
      ['unavailable', 'dependency_unavailable'],
    ] as const)('a pin that answered %s decides nothing: the same key may still book', async (word, code) => {
      const w = await world()
      const first = confirm(w, { n: 1, pin: { word } }).then(
        (answer) => told(answer).code,
        (error) => error.code,
      )
      expect(await first).toBe(code)
      expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
    })
  })
}
