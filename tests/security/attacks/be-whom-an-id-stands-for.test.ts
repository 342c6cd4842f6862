/*
 * The attacker may choose what an app calls them, and calls themselves by the id that stands here for another user's text,
 * which anybody can work out; or an app's server takes the id of an event or a seat that nobody has named yet.
 */
import { entityEventId, foreignUserId, headers, numberedSeatId, systemPlatform } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { onServer, openWorld, type World } from '../world.ts'

const ada = 'ada@example.org'
const entityId = 'Bus 7: Pune'
const seatNumber = 'A 1/2'

let world: World
let mallory: string
let eventId: string
let seatId: string
let server: Readonly<Record<string, string>>
beforeAll(async () => {
  world = await openWorld()
  const { shop } = world
  mallory = await foreignUserId(systemPlatform, ada)
  eventId = await entityEventId(systemPlatform, entityId)
  seatId = await numberedSeatId(systemPlatform, seatNumber)
  const key = 'legacyServerKey' in shop ? shop.legacyServerKey : ''
  server = { [headers.appId]: shop.appId, [headers.apiKey]: key }
})
afterAll(() => world.close())

const put = (path: string, body: object): Promise<ApiAnswer> =>
  world.send({ method: 'PUT', path, headers: onServer(world.shop), body })
const post = (path: string, body: object, more: object = {}): Promise<ApiAnswer> =>
  world.send({ method: 'POST', path, headers: { ...server, ...more }, body })
const refused = (answer: ApiAnswer) => {
  expect([400, 422], answer.text).toContain(answer.status)
  expect(answer.text).toContain('has the form of an id that stands for another')
}

describe('a user', () => {
  test('cannot be named on the predecessor’s routes by the id that stands for them', async () => {
    const sent = { [headers.externalUserId]: mallory }
    refused(await world.send({ method: 'GET', path: '/my-bookings', headers: { ...server, ...sent } }))
    const seat = { seatId: 'any' }
    refused(await post('/reserve-seat', seat, sent))
    refused(await post('/reserve-seat', { ...seat, userId: mallory }))
    refused(await post('/reserve-seat', { ...seat, externalUser: { id: mallory } }))
  })

  test('cannot be named on /v1 by the id that stands for them', async () => {
    const sent = { ...onServer(world.shop), [headers.externalUserId]: mallory }
    refused(await world.send({ method: 'GET', path: '/v1/bookings', headers: sent }))
  })

  test('is named by their own text, as before', async () => {
    const sent = { ...server, [headers.externalUserId]: ada }
    expect((await world.send({ method: 'GET', path: '/my-bookings', headers: sent })).status).toBe(200)
  })
})

describe('an event', () => {
  test('cannot be made with the id of an entity that it is not', async () => {
    refused(await put(`/v1/events/${eventId}`, { name: 'Another bus', currency: 'INR' }))
    refused(await post('/admin/sync-seats', { entityId: eventId, seats: [{ seatNumber, price: 1 }] }))
    expect((await post('/admin/sync-seats', { entityId, seats: [{ seatNumber, price: 1 }] })).status).toBe(
      200,
    )
  })

  test('that is there is changed on /v1 by its id, its name included', async () => {
    const changed = await put(`/v1/events/${eventId}`, { name: 'The bus to Pune', currency: 'INR' })
    expect(changed.status, changed.text).toBe(200)
  })
})

describe('a seat', () => {
  test('cannot be made with the id of a number that it has not', async () => {
    const path = '/v1/events/gala/seats'
    await put('/v1/events/gala', { name: 'Gala', currency: 'INR' })
    for (const number of [undefined, 'B 7'])
      refused(await put(path, { seats: [{ id: seatId, price: 1, ...(number && { number }) }] }))
    refused(await post('/admin/sync-seats', { entityId: 'gala', seats: [{ seatNumber: seatId, price: 1 }] }))
    const own = await put(path, { seats: [{ id: seatId, price: 1, number: seatNumber }] })
    expect(own.status, own.text).toBe(200)
  })

  test('that is there is changed on /v1 by its id', async () => {
    const changed = await put(`/v1/events/${eventId}/seats`, { seats: [{ id: seatId, price: 2 }] })
    expect(changed.status, changed.text).toBe(200)
  })
})
