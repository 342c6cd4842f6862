import { type CancellationTerms, type Charge, SeatId } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { refundOf } from './terms.ts'

const startsAt = new Date('2027-06-24T19:30:00Z')
const hourMs = 3_600_000
const charges: Charge[] = [
  { name: 'Booking fee', kind: 'fee', perSeat: 250 },
  { name: 'VAT', kind: 'tax', basisPoints: 1_900 },
  { name: 'City tax', kind: 'tax', perSeat: 100 },
]
const cancellation: CancellationTerms = {
  steps: [
    { hoursBefore: 168, refundPercent: 100 },
    { hoursBefore: 24, refundPercent: 50 },
  ],
  keepFees: true,
}
const seats = [
  { id: SeatId.parse('A-1'), price: 9_500 },
  { id: SeatId.parse('A-2'), price: 101 },
]

type Terms = Parameters<typeof refundOf>[0]['booking']['terms']

/** What is due so long before the start that was sold, or the one that is announced now. */
const dueAt = (hoursLeft: number, { now, ...terms }: Partial<Terms> & { readonly now?: Date | null } = {}) =>
  refundOf({
    booking: { terms: { charges, cancellation, startsAt, ...terms } },
    startsAt: now === undefined ? (terms.startsAt === undefined ? startsAt : terms.startsAt) : now,
    seats,
    nowMs: startsAt.getTime() - hoursLeft * hourMs,
    kind: 'policy',
  })

describe('by the terms that were sold', () => {
  test.each([
    ['long before', 1_000, 9_250],
    ['at the last moment of the first step', 168, 9_250],
    ['a moment later', 167.999, 4_625],
    ['at the last moment of all', 24, 4_625],
  ])('%s, the step counts and fees stay', (_name, hoursLeft, refund) => {
    const due = dueAt(hoursLeft)
    expect(due).toMatchObject({ refund, retained: 9_601 - refund })
  })

  test.each([
    ['after the last step', 23.999],
    ['after the start', -1],
  ])('%s it is too late', (_name, hoursLeft) => {
    expect(dueAt(hoursLeft)).toBe('not_allowed')
  })

  test('without terms no buyer cancels', () => {
    expect(dueAt(1_000, { cancellation: null })).toBe('not_allowed')
  })

  test('what has no start is never too late', () => {
    expect(dueAt(-1_000, { startsAt: null })).toMatchObject({ refund: 9_250 })
  })

  const inHours = (hours: number) => new Date(startsAt.getTime() + hours * hourMs)

  test.each([
    ['postponed, by its new date', 0, inHours(200), 9_250],
    ['postponed, by the later step of its new date', -20, inHours(50), 4_625],
    ['postponed, too late for the new date too', -20, inHours(0), 'not_allowed'],
    ['put off without a date', -1_000, null, 9_250],
    ['brought forward, by the date that was sold', 200, inHours(-190), 9_250],
    ['brought forward, until it starts', 168, inHours(-168), 9_250],
    ['brought forward, and not after it has started', 167.999, inHours(-168), 'not_allowed'],
  ])('of a show that is %s', (_name, hoursLeft, now, refund) => {
    const due = dueAt(hoursLeft, { now })
    expect(due === 'not_allowed' ? due : due.refund).toBe(refund)
  })

  test.each([
    ['long before the date that it got', 1_000, 9_250],
    ['in its last step', 24, 4_625],
    ['too late for it', 23.999, 'not_allowed'],
  ])('of a show that was sold before it had a date, %s', (_name, hoursLeft, refund) => {
    const due = dueAt(hoursLeft, { startsAt: null, now: startsAt })
    expect(due === 'not_allowed' ? due : due.refund).toBe(refund)
  })

  test('fees that do not stay go back as the price does, and so do taxes', () => {
    const due = dueAt(100, { cancellation: { ...cancellation, keepFees: false } })
    expect(due).toEqual({
      refund: 4_750 + 51,
      retained: 4_750 + 50,
      charges: [
        { name: 'Booking fee', kind: 'fee', amount: 125 + 51 },
        { name: 'VAT', kind: 'tax', amount: 758 + 8 },
        { name: 'City tax', kind: 'tax', amount: 50 + 50 },
      ],
    })
  })

  test('of a fee that stays nothing is in the refund', () => {
    const due = dueAt(1_000)
    expect(due !== 'not_allowed' && due.charges[0]).toEqual({ name: 'Booking fee', kind: 'fee', amount: 0 })
  })
})

describe('by the word of the app', () => {
  const said = (kind: 'full' | 'none') =>
    refundOf({
      booking: { terms: { charges, cancellation: null, startsAt } },
      startsAt,
      seats,
      nowMs: startsAt.getTime(),
      kind,
    })

  test('everything goes back, whatever the terms and the hour', () => {
    expect(said('full')).toMatchObject({
      refund: 9_601,
      retained: 0,
      charges: [{ amount: 351 }, { amount: 1_517 + 16 }, { amount: 200 }],
    })
  })

  test('nothing goes back', () => {
    expect(said('none')).toMatchObject({ refund: 0, retained: 9_601, charges: [{ amount: 0 }, {}, {}] })
  })
})
