import type { ProblemCode } from '@holdfast/contract'
import type { Buyer } from './client.ts'
import type { BadRequest, Footprint, Stage } from './stage.ts'

/** What is done with a hold, by its name. */
const verbs = {
  reads: (who: Buyer, hold: string) => who.read(hold),
  extends: (who: Buyer, hold: string) => who.extend(hold),
  releases: (who: Buyer, hold: string) => who.release(hold),
  confirms: (who: Buyer, hold: string) => who.confirm(hold, 'pay_not_mine'),
}
type Verb = keyof typeof verbs
const everyVerb: readonly Verb[] = ['reads', 'extends', 'releases', 'confirms']

const strangers: readonly BadRequest[] = everyVerb.flatMap((verb) => {
  const asks = (name: string, holdOf: (stage: Stage) => string): BadRequest => ({
    name: `somebody who ${verb} ${name}`,
    code: 'not_found',
    send: (stage) => verbs[verb](stage.carol, holdOf(stage)),
  })
  return [
    asks('the hold of another', ({ held }) => held),
    asks('a hold that became the booking of another', ({ sold }) => sold),
    asks('a hold that never was', () => `hold_${'x'.repeat(22)}.1.2`),
  ]
})

const after: readonly BadRequest[] = everyVerb
  .filter((verb) => verb !== 'reads')
  .map((verb) => ({
    name: `a buyer who ${verb} what is booked already`,
    code: 'hold_confirmed',
    send: ({ bob, sold }) => verbs[verb](bob, sold),
    // Whatever paid a second time is on record, for repair to give back.
    ...(verb === 'confirms' && {
      leaves: (before) => ({ payments: new Set([...before.payments, 'pay_not_mine INTENT']) }),
    }),
  }))

/** A confirm pins the seats before anybody asks for the money; they wait for a payment that is better. */
const pinned = (before: Footprint): Partial<Footprint> => ({
  map: before.map.replace('H', 'C'),
  version: before.version.replace(/\d+$/, (ver) => String(Number(ver) + 1)),
})

const pays = (
  name: string,
  code: ProblemCode,
  bodyOf: (stage: Stage) => unknown,
  leaves?: (before: Footprint) => Partial<Footprint>,
): BadRequest => ({
  name: `a confirm with ${name}`,
  code,
  send: (stage) => {
    const path = `${stage.path}/holds/${stage.held}/confirm`
    return stage.alice.client.call('POST', path, { body: bodyOf(stage) })
  },
  ...(leaves && { leaves }),
})

const payments: readonly BadRequest[] = [
  pays('no payment', 'payment_required', () => ({}), pinned),
  pays(
    'a payment that is declined',
    'payment_declined',
    () => ({ payment: { id: 'pay_declined_1' } }),
    (before) => ({
      ...pinned(before),
      payments: new Set([...before.payments, 'pay_declined_1 DECLINED']),
    }),
  ),
  pays(
    'a payment that has paid for another hold',
    'payment_already_used',
    ({ booking }) => ({ payment: { id: booking.payment.id } }),
    pinned,
  ),
  pays('an operator for a payment', 'invalid_request', () => ({ payment: { id: { $gt: '' } } })),
  pays('a payment of text', 'invalid_request', () => ({ payment: 'pay_1' })),
  pays('a payment whose id is no id', 'invalid_request', () => ({ payment: { id: 'pay 1' } })),
  pays('a price of its own', 'invalid_request', () => ({ payment: { id: 'pay_1' }, total: 0 })),
]

/** Requests about holds that are another's, over, or not paid. */
export const badHolds: readonly BadRequest[] = [...strangers, ...after, ...payments]
