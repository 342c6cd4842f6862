import { describe, expect, test } from 'vitest'
import type { EventReading, Provider, ProviderEvent } from '../../../core/src/payments/provider.ts'
import type { Delivery } from '../../support/provider-fake.ts'
import { booking, budgetMs, fortyFiveEuros, useBench, type WireBench } from './bench.ts'

type Fact = ProviderEvent['fact']

/** Reads a delivery as our webhook route does. */
export const read = (
  provider: Provider,
  { body, headers }: Pick<Delivery, 'body' | 'headers'>,
): Promise<EventReading> => {
  if (!provider.readEvent) throw new Error('this provider tells nothing')
  return provider.readEvent(body, (name) => headers[name.toLowerCase()])
}

const bad = { word: 'bad_signature' }

/** What every adapter guarantees about what its provider tells. */
export function webhookSuite(name: string, open: () => Promise<WireBench>): void {
  describe(`webhooks of ${name}`, () => {
    const bench = useBench(open)

    /** What came of this, delivery by delivery; what is nothing to us is left out. */
    const told = async (work: () => Promise<unknown>) => {
      bench().fake.webhooks.length = 0
      const result = await work()
      const events: ProviderEvent[] = []
      for (const delivery of bench().fake.webhooks) {
        const reading = await read(bench().provider, delivery)
        if (reading.word === 'bad_signature') throw new Error(`${delivery.event} is not believed`)
        if (reading.word === 'event') events.push(reading.event)
      }
      return { result, facts: events.map(({ fact }) => fact), events }
    }
    const onePaid = async () => {
      bench().fake.webhooks.length = 0
      const paid = await bench().pay('captured')
      const delivery = bench().fake.webhooks.at(-1)
      if (!delivery) throw new Error('nothing was told')
      return { ...paid, delivery }
    }
    const statesOf = (facts: readonly Fact[]) =>
      facts.map((fact) => (fact.kind === 'payment' ? fact.seen.state : fact.state))
    const refundsOf = (facts: readonly Fact[]) => facts.filter((fact) => fact.kind === 'refund')

    test('tell of a payment as it was reserved and taken', async () => {
      const { result, facts, events } = await told(async () => {
        const { charge } = await bench().pay('authorised')
        await bench().provider.capture(charge, booking, budgetMs)
        return charge
      })
      const states = statesOf(facts)
      expect(states[0]).toBe('authorised')
      expect(states.at(-1)).toBe('captured')
      for (const { paymentId, fact } of events) {
        expect(paymentId).toBe((result as { paymentId: string }).paymentId)
        expect(fact).toMatchObject({ kind: 'payment', seen: fortyFiveEuros })
      }
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
    })

    test('tell of an attempt that failed', async () => {
      const { facts } = await told(() => bench().pay('declined'))
      expect(statesOf(facts)).toEqual(['declined'])
    })

    test('tell of money that was let go because nobody took it', async () => {
      const { charge } = await bench().pay('authorised')
      const { facts } = await told(async () => bench().fake.lapse(charge.paymentId))
      expect(new Set(statesOf(facts))).toEqual(new Set(['voided']))
      expect(await bench().provider.look(charge, budgetMs)).toMatchObject({ state: 'voided' })
      expect(await bench().provider.capture(charge, booking, budgetMs)).toBe('refused')
      expect(await bench().provider.void(charge, budgetMs)).toBe('voided')
    })

    test('tell of a refund of ours by its reference', async () => {
      const { charge } = await bench().pay('captured')
      const { facts } = await told(() =>
        bench().provider.refund(charge, { reference: 'rf_one', amount: 1500 }, budgetMs),
      )
      expect(refundsOf(facts)).toEqual([
        expect.objectContaining({ reference: 'rf_one', amount: 1500, currency: 'EUR', state: 'done' }),
      ])
    })

    test.each(['done', 'failed'] as const)(
      'tell of a refund that took its time and is %s',
      async (outcome) => {
        const { charge } = await bench().pay('captured')
        const give = () => bench().provider.refund(charge, { reference: 'rf_one', amount: 1500 }, budgetMs)
        bench().fake.delayRefunds(true)
        const accepted = await told(give)
        bench().fake.delayRefunds(false)
        expect(accepted).toMatchObject({ result: 'pending' })
        expect(refundsOf(accepted.facts)).toEqual([])
        expect(await give()).toBe('pending')
        const { facts } = await told(async () => bench().fake.settleRefunds(outcome))
        expect(refundsOf(facts)).toEqual([expect.objectContaining({ reference: 'rf_one', state: outcome })])
        expect(await give()).toBe(outcome === 'done' ? 'done' : 'refused')
        expect(bench().bookOf(charge).refunded).toBe(outcome === 'done' ? 1500 : 0)
      },
    )

    test('tell of a refund that somebody made there as none of ours', async () => {
      const { charge } = await bench().pay('captured')
      const { facts } = await told(async () => bench().fake.refundByHand(charge.paymentId, 700))
      expect(refundsOf(facts)).toEqual([expect.objectContaining({ reference: null, amount: 700 })])
    })

    test('tell of an order of somebody else’s by that order, without a reference of ours', async () => {
      const order = bench().fake.orderByHand(fortyFiveEuros)
      const { events } = await told(async () => bench().fake.pay(order, 'captured'))
      expect(events.length).toBeGreaterThan(0)
      for (const { paymentId, fact } of events) {
        expect(paymentId).toBe(order)
        expect(fact.kind === 'payment' && fact.seen.reference).toBeFalsy()
      }
    })

    test('are the same event however often they are delivered', async () => {
      const { delivery } = await onePaid()
      const first = await read(bench().provider, delivery)
      expect(first).toMatchObject({ word: 'event' })
      expect(await read(bench().provider, delivery)).toEqual(first)
    })

    test('are believed by their raw bytes only', async () => {
      const { delivery } = await onePaid()
      const text = new TextDecoder().decode(delivery.body)
      const bodies = [text.replace('4500', '4501'), JSON.stringify(JSON.parse(text), null, 1), `${text} `, '']
      for (const changed of bodies) {
        expect(changed).not.toBe(text)
        const body = new TextEncoder().encode(changed)
        expect(await read(bench().provider, { body, headers: delivery.headers })).toEqual(bad)
      }
    })

    test('are not believed without a signature, or with another', async () => {
      const { delivery } = await onePaid()
      const other = (await onePaid()).delivery
      expect(await read(bench().provider, { body: delivery.body, headers: {} })).toEqual(bad)
      expect(await read(bench().provider, { body: delivery.body, headers: other.headers })).toEqual(bad)
      for (const [name, value] of Object.entries(delivery.headers)) {
        if (!name.endsWith('signature')) continue
        for (const forged of ['', value.slice(0, -1), value.toUpperCase(), `${value}0`]) {
          expect(await read(bench().provider, { body: delivery.body, headers: { [name]: forged } })).toEqual(
            bad,
          )
        }
      }
    })

    test('are believed by the new secret and the old while they rotate, and by no other', async () => {
      const { delivery } = await onePaid()
      const { webhookSecrets } = bench().fake.account as { webhookSecrets: readonly string[] }
      const rotating = (...secrets: readonly string[]) => bench().adapter({ webhookSecrets: secrets })
      const [ours = ''] = webhookSecrets
      const another = 'whsec_another-secret-of-somebody'
      expect(await read(rotating(another, ours), delivery)).toMatchObject({ word: 'event' })
      expect(await read(rotating(ours, another), delivery)).toMatchObject({ word: 'event' })
      expect(await read(rotating(another), delivery)).toEqual(bad)
    })
  })
}
