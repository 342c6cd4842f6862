import { EventId, SeatId, ticketsPerSecondDefault } from '@holdfast/contract'
import type { Holder } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestEdge, json } from '../testing.ts'
import { booking, buyer, holdId, holdOf, settings, theatre, verdicts } from '../testing-data.ts'
import { newArea, newCode, newRefusal, newTitle, refusedStatuses, retryAfterOf } from '../testing-versions.ts'
import { reservationToken } from './unified-booking/ids.ts'

const [verdict] = verdicts.values()
const confirmRoute = `POST /v1/events/theatre/holds/${holdId}/confirm`

/** An edge that serves both predecessors; the buyer has locked A-1. */
function createEdge() {
  const event = { appId: verdict?.appId as never, eventId: theatre.id }
  const edge = createTestEdge({
    settings: { ...settings, tickets: { event, perSecond: ticketsPerSecondDefault } },
  })
  const nowMs = edge.platform.now()
  const seat = { id: SeatId.parse('A-1'), price: 4500 }
  const hold = holdOf(edge.platform, { seats: [seat] })
  const mine: Holder = {
    seatId: seat.id,
    status: 'held',
    grantId: holdId,
    owner: buyer,
    untilMs: hold.untilMs,
  }
  edge.inventory.holders = async () => ({ word: 'holders', holders: [mine], nowMs })
  edge.inventory.read = async () => ({ word: 'hold', hold, nowMs })
  edge.inventory.pin = async () => ({ word: 'pinned', hold, nowMs })
  edge.core.answers.set('POST /internal/apps/verdict', () => json({ verdict, deniedUsers: [] }))
  edge.core.answers.set('POST /internal/replies', () => json({ reply: null }))
  const seatNames = [{ app: 'app_1', event: 'theatre', seat: 'A-1', number: '1', news: 1 }]
  edge.core.answers.set('POST /internal/seats/names', () => json({ seats: seatNames, news: 1 }))
  return edge
}

const pay = (edge: ReturnType<typeof createEdge>) =>
  edge.call('POST', '/api/pay', { key: null, origin: null, body: { seatId: 'A-1', idempotencyKey: 'key-1' } })

const token = reservationToken({ eventId: theatre.id, grantId: holdId, total: 4500, currency: 'EUR' })
const confirm = (edge: ReturnType<typeof createEdge>) =>
  edge.call('POST', '/confirm-booking', { body: { reservationToken: token, paymentId: 'pay_1' } })

describe('a confirm that core refuses with a code of another version', () => {
  const busy = { error: 'The service is busy: try again' }
  const shown = { success: false, message: newTitle }
  const told = { error: newTitle }
  const inTickets = new Map<number, [status: number, body: object]>([
    [400, [400, shown]],
    [401, [401, told]],
    [402, [400, shown]],
    [403, [403, told]],
    [404, [404, told]],
    [409, [409, shown]],
    [410, [404, told]],
    [422, [400, shown]],
    [429, [429, told]],
    [500, [500, busy]],
    [503, [500, busy]],
  ])

  test.each(refusedStatuses)('with %i is a refusal of TicketS of that kind', async (status, retryAfter) => {
    const edge = createEdge()
    edge.core.answers.set(confirmRoute, () => newRefusal(status, retryAfterOf(retryAfter)))
    const response = await pay(edge)
    expect([response.status, await response.json()]).toEqual(inTickets.get(status))
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    expect(edge.logs.at(-1)).toMatchObject({ code: newCode })
  })

  const inEnvelope = new Map<number, [status: number, code: string]>([
    [400, [400, 'VALIDATION_ERROR']],
    [401, [401, 'AUTHENTICATION_ERROR']],
    [402, [402, 'PAYMENT_ERROR']],
    [403, [403, 'AUTHORIZATION_ERROR']],
    [404, [404, 'NOT_FOUND']],
    [409, [409, 'CONFLICT']],
    [410, [404, 'NOT_FOUND']],
    [422, [400, 'VALIDATION_ERROR']],
    [429, [429, 'RATE_LIMIT_ERROR']],
    [500, [500, 'INTERNAL_ERROR']],
    [503, [503, 'SERVICE_UNAVAILABLE']],
  ])

  test.each(refusedStatuses)(
    'with %i is a refusal of Unified Booking of that kind',
    async (status, retryAfter) => {
      const edge = createEdge()
      edge.core.answers.set(confirmRoute, () => newRefusal(status, retryAfterOf(retryAfter)))
      const response = await confirm(edge)
      const { success, error } = (await response.json()) as {
        success: boolean
        error: Record<string, unknown>
      }
      expect([response.status, error.code]).toEqual(inEnvelope.get(status))
      expect({ success, ...error }).toMatchObject({
        success: false,
        message: newTitle,
        details: { reason: newCode },
      })
      expect(error.details, 'what is for a newer edge').not.toHaveProperty('tide')
      expect(response.headers.get('retry-after')).toBe(retryAfter)
    },
  )

  test('with 202 is an outcome that nobody knows, in the words of both', async () => {
    const edge = createEdge()
    edge.core.answers.set(confirmRoute, () => newRefusal(202))
    const [paid, confirmed] = [await pay(edge), await confirm(edge)]
    expect([paid.status, await paid.json()]).toEqual([
      500,
      { error: expect.stringContaining('Nobody knows') },
    ])
    expect([confirmed.status, await confirmed.json()]).toEqual([
      503,
      expect.objectContaining({ error: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) }),
    ])
  })
})

test('a key of TicketS that another version has refused for good is refused with the same status', async () => {
  const edge = createEdge()
  const body = await newRefusal(409).text()
  edge.core.answers.set('POST /internal/replies', () => json({ reply: { status: 409, body } }))
  const response = await pay(edge)
  expect([response.status, await response.json()]).toEqual([409, { success: false, message: newTitle }])
  expect(edge.core.count(confirmRoute)).toBe(0)
})

test('a booking with what only a newer edge knows is a booking in the words of both', async () => {
  const edge = createEdge()
  const payment = { status: 'AUTHORISED', id: 'pay_1', news: 1 }
  const sold = { ...booking, event: EventId.parse('theatre'), payment, lines: [] }
  edge.core.answers.set(confirmRoute, () => json(sold, 201))
  expect(await (await pay(edge)).json()).toEqual({ success: true, txId: booking.id })
  const response = await confirm(edge)
  expect([response.status, await response.json()]).toEqual([
    200,
    expect.objectContaining({ data: expect.objectContaining({ bookingId: booking.id }) }),
  ])
})

test('a chart with what only a newer edge knows is listed in the words of both', async () => {
  const edge = createEdge()
  const chart = { ...theatre.chart, areas: [newArea] }
  edge.core.answers.set('GET /v1/events/theatre', () => json({ ...theatre, chart, domain: 'FERRY', news: 1 }))
  edge.inventory.snapshot = async () => ({ word: 'snapshot', epoch: 1, ver: 1, map: 'FFFF', nowMs: 0 })
  const tickets = await edge.call('GET', '/api/seats', { key: null, origin: null })
  expect([tickets.status, await tickets.json()]).toEqual([200, { seats: expect.any(Array) }])
  const unified = await edge.call('GET', '/seats?entityId=theatre')
  expect([unified.status, await unified.json()]).toMatchObject([200, { data: { count: 4 } }])
})
