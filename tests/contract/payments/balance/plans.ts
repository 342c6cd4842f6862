import fc from 'fast-check'
import type { Fault } from '../../../support/bank.ts'
import type { Outcome, Verb } from '../../../support/provider-fake.ts'
import { type Fate, steps } from './mortal.ts'

/** A webhook of a payment: what its provider told of it last, or at first; some come more than once. */
export interface Telling {
  readonly round: number
  readonly times: number
  readonly which: 'first' | 'newest'
  readonly fate: Fate | null
}

export interface Cancelling {
  readonly isPart: boolean
  readonly by: 'owner' | 'app'
  readonly refund: 'full' | 'none' | 'policy'
  readonly isTwice: boolean
  readonly fate: Fate | null
}

/** All that happens to one sale. */
export interface Plan {
  readonly seats: number
  readonly orderFate: Fate | null
  /** The hold is over before it is paid. */
  readonly lapses: boolean
  /** Somebody else takes the seats as soon as they are free. */
  readonly hasRival: boolean
  readonly paid: Outcome | 'nothing'
  /** What becomes of money on its way, or of a declined payment, and whether that is later than anybody waits. */
  readonly becomes: 'captured' | 'authorised' | 'declined' | 'nothing'
  readonly isLate: boolean
  readonly refusesCapture: boolean
  readonly faults: readonly { readonly verb: Verb; readonly fault: Fault }[]
  readonly confirm: { readonly fate: Fate | null; readonly again: 'no' | 'same key' | 'other key' } | null
  /** Confirms with a payment that is another buyer's, or of their own a second one. */
  readonly alsoPays: 'no' | 'borrowed' | 'second'
  readonly tellings: readonly Telling[]
  readonly cancel: Cancelling | null
  readonly refundByHand: 'no' | 'part' | 'all'
}

/** Sales beside each other in one event, and the repair that runs between their rounds. */
export interface Season {
  readonly plans: readonly (Plan | null)[]
  readonly repairs: readonly { readonly fate: Fate | null; readonly pauseMs: number }[]
  /** What becomes of its date after the sales. */
  readonly date: 'stays' | 'postponed' | 'brought forward' | 'put off'
}

/** The rounds after which a webhook may come. */
export const rounds = 4

/** `weight` times `usual`, for once `rare`. */
const mostly = <Usual, Rare>(usual: Usual, rare: fc.Arbitrary<Rare>, weight: number) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight }, { arbitrary: rare, weight: 1 })

const someFate = fc.record({
  step: fc.constantFrom(...steps),
  nth: fc.integer({ min: 1, max: 2 }),
  isAfter: fc.boolean(),
  resumes: fc.boolean(),
})
const fate = mostly(null, someFate, 1)
const fault = fc.record({
  verb: fc.constantFrom<Verb[]>('order', 'look', 'capture', 'void', 'refund'),
  fault: fc.constantFrom<Fault[]>('lost', 'unanswered'),
})
const telling = fc.record({
  round: fc.nat(rounds - 1),
  times: fc.integer({ min: 1, max: 3 }),
  which: fc.constantFrom('first' as const, 'newest' as const),
  fate,
})
const cancelling = fc.record({
  isPart: fc.boolean(),
  by: fc.constantFrom('app' as const, 'owner' as const),
  refund: fc.constantFrom('full' as const, 'full' as const, 'none' as const, 'policy' as const),
  isTwice: fc.boolean(),
  fate,
})

const plan: fc.Arbitrary<Plan> = fc.record({
  seats: fc.integer({ min: 1, max: 3 }),
  orderFate: mostly(null, someFate, 5),
  lapses: mostly(false, fc.constant(true), 4),
  hasRival: fc.boolean(),
  paid: fc.constantFrom<Plan['paid'][]>(
    'authorised',
    'authorised',
    'authorised',
    'captured',
    'pending',
    'declined',
    'nothing',
  ),
  becomes: fc.constantFrom<Plan['becomes'][]>('captured', 'authorised', 'declined', 'nothing'),
  isLate: mostly(false, fc.constant(true), 3),
  refusesCapture: mostly(false, fc.constant(true), 7),
  faults: fc.array(fault, { maxLength: 3 }),
  confirm: mostly(
    { fate: null, again: 'no' as const },
    fc.record({ fate, again: fc.constantFrom('no' as const, 'same key' as const, 'other key' as const) }),
    1,
  ).chain((confirm) => mostly(confirm, fc.constant(null), 5)),
  alsoPays: mostly('no' as const, fc.constantFrom('borrowed' as const, 'second' as const), 4),
  tellings: fc.array(telling, { maxLength: 3 }),
  cancel: mostly(null, cancelling, 1),
  refundByHand: mostly('no' as const, fc.constantFrom('part' as const, 'all' as const), 5),
})

/** As many sales, fewer only when a failure is made smaller. */
export const seasonOf = (sales: number): fc.Arbitrary<Season> =>
  fc.record({
    plans: fc.tuple(...Array.from({ length: sales }, () => fc.option(plan, { freq: 1_000_000 }))),
    repairs: fc.array(fc.record({ fate, pauseMs: fc.constantFrom(0, 1_000, 20_000, 90_000) }), {
      minLength: rounds,
      maxLength: rounds,
    }),
    date: fc.constantFrom(
      'stays' as const,
      'postponed' as const,
      'brought forward' as const,
      'put off' as const,
    ),
  })

const sold: Plan = {
  seats: 2,
  orderFate: null,
  lapses: false,
  hasRival: false,
  paid: 'authorised',
  becomes: 'nothing',
  isLate: false,
  refusesCapture: false,
  faults: [],
  confirm: { fate: null, again: 'same key' },
  alsoPays: 'no',
  tellings: [],
  cancel: null,
  refundByHand: 'no',
}

/** A season in which each process comes to its end in the same way, on every path that money takes. */
export function everyPathOf(fate: Fate): Season {
  const confirm = { fate, again: 'same key' as const }
  const cancel = { isPart: true, by: 'app' as const, refund: 'full' as const, isTwice: true, fate }
  const telling = { round: 0, times: 2, which: 'newest' as const, fate }
  return {
    plans: [
      { ...sold, orderFate: fate, confirm },
      { ...sold, confirm, refusesCapture: true },
      { ...sold, paid: 'captured', cancel },
      { ...sold, paid: 'pending', becomes: 'captured', tellings: [{ ...telling, round: 1 }] },
      { ...sold, paid: 'captured', lapses: true, confirm: null, tellings: [telling] },
      { ...sold, paid: 'captured', lapses: true, hasRival: true, confirm: null },
      { ...sold, lapses: true, hasRival: true, confirm: null },
      { ...sold, paid: 'captured', refundByHand: 'part' },
    ],
    repairs: Array.from({ length: rounds }, () => ({ fate, pauseMs: 20_000 })),
    date: 'stays',
  }
}
