import { describe, expect, test } from 'vitest'
import {
  CancellationTerms,
  Charge,
  type ChargeKind,
  chargeIn,
  chargeLines,
  feesIn,
  percentOf,
} from './terms.ts'

const fee = (perSeat: number): Charge => ({ name: 'Booking fee', kind: 'fee', perSeat })
const rate = (kind: ChargeKind, basisPoints: number): Charge => ({ name: 'Rate', kind, basisPoints })

describe('a charge is a part of the price', () => {
  test.each([
    ['a fixed fee', 9500, fee(250), 250],
    ['a fixed fee above the price', 100, fee(250), 100],
    ['a fixed fee of what is free', 0, fee(250), 0],
    ['a fee of 10 % of the price', 9500, rate('fee', 1_000), 950],
    ['a fee that rounds up at the half', 5, rate('fee', 1_000), 1],
    ['a fee that rounds down below it', 4, rate('fee', 1_000), 0],
    ['19 % on top, in a price of 119', 11_900, rate('tax', 1_900), 1_900],
    ['19 % on top, in a price that does not divide', 9_500, rate('tax', 1_900), 1_517],
    ['100 % on top, in the highest price', 1_000_000_000, rate('tax', 10_000), 500_000_000],
  ])('%s', (_name, price, charge, amount) => {
    expect(chargeIn(price, charge)).toBe(amount)
  })

  test('is a whole number between nothing and the price, whatever the price and the rate', () => {
    for (let price = 0; price <= 2_000; price += 7) {
      for (const kind of ['fee', 'tax'] as const) {
        for (let basisPoints = 1; basisPoints <= 10_000; basisPoints += 613) {
          const amount = chargeIn(price, rate(kind, basisPoints))
          expect(Number.isSafeInteger(amount) && amount >= 0 && amount <= price).toBe(true)
        }
      }
    }
  })

  test('fees together are never more than the price', () => {
    expect(feesIn(300, [fee(200), fee(200), rate('tax', 1_900)])).toBe(300)
    expect(feesIn(1_000, [fee(200), rate('fee', 500), rate('tax', 1_900)])).toBe(250)
  })

  test('the lines of the seats of a booking add up to those of the whole', () => {
    const charges = [fee(250), rate('tax', 1_900), rate('fee', 333)]
    const seats = [{ price: 9_501 }, { price: 3 }, { price: 777 }]
    const whole = chargeLines(seats, charges).map(({ amount }) => amount)
    const parts = seats.map((seat) => chargeLines([seat], charges).map(({ amount }) => amount))
    expect(parts.reduce((sum, part) => sum.map((amount, i) => amount + (part[i] ?? 0)))).toEqual(whole)
  })
})

test('percents round to the nearest minor unit', () => {
  expect([percentOf(101, 50), percentOf(99, 33), percentOf(1_000_000_000, 100), percentOf(7, 0)]).toEqual([
    51, 33, 1_000_000_000, 0,
  ])
})

describe('what an organiser may not say', () => {
  test.each([
    ['a rate and a sum at once', { name: 'Fee', kind: 'fee', perSeat: 1, basisPoints: 1 }],
    ['a fraction of a cent', { name: 'Fee', kind: 'fee', perSeat: 1.5 }],
    ['a charge that takes off', { name: 'Fee', kind: 'fee', perSeat: -1 }],
    ['more on top than the rest', { name: 'VAT', kind: 'tax', basisPoints: 10_001 }],
    ['a charge of another kind', { name: 'Tip', kind: 'tip', perSeat: 1 }],
  ])('%s', (_name, charge) => {
    expect(Charge.safeParse(charge).success).toBe(false)
  })

  const step = (hoursBefore: number, refundPercent = 50) => ({ hoursBefore, refundPercent })
  test.each([
    ['no step', { steps: [] }],
    ['steps from few hours to many', { steps: [step(24), step(48)] }],
    ['two steps at one time', { steps: [step(24), step(24)] }],
    ['more than was paid', { steps: [step(24, 101)] }],
    ['a part of an hour', { steps: [step(0.5)] }],
  ])('%s', (_name, terms) => {
    expect(CancellationTerms.safeParse(terms).success).toBe(false)
  })
})
