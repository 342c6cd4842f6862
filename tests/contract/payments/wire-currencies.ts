import { describe, expect, test } from 'vitest'
import { booking, budgetMs, requestOf, type Sum, useBench, type WireBench } from './bench.ts'

/** A sum as we count it, a part of it, and both as the provider counts them. */
export interface Counted extends Sum {
  readonly part: number
  readonly wire: { readonly amount: number; readonly part: number }
}
const asIs = (currency: string, amount: number, part: number): Counted => ({
  currency,
  amount,
  part,
  wire: { amount, part },
})

/** Currencies of no, two and three digits. */
const everywhere: readonly Counted[] = [
  asIs('JPY', 1_500, 500),
  asIs('INR', 450_050, 99_999),
  asIs('KWD', 12_340, 4_510),
]

/** What every adapter guarantees about the units of money. */
export function currencySuite(
  name: string,
  { sums = [], unspeakable }: { readonly sums?: readonly Counted[]; readonly unspeakable: readonly Sum[] },
  open: () => Promise<WireBench>,
): void {
  describe(`sums at ${name}`, () => {
    const bench = useBench(open)

    test.each([...everywhere, ...sums])(
      '$amount minor units of $currency are what the provider counts',
      async (counted) => {
        const { amount, part, currency, wire } = counted
        const { charge } = await bench().pay('authorised', { amount, currency })
        expect(await bench().provider.look(charge, budgetMs)).toMatchObject({
          state: 'authorised',
          amount,
          currency,
        })
        expect(bench().bookOf(charge).reserved).toBe(wire.amount)
        expect(await bench().provider.capture(charge, booking, budgetMs)).toBe('captured')
        expect(bench().bookOf(charge).captured).toBe(wire.amount)
        expect(await bench().provider.refund(charge, { reference: 'rf_one', amount: part }, budgetMs)).toBe(
          'done',
        )
        expect(bench().bookOf(charge).refunded).toBe(wire.part)
        expect(await bench().provider.look(charge, budgetMs)).toMatchObject({
          state: 'captured',
          amount,
          currency,
        })
      },
    )

    test.each(unspeakable)('$amount minor units of $currency are refused', async (sum) => {
      const before = bench().fake.books().size
      expect(await bench().provider.order?.(requestOf(sum), budgetMs)).toEqual({ word: 'refused' })
      expect(bench().fake.books().size).toBe(before)
    })

    test('the same reference with another sum is refused, and changes nothing', async () => {
      const request = requestOf()
      const first = await bench().provider.order?.(request, budgetMs)
      const more = { ...request, amount: request.amount + 100 }
      expect(await bench().provider.order?.(more, budgetMs)).toEqual({ word: 'refused' })
      expect(await bench().provider.order?.(request, budgetMs)).toEqual(first)
    })
  })
}
