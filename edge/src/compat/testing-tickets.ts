import { principal, SeatId, ticketsPerSecondDefault } from '@holdfast/contract'
import type { Holder } from '@holdfast/inventory'
import type { EdgeDeps } from '../app.ts'
import { createTestEdge, createTestInventory, createTestPlatform, json } from '../testing.ts'
import { buyer, holdId, holdOf, makeToken, settings, theatre, verdicts } from '../testing-data.ts'

/*
 * What tests of the routes of TicketS run on: an edge that is bound to the theatre, in which Ann has locked A-1.
 */

export const verdict = [...verdicts.values()][0]
export const event = { appId: verdict?.appId as never, eventId: theatre.id }
/** The clock of the inventory below. */
export const platform = createTestPlatform()

/** An edge that is bound to the theatre; Ann has locked A-1 and somebody else A-2. */
export function createTicketsEdge(changes: Partial<EdgeDeps> = {}, tickets: object = {}) {
  const hold = holdOf(platform, { seats: [{ id: SeatId.parse('A-1'), price: 4500 }] })
  const holders: Holder[] = [
    { seatId: SeatId.parse('A-1'), status: 'held', grantId: holdId, owner: buyer, untilMs: hold.untilMs },
    {
      ...{ seatId: SeatId.parse('A-2'), status: 'confirming', grantId: holdId },
      ...{ owner: principal.pool('usr_2'), untilMs: platform.now() - 1 },
    },
  ]
  const nowMs = platform.now()
  const inventory = {
    ...createTestInventory(platform),
    hold: async () => ({ word: 'unavailable', seats: [SeatId.parse('A-2')], own: [], nowMs }) as const,
    read: async () => ({ word: 'hold', hold, nowMs }) as const,
    pin: async () => ({ word: 'pinned', hold, nowMs }) as const,
    release: async () => ({ word: 'released', hold, nowMs }) as const,
    revocations: async () => {
      const told = [{ subject: 'pool:usr_gone', since: Math.floor(nowMs / 1_000) + 1 }]
      return { word: 'revocations', isWhole: true, count: 1, told, nowMs } as const
    },
    snapshot: async () => ({ word: 'snapshot', epoch: 1, ver: 7, map: 'HCBX', nowMs }) as const,
    holders: async (_: unknown, seats: readonly SeatId[]) =>
      ({ word: 'holders', holders: holders.filter(({ seatId }) => seats.includes(seatId)), nowMs }) as const,
  }
  const bound = { ...settings, tickets: { event, perSecond: ticketsPerSecondDefault, ...tickets } }
  const edge = createTestEdge({ inventory, settings: bound, ...changes })
  edge.core.answers.set('POST /internal/apps/verdict', () => json({ verdict, deniedUsers: [] }))
  edge.core.answers.set('POST /internal/tokens/standing', ({ body }) => {
    const isGone = JSON.parse(body).subjects.includes('pool:usr_gone')
    return json({ revoked: isGone ? [{ subject: 'pool:usr_gone', since: 4e9 }] : [] })
  })
  edge.core.answers.set('POST /internal/replies', () => json({ reply: null }))
  const ask = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const token = await makeToken(edge.platform, 'user')
    const init = { method, headers: { authorization: `Bearer ${token}`, ...more } }
    return edge.app.request(path, { ...init, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }
  return { ...edge, ask }
}

/** A payment for her seat. */
export const pay = { seatId: 'A-1', idempotencyKey: 'key-1' }
/** Every route, and what it may be asked. */
export const routes = [
  ['GET', '/api/seats', undefined],
  ['POST', '/api/lock', { seatId: 'A-1' }],
  ['POST', '/api/pay', pay],
  ['POST', '/api/release', { seatId: 'A-1' }],
  ['POST', '/api/auth/register', { email: 'ada@example.org' }],
  [
    'POST',
    '/api/auth/verify-register',
    { email: 'ada@example.org', otp: '123456', password: 'correct horse' },
  ],
  ['POST', '/api/auth/login', { email: 'ada@example.org', password: 'correct horse' }],
] as const
