import { AppPatch, EventId, EventInput, SeatInput, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { updateApp } from '../apps/update-app.ts'
import { simulatedProvider } from '../payments/simulated.ts'
import { testCore } from '../testing.ts'
import { putEvent } from './put-event.ts'
import { syncSeats } from './sync-seats.ts'

const eventId = EventId.parse('kuwait')
let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
  await put({})
})
afterEach(() => world.core.store.close())

const put = (input: object) =>
  putEvent(world.core, {
    appId: world.appId,
    eventId,
    input: EventInput.parse({ name: 'Kuwait', currency: 'KWD', ...input }),
  })
const price = (...prices: number[]) =>
  syncSeats(world.core, {
    appId: world.appId,
    eventId,
    seats: prices.map((one, at) => SeatInput.parse({ id: `A-${at}`, price: one })),
  })
const change = (patch: object) =>
  updateApp(
    { ...world.core, findProvider: () => simulatedProvider(systemPlatform) },
    { appId: world.appId, patch: AppPatch.parse(patch) },
  )
const seats = () => world.core.store.count(world.appId, 'seats', { eventId })

test.each(['stripe', 'razorpay'])(
  'a price that %s can never charge is not put on a seat',
  async (paymentProvider) => {
    await change({ paymentProvider })
    await expect(price(5_000, 5_005, 0, 5_001)).rejects.toMatchObject({
      code: 'invalid_request',
      extras: {
        errors: [{ path: 'seats.1.price', count: 2, examples: ['seats.1.price', 'seats.3.price'] }],
      },
    })
    expect(await seats()).toBe(0)
    expect(await price(5_000, 5_010, 0)).toMatchObject({ inserted: 3 })
  },
)

test('what is on sale is not left to a provider that cannot charge it', async () => {
  await price(5_000, 5_005)
  await expect(change({ paymentProvider: 'stripe' })).rejects.toMatchObject({
    extras: {
      errors: [{ path: 'paymentProvider', message: expect.stringContaining('A-1 of the event kuwait') }],
    },
  })
  await price(5_000, 5_000)
  expect(await change({ paymentProvider: 'stripe' })).toMatchObject({ paymentProvider: 'stripe' })
})

test('a price below what a provider charges at all is in its way too', async () => {
  await put({ sale: 'closed' })
  const { core, appId, eventId: theatre } = world
  const cheap = [SeatInput.parse({ id: 'A-1', price: 49 })]
  await syncSeats(core, { appId, eventId: theatre, seats: cheap })
  await expect(change({ paymentProvider: 'stripe' })).rejects.toMatchObject({
    extras: { errors: [{ message: expect.stringContaining('50 at least') }] },
  })
})

test.each([
  ['is closed', { sale: 'closed' }],
  ['is off sale for good', { offSaleAt: '2020-01-01T00:00:00Z' }],
])('an event that %s keeps no app from its provider', async (_, input) => {
  await price(5_005)
  await put(input)
  expect(await change({ paymentProvider: 'stripe' })).toMatchObject({ paymentProvider: 'stripe' })
})

test('a sale that was closed while its app got another provider is opened when its prices can be paid', async () => {
  await price(5_005)
  await put({ sale: 'closed' })
  await change({ paymentProvider: 'stripe' })
  await expect(put({ sale: 'open' })).rejects.toMatchObject({ extras: { errors: [{ path: 'sale' }] } })
  expect((await put({})).event.sale).toBe('closed')
  await price(5_010)
  expect((await put({ sale: 'open' })).event.sale).toBe('open')
})

test('an app that takes its money by itself has any price', async () => {
  await change({ paymentProvider: 'external' })
  expect(await price(5_005)).toMatchObject({ inserted: 1 })
})
