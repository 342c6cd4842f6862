/*
 * The attacker has read a page's source, where the predecessor's key of its app stands, and calls with curl: whatever a page
 * must not do was allowed to whoever left the Origin header out.
 */
import { AppView, EventView, headers } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const Made = z.object({ data: z.object({ app: z.object({ appId: z.string() }), apiKey: z.string() }) })
const Seats = z.object({ data: z.object({ seats: z.array(z.object({ _id: z.string() })) }) })
const Reserved = z.object({ data: z.object({ reservationToken: z.string() }) })
const Rotated = z.object({ key: z.string() })

const entityId = 'opening-night'
const victim = 'alice'
let stolen: Readonly<Record<string, string>>
let server: Readonly<Record<string, string>>

const post = (path: string, sent: Readonly<Record<string, string>>, body: object): Promise<ApiAnswer> =>
  world.send({ method: 'POST', path, headers: sent, body })
const get = (path: string, sent: Readonly<Record<string, string>>): Promise<ApiAnswer> =>
  world.send({ method: 'GET', path, headers: sent })

/** An app as its operator makes it in the old console, whose own server takes the money. */
beforeEach(async () => {
  const admin = { authorization: `Bearer ${await world.adminToken()}` }
  const input = { name: 'Theatre', domain: 'EVENT', allowedDomains: ['theatre.example'] }
  const { app, apiKey } = Made.parse((await post('/admin/apps', admin, input)).body).data
  const path = `/v1/admin/apps/${app.appId}`
  const body = { paymentProvider: 'external' }
  const changed = await world.send({ method: 'PATCH', path, headers: admin, body })
  expect(AppView.parse(changed.body).paymentProvider).toBe('external')
  const rotated = await post(`${path}/keys/rotate`, admin, { kind: 'secret' })
  server = { [headers.apiKey]: Rotated.parse(rotated.body).key }
  stolen = { [headers.apiKey]: apiKey, [headers.appId]: app.appId }
  const event = { name: entityId, currency: 'INR' }
  await world.send({ method: 'PUT', path: `/v1/events/${entityId}`, headers: server, body: event })
  const seats = { seats: [{ id: 'A1', number: 'A1', price: 90_000 }] }
  await world.send({ method: 'PUT', path: `/v1/events/${entityId}/seats`, headers: server, body: seats })
})

/** A buyer of the attacker's own, on the page. */
async function buyer(): Promise<Readonly<Record<string, string>>> {
  const page = { ...stolen, origin: 'https://theatre.example' }
  const account = { email: `m-${Math.random()}@example.org`, password: 'correct horse', name: 'Mallory' }
  const made = await post('/auth/signup', page, account)
  const { data } = z.object({ data: z.object({ token: z.string() }) }).parse(made.body)
  return { ...stolen, authorization: `Bearer ${data.token}` }
}

describe('with a key from a page and no origin, an attacker', () => {
  test('cannot set the price of a seat to nothing', async () => {
    const body = { entityId, seats: [{ seatNumber: 'A1', price: 0 }] }
    const answer = await post('/admin/sync-seats', stolen, body)
    expect(answer.status, answer.text).toBe(403)
    const chart = EventView.parse((await get(`/v1/events/${entityId}`, server)).body)
    expect(JSON.stringify(chart)).toContain('90000')
  })

  test('cannot act as a user of the app', async () => {
    const asVictim = { ...stolen, [headers.externalUserId]: victim }
    for (const path of ['/my-bookings', `/seats?entityId=${entityId}`, `/seats/status?entityId=${entityId}`])
      expect((await get(path, asVictim)).status, path).toBe(403)
    const seatId = `${entityId}:A1`
    for (const more of [{}, { externalUser: { id: victim } }, { userId: victim }])
      expect((await post('/reserve-seat', asVictim, { seatId, ...more })).status).toBe(403)
    expect((await post('/reserve-seat', stolen, { seatId, userId: victim })).status).toBe(403)
  })

  test('cannot say that a seat was paid for', async () => {
    const mallory = await buyer()
    const onPage = { ...mallory, origin: 'https://theatre.example' }
    const [seat] = Seats.parse((await get(`/seats?entityId=${entityId}`, onPage)).body).data.seats
    const reserved = await post('/reserve-seat', onPage, { seatId: seat?._id })
    const { reservationToken } = Reserved.parse(reserved.body).data
    const paid = { reservationToken, paymentId: 'pay_never_made' }
    for (const sent of [mallory, onPage]) {
      const answer = await post('/confirm-booking', sent, paid)
      expect(answer.status, answer.text).toBe(403)
      expect(answer.text).toContain(`npx holdfast apps use ${stolen[headers.appId]} server`)
    }
  })
})
