import { holdersSeatsPerRead, lockKnownMs, SeatId } from '@holdfast/contract'
import type { Holder } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { createLockReader, isLocked } from './holders.ts'
import { createTestInventory, createTestPlatform } from './testing.ts'
import { buyer, holdId, theatre } from './testing-data.ts'

const event = { appId: 'app_1' as never, eventId: theatre.id }
const seatsTo = (count: number) => Array.from({ length: count }, (_, n) => SeatId.parse(`S-${n}`))

/** A reader over an inventory in which everything is held that has not been freed. */
function createReader() {
  const platform = createTestPlatform()
  const asked: SeatId[][] = []
  const free = new Set<SeatId>()
  const holders = async (_: unknown, seats: readonly SeatId[]) => {
    asked.push([...seats])
    const held = seats.filter((seat) => !free.has(seat))
    const untilMs = platform.now() + 300_000
    const found = held.map(
      (seatId): Holder => ({ seatId, status: 'held', grantId: holdId, owner: buyer, untilMs }),
    )
    return { word: 'holders', holders: found, nowMs: platform.now() } as const
  }
  const inventory = { ...createTestInventory(platform), holders }
  const read = createLockReader({ inventory: () => inventory, events: {} as never, platform })
  return { platform, asked, free, read: (seats: readonly SeatId[]) => read(event, seats, {} as never) }
}

test('as many as fit one script are all asked about, each time', async () => {
  const { asked, free, read } = createReader()
  const seats = seatsTo(holdersSeatsPerRead)
  expect((await read(seats)).bySeat.size).toBe(seats.length)
  const [first] = seats
  if (first) free.add(first)
  expect((await read(seats)).bySeat.get(seats[0] ?? (first as never))).toBeNull()
  expect(asked.map(({ length }) => length)).toEqual([500, 500])
})

test('of more, one script asks about those that are new, then about those asked longest ago', async () => {
  const { asked, read } = createReader()
  const seats = seatsTo(1_200)
  const known = async (of = seats) => (await read(of)).bySeat.size
  expect([await known(), await known(), await known()]).toEqual([500, 1_000, 1_200])
  expect(asked.map(({ length }) => length)).toEqual([500, 500, 500])
  // Once all are known, everything is asked about again in turn.
  await known()
  const newest = SeatId.parse('new')
  await known([...seats, newest])
  expect(asked.at(-1)?.[0]).toBe(newest)
  expect(new Set(asked.slice(2).flat()).size).toBe(1_201)
})

test('a seat that nobody had when it was asked about is asked about first, if the map still has it as held', async () => {
  const { asked, free, read } = createReader()
  const seats = seatsTo(600)
  const last = seats.at(-1) as SeatId
  free.add(last)
  await read(seats)
  await read(seats)
  expect((await read(seats)).bySeat.get(last)).toBeNull()
  expect(asked.at(-1)?.[0]).toBe(last)
})

test('what was told is believed for a while, and what is not held any more is forgotten at once', async () => {
  const { platform, read } = createReader()
  const seats = seatsTo(1_000)
  await read(seats)
  await read(seats)
  expect((await read(seats.slice(0, 700))).bySeat.size).toBe(700)
  expect((await read(seats)).bySeat.size, 'one script’s more').toBe(1_000)
  platform.advance(lockKnownMs)
  expect((await read(seats)).bySeat.size).toBe(500)
})

test('nobody is asked about no seats', async () => {
  const { asked, read } = createReader()
  expect((await read([])).bySeat.size).toBe(0)
  expect(asked).toEqual([])
})

test.each([
  ['held', undefined, true],
  ['held', null, false],
  ['held', { owner: buyer, untilMs: 11 }, true],
  ['held', { owner: buyer, untilMs: 10 }, false],
  ['confirming', null, true],
  ['confirming', { owner: buyer, untilMs: 1 }, true],
  ['free', undefined, false],
  ['booked', { owner: buyer, untilMs: 11 }, false],
] as const)('a seat that the map has as %s, of %o, is locked: %s', (status, lock, expected) => {
  expect(isLocked(status, lock, 10)).toBe(expected)
})
