import { describe, expect, test } from 'vitest'
import { createInventory, InventoryFault } from './index.ts'
import { openReply, replies } from './replies.ts'

const grant = `hold_${'k'.repeat(22)}.1.7`
const held = ['held', grant, 'pool:ann', 'held', '1000', '2000', '', 'EUR', 'A-1:4500,A-2:0', '1500']
const change = ['7', 'hold', '1000', grant, 'pool:ann', 'net', '2000', 'A-1:4500', '0H,12H']

/** The reply with one of its parts replaced. */
const but = (reply: readonly string[], at: number, part: string) => reply.with(at, part)

describe('what is read', () => {
  test('a hold, with its seats, prices and times', () => {
    expect(replies.hold.parse(openReply(held))).toEqual({
      word: 'held',
      hold: {
        grantId: grant,
        owner: 'pool:ann',
        status: 'held',
        seats: [
          { id: 'A-1', price: 4500 },
          { id: 'A-2', price: 0 },
        ],
        currency: 'EUR',
        createdAtMs: 1000,
        untilMs: 2000,
        bookingId: null,
      },
      nowMs: 1500,
    })
  })

  test('a held hold whose time is over as expired, a confirming one as confirming', () => {
    const late = but(held, 9, '2000')
    expect(replies.hold.parse(openReply(late))).toMatchObject({ hold: { status: 'expired' } })
    const pinned = but(but(late, 0, 'pinned'), 3, 'confirming')
    expect(replies.pin.parse(openReply(pinned))).toMatchObject({ hold: { status: 'confirming' } })
  })

  test.each([
    ['sale_not_started', ['2000'], {}],
    ['too_fast', ['2000', '30'], { limit: 30 }],
    ['cooling_down', ['2000', '10'], { limit: 10 }],
    ['too_many', ['owner', '2000', '8'], { scope: 'owner', limit: 8 }],
    ['too_many', ['address', '2000', ''], { scope: 'address', limit: null }],
  ])('when to come again, of %s %j', (word, values, more) => {
    const read = replies.hold.parse(openReply([word, ...values, '1500']))
    expect(read).toEqual({ word, againAtMs: 2000, ...more, nowMs: 1500 })
  })

  test('changes, with the bytes that they put into the map', () => {
    expect(replies.changes.parse(openReply(['changes', '7', ...change, '1500']))).toMatchObject({
      newestVer: 7,
      changes: [
        {
          ver: 7,
          untilMs: 2000,
          marks: [
            { index: 0, byte: 'H' },
            { index: 12, byte: 'H' },
          ],
        },
      ],
    })
  })
})

describe('what is refused', () => {
  const parse = (script: keyof typeof replies) => (raw: unknown) => replies[script].parse(openReply(raw))

  test.each([null, 'OK', '', 1, {}, [], ['held'], [1, 2], [null, '1'], [['held'], '1']])(
    'what is no array of a word and a time: %j',
    (raw) => {
      for (const script of Object.keys(replies) as (keyof typeof replies)[]) {
        expect(() => parse(script)(raw)).toThrow()
      }
    },
  )

  test.each([
    ['a word of another script', but(held, 0, 'pinned')],
    ['a foreign grant', but(held, 1, 'hold_1')],
    ['a foreign owner', but(held, 2, 'ann')],
    ['a status nobody knows', but(held, 3, 'sold')],
    ['a time that is no number', but(held, 5, '1e3')],
    ['a negative time', but(held, 4, '-1')],
    ['a currency nobody knows', but(held, 7, 'Euro')],
    ['a seat without a price', but(held, 8, 'A-1')],
    ['a seat with a broken price', but(held, 8, 'A-1:1.5')],
    ['a time of its own that is no number', but(held, 9, 'now')],
    ['a part too many', [...held, '1500']],
    ['a part too few', held.toSpliced(2, 1)],
  ])('a hold with %s', (_, raw) => {
    expect(() => parse('hold')(raw)).toThrow()
  })

  test.each([
    ['a seat id that is none', 'hold', ['unavailable', '', 'A 1', '1500']],
    ['an own hold that is none', 'hold', ['unavailable', 'mine', 'A-1', '1500']],
    ['a refusal that does not say when to come again', 'hold', ['too_fast', '1500']],
    ['a refusal with a time that is no number', 'hold', ['cooling_down', 'soon', '10', '1500']],
    ['a refusal for a limit that is not said', 'hold', ['cooling_down', '2000', '1500']],
    ['half a due hold', 'due', ['due', '1', grant, '1500']],
    ['an epoch that is no number', 'due', ['due', 'x', '1500']],
    ['half a change', 'changes', ['changes', '7', ...change.slice(0, 5), '1500']],
    ['a version that is no number', 'changes', ['changes', 'x', '1500']],
    ['a mark without an index', 'changes', ['changes', '7', ...but(change, 8, 'H'), '1500']],
    ['a mark without a byte', 'changes', ['changes', '7', ...but(change, 8, '12'), '1500']],
    ['a snapshot without a map', 'snapshot', ['snapshot', '1', '1', '1500']],
    ['a count that is no number', 'publish', ['incomplete', 'x', '1500']],
  ] as const)('%s', (_, script, raw) => {
    expect(() => parse(script)(raw)).toThrow()
  })

  test('an unreadable reply is a fault that says nothing of what came', async () => {
    const inventory = createInventory({ run: async () => ['held', 'A-1', 'pool:ann'] })
    const event = { appId: 'app' as never, eventId: 'show' as never }
    const fault = await inventory.snapshot(event).catch((error: unknown) => error)
    expect(fault).toEqual(new InventoryFault('snapshot', 'unreadable reply'))
    expect(fault).not.toHaveProperty('cause')
  })
})
