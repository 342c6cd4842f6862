import { SeatId } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createTestInventory, json } from '../testing.ts'
import { holdOf, theatre } from '../testing-data.ts'
import { createTicketsEdge, platform } from './testing-tickets.ts'

type Edge = ReturnType<typeof createTicketsEdge>

async function seatsOf({ ask }: Edge, more: Record<string, string> = {}): Promise<Record<string, unknown>[]> {
  const answer = await ask('GET', '/api/seats', undefined, more)
  return ((await answer.json()) as { seats: Record<string, unknown>[] }).seats
}

/** An inventory whose seats are these, which counts how often it was asked and can be changed. */
function countedInventory(map: string) {
  const asked = { snapshots: 0, map }
  const inventory = {
    ...createTestInventory(platform),
    snapshot: async () => {
      asked.snapshots += 1
      return { word: 'snapshot', epoch: 1, ver: 7, map: asked.map, nowMs: 0 } as const
    },
    holders: async () => ({ word: 'holders', holders: [], nowMs: 0 }) as const,
    hold: async () => {
      asked.map = 'BFFF'
      const hold = holdOf(platform, { seats: [{ id: SeatId.parse('A-1'), price: 4500 }] })
      return { word: 'held', hold, nowMs: 0 } as const
    },
  }
  return { asked, inventory }
}

describe('the seats of TicketS', () => {
  test('a lock has its owner’s id for its owner alone, and an end unless only core can end it', async () => {
    const [one, two, three, four] = await seatsOf(createTicketsEdge())
    expect(one).toEqual({
      ...{ id: 'A-1', row: 'A', number: null, tier: 'standard', price: 45 },
      ...{ state: 'locked', lockedBy: 'usr_1', ttl: 120 },
    })
    expect(two).toMatchObject({ state: 'locked', lockedBy: 'somebody', ttl: null })
    expect(three).toMatchObject({ state: 'booked', lockedBy: null, ttl: null })
    expect(four, 'what is blocked cannot be bought').toMatchObject({ state: 'booked' })
  })

  test('a hold that ran out is free before anybody has swept it', async () => {
    const { inventory } = countedInventory('HFFF')
    const [first] = await seatsOf(createTicketsEdge({ inventory }))
    expect(first).toMatchObject({ state: 'available', lockedBy: null, ttl: null })
  })

  test('a tier is one that its pages know, whatever the category of the seat is called', async () => {
    const edge = createTicketsEdge()
    const categories = ['VIP', 'premium', 'Recliner', null]
    const [section] = theatre.chart.sections
    const seats = section?.rows[0]?.seats.map((seat, i) => ({ ...seat, category: categories[i] }))
    const chart = { ...theatre.chart, sections: [{ name: null, rows: [{ label: 'A', seats }] }] }
    edge.core.answers.set('GET /v1/events/theatre', () => json({ ...theatre, chart }))
    expect((await seatsOf(edge)).map(({ tier }) => tier)).toEqual(['vip', 'premium', 'standard', 'standard'])
  })

  test('pages that ask at about the same time cost one look at Redis, each a moment later another', async () => {
    const { asked, inventory } = countedInventory('FFFF')
    const edge = createTicketsEdge({ inventory })
    for (let page = 0; page < 12; page++) await seatsOf(edge, { 'x-test-address': `192.0.2.${page}` })
    expect(asked.snapshots).toBe(1)
    edge.platform.advance(250)
    await seatsOf(edge)
    expect(asked.snapshots).toBe(2)
  })

  test('who has just locked a seat sees it on the next page', async () => {
    const { inventory } = countedInventory('FFFF')
    const edge = createTicketsEdge({ inventory })
    expect((await seatsOf(edge))[0]?.state).toBe('available')
    expect((await edge.ask('POST', '/api/lock', { seatId: 'A-1' })).status).toBe(200)
    expect((await seatsOf(edge))[0]?.state).toBe('booked')
  })

  test('seats that were read before a lock and answered after it are not shown again', async () => {
    const { asked, inventory } = countedInventory('FFFF')
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const before = inventory.snapshot
    let isFirst = true
    inventory.snapshot = async () => {
      const seen = await before()
      if (isFirst) {
        isFirst = false
        await slow
      }
      return seen
    }
    const edge = createTicketsEdge({ inventory })
    const early = seatsOf(edge)
    await expect.poll(() => asked.snapshots).toBe(1)
    await edge.ask('POST', '/api/lock', { seatId: 'A-1' })
    resolve()
    expect((await early)[0]?.state).toBe('available')
    expect((await seatsOf(edge))[0]?.state).toBe('booked')
  })
})
