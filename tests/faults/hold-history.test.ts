import { describe, expect, test } from 'vitest'
import { type Act, auditHolds } from '../support/hold-history.ts'

/** One act of a history by hand, at one instant of Redis. */
const act = (does: Act['does'], grantId: string, atMs: number, more: Partial<Act> = {}): Act => ({
  ...{ does, grantId, seats: ['A-1'], fromMs: atMs, toMs: atMs, outcome: 'done', ...more },
})
const hold = (grantId: string, atMs: number, untilMs: number, more: Partial<Act> = {}) =>
  act('hold', grantId, atMs, { untilMs, ...more })
const never = { outcome: 'unknown', toMs: Infinity } as const
const refused = { outcome: 'refused' } as const

const bad: [string, 'I4' | 'I5', Act[]][] = [
  ['two grants of one instant', 'I4', [hold('a', 100, 200), hold('b', 100, 200)]],
  ['a hold granted during another', 'I4', [hold('a', 100, 200), hold('b', 199, 300)]],
  ['it is the order of Redis that counts', 'I4', [hold('b', 150, 300), hold('a', 100, 200)]],
  [
    'one seat of several',
    'I4',
    [hold('a', 100, 200, { seats: ['A-1', 'A-2'] }), hold('b', 150, 250, { seats: ['A-2', 'A-3'] })],
  ],
  [
    'a hold granted during an extension',
    'I4',
    [hold('a', 100, 200), act('extend', 'a', 150, { untilMs: 300 }), hold('b', 250, 400)],
  ],
  [
    'a hold granted during a pin',
    'I4',
    [hold('a', 100, 200), act('pin', 'a', 150, { untilMs: 500 }), hold('b', 250, 400)],
  ],
  ['a hold of a seat that is sold', 'I4', [hold('a', 100, 200), act('book', 'a', 150), hold('b', 900, 950)]],
  ['a seat that is sold to somebody else', 'I4', [hold('a', 100, 200), act('book', 'b', 150)]],
  [
    'a hold granted between two others that it reaches into',
    'I4',
    [hold('a', 100, 500), hold('b', 600, 700), hold('c', 650, 800)],
  ],
  [
    'a hold given back after another was granted',
    'I4',
    [hold('a', 100, 200), hold('b', 150, 300), act('end', 'a', 160)],
  ],
  ['a confirm refused in time', 'I5', [hold('a', 100, 200), act('book', 'a', 199, refused)]],
  ['a pin refused in time', 'I5', [hold('a', 100, 200), act('pin', 'a', 150, refused)]],
  ['an extension refused in time', 'I5', [hold('a', 100, 200), act('extend', 'a', 150, refused)]],
  [
    'a confirm refused within the time of an extension',
    'I5',
    [hold('a', 100, 200), act('extend', 'a', 150, { untilMs: 300 }), act('book', 'a', 250, refused)],
  ],
  ['a loss excuses no grant that came after it', 'I4', [hold('a', 1_100, 1_200), hold('b', 1_150, 1_250)]],
]

const good: [string, Act[]][] = [
  ['one hold after the other', [hold('a', 100, 200), hold('b', 200, 300), hold('c', 300, 400)]],
  ['at one time, of other seats', [hold('a', 100, 200), hold('b', 100, 200, { seats: ['A-2'] })]],
  [
    'a hold granted at the instant of a release',
    [hold('a', 100, 200), act('end', 'a', 150), hold('b', 150, 250)],
  ],
  [
    'a release that nobody knows of may have been at any time since',
    [hold('a', 100, 200), act('end', 'a', 120, never), hold('b', 190, 250)],
  ],
  ['a hold that nobody knows of is no promise', [hold('a', 100, 200, never), hold('b', 150, 250)]],
  [
    'an extension that nobody knows of is no promise',
    [hold('a', 100, 200), act('extend', 'a', 150, { ...never, untilMs: 300 }), hold('b', 250, 350)],
  ],
  [
    'an answer that took long may be of before or after',
    [hold('a', 100, 200, { fromMs: 50, toMs: 180 }), hold('b', 20, 90)],
  ],
  ['a confirm refused when its time was over', [hold('a', 100, 200), act('book', 'a', 200, refused)]],
  [
    'a confirm refused when its time may have been over',
    [hold('a', 100, 200), act('book', 'a', 150, { ...refused, toMs: 210 })],
  ],
  [
    'a confirm refused after a release that nobody knows of',
    [hold('a', 100, 200), act('end', 'a', 120, never), act('book', 'a', 150, refused)],
  ],
  [
    'a hold granted after a sale was given back',
    [hold('a', 100, 200), act('book', 'a', 150), act('end', 'a', 400), hold('b', 400, 500)],
  ],
]

describe('I4, I5: the audit of a history of holds', () => {
  test.each(bad)('finds %s', (_, invariant, acts) => {
    const found = auditHolds(
      acts,
      [{ fromMs: 1_000 }].filter(() => acts.some(({ fromMs }) => fromMs > 1_000)),
    )
    expect(found.map((one) => one.invariant)).toEqual([invariant])
  })

  test.each(good)('lets pass %s', (_, acts) => {
    expect(auditHolds(acts)).toEqual([])
  })

  test('excuses what was granted before Redis lost something, and nothing else', () => {
    const acts = [hold('a', 100, 400), act('book', 'a', 300, refused), hold('b', 250, 350)]
    expect(auditHolds(acts)).toHaveLength(2)
    expect(auditHolds(acts, [{ fromMs: 200 }])).toEqual([])
    expect(auditHolds(acts, [{ fromMs: 50 }])).toHaveLength(2)
    expect(auditHolds(acts, [{ fromMs: 260 }])).toHaveLength(1)
  })
})
