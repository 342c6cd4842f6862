import { AppId, EventId, SeatId } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testCore } from '../testing.ts'
import { nameSeats } from './name-seats.ts'
import { putEvent } from './put-event.ts'
import { syncSeats } from './sync-seats.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

const imported = SeatId.parse('65f1c0ffee65f1c0ffee65f1')

async function addSeat(event: string, id: SeatId, number: string) {
  const { core, appId } = world
  const eventId = EventId.parse(event)
  await putEvent(core, { appId, eventId, input: { name: event, currency: 'EUR' } })
  await syncSeats(core, { appId, eventId, seats: [{ id, price: 100, number }] })
}

const ask = (seat: string, event?: string, appId = world.appId) => {
  const asked = { seat: SeatId.parse(seat), ...(event !== undefined && { event: EventId.parse(event) }) }
  return nameSeats(world.core, [{ appId, asked }])
}

test('a seat is found by its event, with its number', async () => {
  await addSeat('bus', imported, '12A')
  expect((await ask(imported, 'bus')).seats).toEqual([
    { app: 'app_test', event: 'bus', seat: imported, number: '12A' },
  ])
  expect((await ask('A-1', 'theatre')).seats).toMatchObject([{ number: null }])
  expect((await ask(imported, 'theatre')).seats).toEqual([])
})

test('a seat is found alone, if only one event of its app has it', async () => {
  await addSeat('bus', imported, '12A')
  expect((await ask(imported)).seats).toMatchObject([{ event: 'bus' }])
  await addSeat('coach', imported, '1')
  expect((await ask(imported)).seats).toEqual([])
})

test('another app’s seat is as missing as one that never was', async () => {
  await addSeat('bus', imported, '12A')
  const other = AppId.parse('app_other')
  expect((await ask(imported, undefined, other)).seats).toEqual([])
  expect((await ask(imported, 'bus', other)).seats).toEqual([])
})

test('many are asked for at once, of several events', async () => {
  await addSeat('bus', imported, '12A')
  const { core, appId } = world
  const asked = [
    ['A-1', 'theatre'],
    ['A-2', 'theatre'],
    [imported, 'bus'],
    [imported],
    ['Z-9', 'theatre'],
  ].map(([seat, event]) => ({
    appId,
    asked: {
      seat: SeatId.parse(seat),
      ...(event !== undefined && { event: EventId.parse(event) }),
    },
  }))
  const { seats } = await nameSeats(core, asked)
  expect(seats.map(({ seat }) => seat).sort()).toEqual([imported, imported, 'A-1', 'A-2'].sort())
})
