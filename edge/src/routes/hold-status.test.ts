import { BookingId, decisionCallMs, type GrantDecision } from '@holdfast/contract'
import { InventoryFault, type ReadReply, type ReleaseReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn, refusal } from '../testing.ts'
import { booking, holdId, holdOf } from '../testing-data.ts'

const path = `/v1/events/theatre/holds/${holdId}`
const { platform } = createTestEdge()
const now = platform.now()
const held = holdOf(platform)
const overdue = holdOf(platform, { status: 'confirming', untilMs: now })
const confirmed: GrantDecision = { decision: 'confirmed', bookingId: booking.id }

/** An edge on which the inventory says one thing of the hold and core another. */
function edgeWith({
  read,
  release,
  decision,
}: {
  read?: ReadReply | 'silent'
  release?: ReleaseReply
  decision?: GrantDecision
}) {
  const edge = createTestEdge()
  edge.inventory.read = async () => {
    if (read === undefined || read === 'silent') throw new InventoryFault('read')
    return read
  }
  if (release) edge.inventory.release = async () => release
  if (decision) edge.core.answers.set(`GET ${path}`, () => json(decision))
  edge.core.answers.set(`GET /v1/bookings/${booking.id}`, () => json(booking))
  return edge
}

describe('GET a hold', () => {
  const sure: [string, Partial<typeof held>, Record<string, unknown>][] = [
    ['held', {}, { status: 'held', expiresInMs: 120_000 }],
    [
      'confirmed',
      { status: 'confirmed', bookingId: BookingId.parse('BK-1') },
      { status: 'confirmed', bookingId: 'BK-1' },
    ],
    ['expired', { status: 'expired' }, { status: 'expired', expiresInMs: 0, expiresAt: null }],
    ['released', { status: 'released' }, { status: 'released', expiresInMs: 0, expiresAt: null }],
  ]
  test.each(sure)('%s is what the inventory says, and core is not asked', async (_, changes, view) => {
    const edge = edgeWith({ read: { word: 'hold', hold: { ...held, ...changes }, nowMs: now } })
    const response = await edge.call('GET', path)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining(view)])
    expect(edge.core.count(`GET ${path}`)).toBe(0)
  })

  const unsure: [string, ReadReply | 'silent', GrantDecision, Record<string, unknown>][] = [
    [
      'lost, in truth a booking',
      { word: 'lost', nowMs: now },
      confirmed,
      { status: 'confirmed', bookingId: booking.id, total: 4500 },
    ],
    ['not found, in truth a booking', { word: 'not_found', nowMs: now }, confirmed, { status: 'confirmed' }],
    ['not built, in truth a booking', { word: 'not_ready', nowMs: now }, confirmed, { status: 'confirmed' }],
    ['silent, in truth a booking', 'silent', confirmed, { status: 'confirmed', seats: booking.seats }],
    [
      'overdue, in truth a booking',
      { word: 'hold', hold: overdue, nowMs: now },
      confirmed,
      { status: 'confirmed' },
    ],
    [
      'overdue, decided expired',
      { word: 'hold', hold: overdue, nowMs: now },
      { decision: 'expired' },
      { status: 'expired', total: 9000 },
    ],
    [
      'overdue, undecided',
      { word: 'hold', hold: overdue, nowMs: now },
      { decision: 'undecided' },
      { status: 'confirming', expiresInMs: 0 },
    ],
    [
      'overdue after a refusal, undecided',
      { word: 'hold', hold: overdue, nowMs: now },
      { decision: 'undecided', refused: 'payment_declined' },
      { status: 'confirming', expiresInMs: 0 },
    ],
    [
      'lost, decided released',
      { word: 'lost', nowMs: now },
      { decision: 'released' },
      { status: 'released' },
    ],
    [
      'lost, undecided',
      { word: 'lost', nowMs: now },
      { decision: 'undecided' },
      { status: 'lost', seats: [], currency: null },
    ],
  ]
  test.each(unsure)('%s', async (_, read, decision, view) => {
    const response = await edgeWith({ read, decision }).call('GET', path)
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining(view)])
  })

  describe('F25: while its confirm is under way', () => {
    const read: ReadReply = { word: 'hold', hold: { ...held, status: 'confirming' }, nowMs: now }
    const under = { status: 'confirming', expiresInMs: 120_000 }

    test.each([
      [confirmed, { status: 'confirmed', bookingId: booking.id }],
      [{ decision: 'expired' } as const, { status: 'expired' }],
      [{ decision: 'undecided' } as const, under],
      [
        { decision: 'undecided', refused: 'payment_declined' } as const,
        { status: 'held', payment: 'declined', expiresInMs: 120_000 },
      ],
      [{ decision: 'undecided', refused: 'buyer_limit' } as const, { status: 'held' }],
    ])('it is what the store has decided, before Redis has heard of it: %j', async (decision, view) => {
      const response = await edgeWith({ read, decision }).call('GET', path)
      expect([response.status, await response.json()]).toEqual([200, expect.objectContaining(view)])
    })

    test('it is what Redis says when core refuses, or says nothing', async () => {
      const busy = edgeWith({ read })
      busy.core.answers.set(`GET ${path}`, () => refusal('overloaded', { 'retry-after': '1' }))
      expect(await (await busy.call('GET', path)).json()).toMatchObject(under)
      const silent = edgeWith({ read })
      silent.core.answers.set(`GET ${path}`, () => {
        setImmediate(() => silent.platform.advance(decisionCallMs))
        return new Promise(() => {})
      })
      expect(await (await silent.call('GET', path)).json()).toMatchObject(under)
    })
  })

  const refused: [string, ReadReply | 'silent', string][] = [
    ['not found', { word: 'not_found', nowMs: now }, 'not_found'],
    ['not built', { word: 'not_ready', nowMs: now }, 'event_not_ready'],
    ['silent', 'silent', 'dependency_unavailable'],
  ]
  test.each(refused)('%s and undecided is a refusal', async (_, read, code) => {
    const edge = edgeWith({ read, decision: { decision: 'undecided' } })
    expect((await problemIn(await edge.call('GET', path))).code).toBe(code)
  })
})

