import { describe, expect, test } from 'vitest'
import {
  type Bench,
  type BookedBench,
  booking,
  budgetMs,
  fortyFiveEuros,
  orderAt,
  requestOf,
  useBench,
} from './bench.ts'

/** How a provider differs in what it can tell or do; the port allows it. */
export interface Traits {
  /** What a payment on its way looks like: not every provider tells it from one that was only begun. */
  readonly pendingIs: 'pending' | 'open'
  /** What becomes of letting one go that is on its way. */
  readonly pendingVoids: 'voided' | 'unknown'
}

/** What every provider of payments guarantees, whatever it remembers. */
export function providerSuite(
  name: string,
  { pendingIs, pendingVoids }: Traits,
  open: () => Promise<Bench>,
): void {
  describe(`payments at ${name}`, () => {
    const bench = useBench(open)

    test('an order that is asked for again, or twice at once, is the same order', async () => {
      const request = requestOf()
      const first = await bench().provider.order?.(request, budgetMs)
      expect(first).toMatchObject({ word: 'made' })
      expect(await bench().provider.order?.(request, budgetMs)).toEqual(first)
      const atOnce = requestOf()
      const [one, other] = await Promise.all([
        bench().provider.order?.(atOnce, budgetMs),
        bench().provider.order?.(atOnce, budgetMs),
      ])
      const words = [one, other].filter((reply) => reply?.word === 'made')
      expect(new Set(words.map((reply) => JSON.stringify(reply))).size).toBe(1)
    })

    test('two references are two orders', async () => {
      const [one, other] = [await orderAt(bench().provider), await orderAt(bench().provider)]
      expect(one.paymentId).not.toBe(other.paymentId)
    })

    test.each([
      ['open', 'open'],
      ['authorised', 'authorised'],
      ['captured', 'captured'],
      ['declined', 'declined'],
      ['pending', pendingIs],
    ] as const)('a payment that is %s is seen as %s, with its sum', async (outcome, state) => {
      const { charge } = await bench().pay(outcome)
      expect(await bench().provider.look(charge, budgetMs)).toMatchObject({
        word: 'seen',
        state,
        ...fortyFiveEuros,
      })
    })

    test('what a page has in its hands means the payment that was made', async () => {
      const { charge, words } = await bench().pay('authorised')
      expect(await bench().provider.identify(words, budgetMs)).toBe(charge.paymentId)
    })

    test('reserved money is taken, once, however often it is asked for', async () => {
      const { charge } = await bench().pay('authorised')
      const take = () => bench().provider.capture(charge, booking, budgetMs)
      expect(await take()).toBe('captured')
      expect(await take()).toBe('captured')
    })

    test('money that cannot be taken is refused, and can be let go', async () => {
      const { charge } = await bench().payInVain()
      expect(await bench().provider.capture(charge, booking, budgetMs)).toBe('refused')
      expect(await bench().provider.void(charge, budgetMs)).toBe('voided')
    })

    test('what is not taken is let go, again and again', async () => {
      for (const outcome of ['authorised', 'open', 'declined'] as const) {
        const { charge } = await bench().pay(outcome)
        expect(await bench().provider.void(charge, budgetMs), outcome).toBe('voided')
        expect(await bench().provider.void(charge, budgetMs), outcome).toBe('voided')
      }
    })

    test('what is on its way is let go or left alone, never called taken', async () => {
      const { charge } = await bench().pay('pending')
      expect(await bench().provider.void(charge, budgetMs)).toBe(pendingVoids)
    })

    test('letting go what was taken says so', async () => {
      const { charge } = await bench().pay('captured')
      expect(await bench().provider.void(charge, budgetMs)).toBe('captured')
    })

    test('what was taken is given back, whole and in parts', async () => {
      const [whole, parts] = [await bench().pay('captured'), await bench().pay('captured')]
      const give = (charge: typeof whole.charge, reference: string, amount: number) =>
        bench().provider.refund(charge, { reference, amount }, budgetMs)
      expect(await give(whole.charge, 'rf_whole', 4500)).toBe('done')
      expect(await give(parts.charge, 'rf_one', 1500)).toBe('done')
      expect(await give(parts.charge, 'rf_two', 3000)).toBe('done')
    })
  })
}

/** What every provider that remembers guarantees besides: its books say what our words say. */
export function booksSuite(name: string, open: () => Promise<BookedBench>): void {
  describe(`books at ${name}`, () => {
    const bench = useBench(open)
    const take = (charge: Parameters<BookedBench['bookOf']>[0]) =>
      bench().provider.capture(charge, booking, budgetMs)
    const give = (charge: Parameters<BookedBench['bookOf']>[0], reference: string, amount: number) =>
      bench().provider.refund(charge, { reference, amount }, budgetMs)

    test('a capture moves the money from reserved to taken, once', async () => {
      const { charge } = await bench().pay('authorised')
      expect(bench().bookOf(charge)).toEqual({ captured: 0, refunded: 0, reserved: 4500 })
      expect(await Promise.all([take(charge), take(charge)])).toContain('captured')
      expect(bench().bookOf(charge)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
      expect(await bench().provider.look(charge, budgetMs)).toMatchObject({ state: 'captured', amount: 4500 })
    })

    test('nothing is taken that nobody has paid', async () => {
      for (const outcome of ['open', 'declined', 'pending'] as const) {
        const { charge } = await bench().pay(outcome)
        expect(['refused', 'unknown'], outcome).toContain(await take(charge))
        expect(bench().bookOf(charge), outcome).toEqual({ captured: 0, refunded: 0, reserved: 0 })
      }
    })

    test('a refused capture takes nothing', async () => {
      const { charge } = await bench().payInVain()
      expect(await take(charge)).toBe('refused')
      expect(await take(charge)).toBe('refused')
      expect(bench().bookOf(charge)).toMatchObject({ captured: 0, refunded: 0 })
    })

    test('a refund is told apart by its reference alone, also at once', async () => {
      const { charge } = await bench().pay('captured')
      await Promise.all([give(charge, 'rf_one', 1500), give(charge, 'rf_one', 1500)])
      expect(await give(charge, 'rf_one', 1500)).toBe('done')
      expect(bench().bookOf(charge)).toMatchObject({ captured: 4500, refunded: 1500 })
      expect(await give(charge, 'rf_two', 1500)).toBe('done')
      expect(bench().bookOf(charge)).toMatchObject({ captured: 4500, refunded: 3000 })
    })

    test('no more is given back than was taken', async () => {
      const { charge } = await bench().pay('captured')
      expect(await give(charge, 'rf_more', 4501)).toBe('refused')
      expect(await give(charge, 'rf_all', 4500)).toBe('done')
      expect(await give(charge, 'rf_again', 1)).toBe('refused')
      expect(bench().bookOf(charge)).toMatchObject({ captured: 4500, refunded: 4500 })
    })

    test('what was not taken is not given back', async () => {
      for (const outcome of ['open', 'authorised', 'declined'] as const) {
        const { charge } = await bench().pay(outcome)
        expect(await give(charge, `rf_${outcome}`, 4500), outcome).toBe('refused')
        expect(bench().bookOf(charge).refunded, outcome).toBe(0)
      }
    })

    test('money that was given back was taken: it is no longer to be let go', async () => {
      const { charge } = await bench().pay('captured')
      expect(await give(charge, 'rf_all', 4500)).toBe('done')
      expect(await bench().provider.void(charge, budgetMs)).toBe('captured')
      expect(await bench().provider.look(charge, budgetMs)).toMatchObject({ state: 'captured', amount: 4500 })
    })
  })
}
