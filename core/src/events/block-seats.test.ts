import { SeatId, seatsPerBlockMax } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testCore } from '../testing.ts'
import { blockSeats } from './block-seats.ts'
import { syncSeats } from './sync-seats.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

const ids = (...seats: string[]) => seats.map((seat) => SeatId.parse(seat))
const block = (seats: readonly SeatId[], blocked = true, eventId = world.eventId) =>
  blockSeats(world.core, { appId: world.appId, eventId, seats, blocked })
const stored = async (limit = 100) => {
  const { core, appId, eventId } = world
  return core.store.find(appId, 'seats', { eventId }, { orderBy: 'index', limit })
}
const blockedNow = async () => (await stored()).filter((seat) => seat.blocked).map((seat) => seat.seatId)
const pokes = () => world.core.store.count(world.appId, 'outbox', { kind: 'apply' })

describe('blocking seats', () => {
  test('takes them off sale, tells Redis which, and is undone the same way', async () => {
    const before = await stored()
    expect(await block(ids('A-1', 'A-2'))).toEqual({ event: 'theatre', changed: 2, unchanged: 0 })
    expect(await blockedNow()).toEqual(['A-1', 'A-2'])
    const [row] = await world.core.store.find(
      world.appId,
      'outbox',
      { kind: 'apply' },
      { orderBy: 'rowId', order: 'descending', limit: 1 },
    )
    expect(row?.seats).toEqual(['A-1', 'A-2'])
    expect(await block(ids('A-2', 'A-1'), false)).toMatchObject({ changed: 2 })
    expect(await stored()).toEqual(before.map((seat, i) => (i < 2 ? { ...seat, rev: seat.rev + 2 } : seat)))
  })

  test('that are blocked already changes nothing, and counts each seat as what it was', async () => {
    await block(ids('A-1'))
    const [before, rows] = [await stored(), await pokes()]
    expect(await block(ids('A-1'))).toEqual({ event: 'theatre', changed: 0, unchanged: 1 })
    expect([await stored(), await pokes()]).toEqual([before, rows])
    expect(await block(ids('A-1', 'A-2'))).toEqual({ event: 'theatre', changed: 1, unchanged: 1 })
  })

  test('leaves who has bought one alone', async () => {
    const { core, appId, eventId } = world
    const sold = { state: 'BOOKED', bookingId: 'BK-1' as never } as const
    await core.store.updateIf(appId, 'seats', { eventId, seatId: { in: ids('A-1') } }, { set: sold })
    await block(ids('A-1'))
    expect((await stored())[0]).toMatchObject({ ...sold, blocked: true })
  })

  test('of which some are unknown is refused by their names, and blocks none', async () => {
    const [before, rows] = [await stored(), await pokes()]
    await expect(block(ids('A-1', 'X-1', 'A-2', 'X-2'))).rejects.toMatchObject({
      code: 'unknown_seat',
      extras: { seats: ['X-1', 'X-2'] },
    })
    expect([await stored(), await pokes()]).toEqual([before, rows])
  })

  test('of an event that is not there, or of another app, is refused', async () => {
    await expect(block(ids('A-1'), true, 'none' as never)).rejects.toMatchObject({ code: 'not_found' })
    const other = { appId: 'app_other' as never, eventId: world.eventId, seats: ids('A-1'), blocked: true }
    await expect(blockSeats(world.core, other)).rejects.toMatchObject({ code: 'not_found' })
    expect(await blockedNow()).toEqual([])
  })

  test('takes as many as the contract allows at once', async () => {
    const { core, appId, eventId } = world
    const many = Array.from({ length: seatsPerBlockMax }, (_, i) => SeatId.parse(`M-${i}`))
    await syncSeats(core, { appId, eventId, seats: many.map((id) => ({ id, price: 1 })) })
    expect(await block(many)).toMatchObject({ changed: seatsPerBlockMax })
  })
})