describe('DELETE a hold', () => {
  const over: ReleaseReply[] = [
    { word: 'released', hold: held, nowMs: now },
    { word: 'expired', hold: held, nowMs: now },
  ]
  test.each(over)('$word is 204', async (release) => {
    const response = await edgeWith({ release }).call('DELETE', path)
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  test('after the sale it is a booking', async () => {
    const hold = { ...held, bookingId: booking.id }
    const edge = edgeWith({ release: { word: 'confirmed', hold, nowMs: now } })
    expect(await problemIn(await edge.call('DELETE', path))).toMatchObject({
      status: 409,
      code: 'hold_confirmed',
      bookingId: booking.id,
    })
  })

  test('while confirming core decides', async () => {
    const edge = edgeWith({ release: { word: 'confirming', hold: held, nowMs: now } })
    edge.core.answers.set(`DELETE ${path}`, () => refusal('confirm_in_progress', { 'retry-after': '1' }))
    const refused = await edge.call('DELETE', path)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, '1'])
    expect((await problemIn(refused)).code).toBe('confirm_in_progress')
    edge.core.answers.set(`DELETE ${path}`, () => new Response(null, { status: 204 }))
    expect((await edge.call('DELETE', path)).status).toBe(204)
  })

  const absent: ['lost' | 'not_found', GrantDecision, number, string | null][] = [
    ['lost', confirmed, 409, 'hold_confirmed'],
    ['lost', { decision: 'expired' }, 204, null],
    ['not_found', { decision: 'released' }, 204, null],
    ['lost', { decision: 'undecided' }, 409, 'hold_lost'],
    ['not_found', { decision: 'undecided' }, 404, 'not_found'],
  ]
  test.each(absent)('%s with %j is %i %s', async (word, decision, status, code) => {
    const response = await edgeWith({ release: { word, nowMs: now }, decision }).call('DELETE', path)
    expect(response.status).toBe(status)
    if (code) expect((await problemIn(response)).code).toBe(code)
  })
})
