import { GrantId, headers, type Principal, principal, type SeatId } from '@holdfast/contract'
import type { Holder } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestInventory, createTestPlatform } from '../testing.ts'
import { holdOf, makeToken } from '../testing-data.ts'
import { createTicketsEdge } from './testing-tickets.ts'

const home = '192.0.2.1'
const elsewhere = '192.0.2.2'
/** As long as an id must be that cannot be guessed. */
const longId = '64b7f0c2a1b2c3d4e5f6'

/** An edge on an inventory that keeps locks of one seat each; what is released is told. */
function createShop() {
  const platform = createTestPlatform()
  const locks = new Map<SeatId, Holder>()
  const released: SeatId[] = []
  const nowMs = platform.now()
  const holdIn = ({ seatId: id, owner, grantId }: Holder) =>
    holdOf(platform, { owner, grantId, seats: [{ id, price: 4500 }] })
  const lockOf = (grant: GrantId) => [...locks.values()].find(({ grantId }) => grantId === grant) as Holder
  const inventory = {
    ...createTestInventory(platform),
    async hold(
      _: unknown,
      { holdKey, owner, seats }: { holdKey: string; owner: Principal; seats: readonly SeatId[] },
    ) {
      const [seatId] = seats as [SeatId]
      const grantId = GrantId.parse(`hold_${holdKey}.1.${locks.size + 1}`)
      const lock: Holder = { seatId, status: 'held', grantId, owner, untilMs: nowMs + 300_000 }
      locks.set(seatId, lock)
      return { word: 'held', hold: holdIn(lock), nowMs } as const
    },
    holders: async (_: unknown, seats: readonly SeatId[]) => {
      const holders = seats.flatMap((seat) => locks.get(seat) ?? [])
      return { word: 'holders', holders, nowMs } as const
    },
    read: async (_: unknown, grant: GrantId) =>
      ({ word: 'hold', hold: holdIn(lockOf(grant)), nowMs }) as const,
    async release(_: unknown, grant: GrantId) {
      const lock = lockOf(grant)
      locks.delete(lock.seatId)
      released.push(lock.seatId)
      return { word: 'released', hold: holdIn(lock), nowMs } as const
    },
  }
  const edge = createTicketsEdge({ inventory })

  const lock = async (userId: string, seatId: string, address = home) => {
    const token = await makeToken(edge.platform, 'user', { claims: { sub: principal.pool(userId) } })
    const as = { authorization: `Bearer ${token}`, 'x-test-address': address }
    expect((await edge.ask('POST', '/api/lock', { seatId }, as)).status).toBe(200)
  }
  /** As the pages do: without a token. */
  const release = async (body: object, address = home, more: Record<string, string> = {}) => {
    const answer = await edge.ask('POST', '/api/release', body, {
      authorization: '',
      'x-test-address': address,
      ...more,
    })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  return { ...edge, lock, release, released }
}

const done = { status: 200, text: '{"success":true}' }
const noToken = { status: 401, text: '{"error":"No token: sign in"}' }

describe('a release without a token', () => {
  test('by an id that cannot be guessed is the owner’s from any address', async () => {
    const { lock, release, released } = createShop()
    await lock(longId, 'A-1')
    expect(await release({ seatId: 'A-1', userId: longId }, elsewhere)).toMatchObject(done)
    expect(released).toEqual(['A-1'])
  })

  test.each([
    ['7', 7],
    ['0', 0],
    ['usr_1', 'usr_1'],
    [longId.slice(1), longId.slice(1)],
  ])('by the short id %s is the owner’s only from the address that locked', async (owner, userId) => {
    const { lock, release, released } = createShop()
    await lock(owner, 'A-1')
    expect(await release({ seatId: 'A-1', userId }, elsewhere)).toMatchObject(noToken)
    expect(released).toEqual([])
    expect(await release({ seatId: 'A-1', userId })).toMatchObject(done)
    expect(released).toEqual(['A-1'])
  })

  test('from another address of the same IPv6 network counts as from the address that locked', async () => {
    const { lock, release } = createShop()
    await lock('7', 'A-1', '2001:db8:1:2::3')
    expect(await release({ seatId: 'A-1', userId: 7 }, '2001:db8:1:3::3')).toMatchObject(noToken)
    expect(await release({ seatId: 'A-1', userId: 7 }, '2001:db8:1:2:ffff::4')).toMatchObject(done)
  })

  test('by a short id is nobody’s where the address of nobody is known', async () => {
    const { lock, release } = createShop()
    await lock('7', 'A-1', 'unix:')
    expect(await release({ seatId: 'A-1', userId: 7 }, 'unix:')).toMatchObject(noToken)
  })

  test('of a seat that was locked anew from elsewhere is not the first owner’s any more', async () => {
    const { lock, release, released } = createShop()
    await lock('7', 'A-1')
    await release({ seatId: 'A-1', userId: 7 })
    await lock('7', 'A-1', elsewhere)
    expect(await release({ seatId: 'A-1', userId: 7 })).toMatchObject(noToken)
    expect(released).toEqual(['A-1'])
  })

  test('is refused alike for a wrong user, a seat that is free, one that is not there, and no user at all', async () => {
    const { lock, release, released } = createShop()
    await lock('7', 'A-1')
    await lock(longId, 'A-2', elsewhere)
    const bodies = [
      { seatId: 'A-1', userId: 8 },
      { seatId: 'A-1', userId: longId },
      { seatId: 'A-2', userId: 7 },
      { seatId: 'A-3', userId: 7 },
      { seatId: 'Z-9', userId: longId },
      { seatId: 'A-1' },
      {},
      { seatId: { $gt: '' }, userId: longId },
      ...[null, -7, 7.5, 1e21, '', 'a/b', { $gt: '' }, ['7'], 'x'.repeat(65)].map((userId) => ({
        seatId: 'A-1',
        userId,
      })),
    ]
    for (const body of bodies) expect(await release(body), JSON.stringify(body)).toMatchObject(noToken)
    expect(released).toEqual([])
  })

  test('names a wrong user ten times a minute from one address; after that not even the right one counts there', async () => {
    const { lock, release, released, platform, limiter } = createShop()
    for (const seatId of ['A-1', 'A-2']) await lock('7', seatId)
    await lock(longId, 'A-3')
    for (let guess = 100; guess < 110; guess++) {
      expect(await release({ seatId: 'A-1', userId: guess })).toMatchObject(noToken)
    }
    for (const body of [
      { seatId: 'A-1', userId: 110 },
      { seatId: 'A-1', userId: 7 },
      { seatId: 'A-3', userId: longId },
    ]) {
      const refused = await release(body)
      expect(refused).toMatchObject({ status: 429, text: '{"error":"Too many requests: wait"}' })
      expect(Number(refused.headers.get(headers.retryAfter))).toBeGreaterThan(0)
    }
    expect(released).toEqual([])
    expect(await release({ seatId: 'A-3', userId: longId }, elsewhere)).toMatchObject(done)
    platform.advance(60_000)
    expect(await release({ seatId: 'A-1', userId: 7 })).toMatchObject(done)
    limiter.mode = 'fails'
    expect(await release({ seatId: 'A-2', userId: 7 }), 'nobody can count').toMatchObject({ status: 500 })
    expect(released).toEqual(['A-3', 'A-1'])
  })

  test('guesses that are sent all at once are ten of one minute too', async () => {
    const { lock, release, released } = createShop()
    await lock('499', 'A-1')
    const guesses = Array.from({ length: 100 }, (_, n) => release({ seatId: 'A-1', userId: 400 + n }))
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([...Array(10).fill(401), ...Array(90).fill(429)])
    expect(released).toEqual([])
  })

  test('releases of one’s own, and of seats that are free again, are no wrong names', async () => {
    const { lock, release, released } = createShop()
    for (let n = 0; n < 15; n++) {
      await lock(`user-${n}`, 'A-1')
      expect(await release({ seatId: 'A-1', userId: `user-${n}` })).toMatchObject(done)
      expect(await release({ seatId: 'A-1', userId: `user-${n}` })).toMatchObject(noToken)
    }
    expect(released).toHaveLength(15)
  })

  test('that shows a bad token is refused, whomever it names', async () => {
    const { lock, release } = createShop()
    await lock(longId, 'A-1')
    const bad = { authorization: 'Bearer abc' }
    expect(await release({ seatId: 'A-1', userId: longId }, home, bad)).toMatchObject({ status: 403 })
  })
})
