import { describe, expect, test } from 'vitest'
import type { Provider } from '../../../core/src/payments/provider.ts'
import type { FaultKind, Verb } from '../../support/provider-fake.ts'
import { until } from '../inventory/poll.ts'
import { booking, budgetMs, fortyFiveEuros, type Paid, requestOf, useBench, type WireBench } from './bench.ts'

const verbs: readonly Verb[] = ['order', 'look', 'capture', 'void', 'refund']
const kinds: readonly FaultKind[] = ['lost', 'unanswered', 'slow', 'garbage', 'error_500']

/** One call of a verb, as often as one likes; the books as they must be once it has come through. */
interface Call {
  run(provider: Provider, withinMs: number): Promise<unknown>
  readonly unknown: unknown
  readonly comesTo: unknown
  readonly books: object
}

/** Which calls a provider answers for a day as it answered first, even if that was its own fault. */
export interface FaultTraits {
  readonly repeatsFaultOf: readonly Verb[]
}

/** What every adapter guarantees when the network or the provider fails. */
export function faultSuite(
  name: string,
  { repeatsFaultOf }: FaultTraits,
  open: () => Promise<WireBench>,
): void {
  describe(`faults of ${name}`, () => {
    const bench = useBench(open)

    /** On a payment of its own. */
    const callOf = (verb: Verb, { charge }: Paid): Call => {
      const request = requestOf()
      const untouched = { captured: 0, refunded: 0, reserved: 4500 }
      switch (verb) {
        case 'order':
          return {
            run: async (at, ms) => {
              const reply = await at.order?.(request, ms)
              return reply?.word
            },
            unknown: 'unknown',
            comesTo: 'made',
            books: untouched,
          }
        case 'look':
          return {
            run: (at, ms) => at.look(charge, ms),
            unknown: { word: 'unknown' },
            comesTo: expect.objectContaining({ word: 'seen', state: 'authorised', ...fortyFiveEuros }),
            books: untouched,
          }
        case 'capture':
          return {
            run: (at, ms) => at.capture(charge, booking, ms),
            unknown: 'unknown',
            comesTo: 'captured',
            books: { captured: 4500, refunded: 0, reserved: 0 },
          }
        case 'void':
          return {
            run: (at, ms) => at.void(charge, ms),
            unknown: 'unknown',
            comesTo: 'voided',
            books: { captured: 0, refunded: 0 },
          }
        case 'refund':
          return {
            run: (at, ms) => at.refund(charge, { reference: 'rf_one', amount: 1500 }, ms),
            unknown: 'unknown',
            comesTo: 'done',
            books: { captured: 4500, refunded: 1500, reserved: 0 },
          }
      }
    }
    const paidFor = (verb: Verb) => bench().pay(verb === 'refund' ? 'captured' : 'authorised')

    describe.each(verbs)('a call to %s', (verb) => {
      test.each(kinds)('that is %s is unknown, and asked again it has happened once', async (kind) => {
        const paid = await paidFor(verb)
        const call = callOf(verb, paid)
        const ordersBefore = bench().fake.books().size
        bench().fake.faults.push({ verb, kind })
        // The deadline passes when the call has reached the provider, whatever a clock says.
        const { deadline, pass } = deadlineByHand()
        const answer = call.run(bench().adapter({}, kind === 'slow' ? { deadline } : {}), budgetMs)
        await until(async () => bench().fake.faults.length === 0)
        pass()
        expect(await answer).toEqual(call.unknown)
        if (kind === 'error_500' && repeatsFaultOf.includes(verb)) {
          expect(await call.run(bench().provider, budgetMs)).toEqual(call.unknown)
          return
        }
        expect(await call.run(bench().provider, budgetMs)).toEqual(call.comesTo)
        expect(bench().bookOf(paid.charge)).toMatchObject(call.books)
        if (verb === 'order') expect(bench().fake.books().size).toBe(ordersBefore + 1)
      })

      test('by a key that the provider does not know is unknown, never a refusal', async () => {
        const stranger = bench().adapter({ secretKey: 'sk_test_unknown', keySecret: 'unknown' })
        const paid = await paidFor(verb)
        const call = callOf(verb, paid)
        expect(await call.run(stranger, budgetMs)).toEqual(call.unknown)
        expect(bench().log.at(-1)).toMatchObject({ event: 'payment_provider_fault', status: 401 })
      })

      test('is given no more time than its caller has', async () => {
        const call = callOf(verb, await paidFor(verb))
        const before = bench().budgets.length
        await call.run(bench().provider, 1_234)
        const given = bench().budgets.slice(before)
        expect(given.length).toBeGreaterThan(0)
        for (const ms of given) expect(ms).toBeLessThanOrEqual(1_234)
      })
    })

    test('a refund for which the provider has no money is not refused for good', async () => {
      const { charge } = await bench().pay('captured')
      const give = () => bench().provider.refund(charge, { reference: 'rf_one', amount: 1500 }, budgetMs)
      bench().fake.emptyBalance(true)
      expect(await give()).toBe('unknown')
      bench().fake.emptyBalance(false)
      expect(await give()).toBe(repeatsFaultOf.includes('refund') ? 'unknown' : 'done')
    })

    test('no line of the log tells a secret', () => {
      const lines = JSON.stringify(bench().log)
      expect(bench().log.length).toBeGreaterThan(10)
      const secrets = Object.values(bench().fake.account as object)
        .flat()
        .filter((value) => value !== (bench().fake.account as { apiUrl: string }).apiUrl)
      expect(secrets.length).toBeGreaterThanOrEqual(3)
      for (const secret of secrets) expect(lines).not.toContain(secret)
      expect(lines).not.toContain('_secret_')
    })
  })
}

/** A deadline that passes when it is told to. */
function deadlineByHand() {
  const controllers: AbortController[] = []
  return {
    deadline: () => {
      const controller = new AbortController()
      controllers.push(controller)
      return controller.signal
    },
    pass: () => {
      for (const controller of controllers) controller.abort()
    },
  }
}
