import { EventPage, EventsQuery, EventView, SeatsQuery, SeatsView } from '../events.ts'
import { EventPath } from '../paths.ts'
import { Bytes, empty, json, type Operation } from './operation.ts'

const theatre = {
  id: 'theatre',
  domain: 'EVENT',
  name: 'A Midsummer Night’s Dream',
  currency: 'EUR',
  startsAt: '2027-06-24T19:30:00.000Z',
  sale: 'open',
  onSaleAt: null,
  offSaleAt: null,
  charges: [
    { name: 'Booking fee', kind: 'fee', perSeat: 250 },
    { name: 'VAT', kind: 'tax', basisPoints: 1_900 },
  ],
  cancellation: {
    steps: [
      { hoursBefore: 168, refundPercent: 100 },
      { hoursBefore: 24, refundPercent: 50 },
    ],
    keepFees: true,
  },
  holdTtlMs: 600_000,
  holdLifetimeMs: 1_800_000,
  seatsHeldPerOwner: 20,
  holdsPerMinute: 30,
  lapsedHoldsPerOwner: 10,
  coolDownMs: 300_000,
  seatsBookedPerOwner: null,
  seatCount: 1_006,
  createdAt: '2026-11-01T09:00:00.000Z',
} as const

/** An event as examples show it. */
export const exampleEvent = theatre

const seat = { id: 'A-12', index: 12, price: 9_500, category: 'Premium', number: '12', x: 667, y: 156.8 }

/** What anybody with a key of the app may read. */
export const eventOperations = {
  listEvents: {
    method: 'GET',
    path: '/v1/events',
    tag: 'Events',
    summary: 'List the events of the app',
    caller: 'app',
    repeat: 'always',
    query: EventsQuery,
    answers: { 200: json(EventPage), 304: empty },
    sends: ['etag'],
    problems: [],
    example: { query: { sale: 'open', limit: '10' }, status: 200, answer: { events: [theatre] } },
  },
  readEvent: {
    method: 'GET',
    path: '/v1/events/{eventId}',
    tag: 'Events',
    summary: 'Read an event and its chart',
    notes:
      'The chart changes rarely: keep it, and ask with `If-None-Match`. Each seat has an `index`, its byte in the map of `readSeats`, for ever.',
    caller: 'app',
    repeat: 'always',
    params: EventPath,
    answers: { 200: json(EventView), 304: empty },
    sends: ['etag'],
    problems: [],
    example: {
      params: { eventId: 'theatre' },
      status: 200,
      answer: {
        ...theatre,
        chart: {
          size: { width: 1440, height: 1200 },
          categories: [{ name: 'Premium', color: '#c0392b' }],
          areas: [],
          sections: [{ name: 'Stalls', rows: [{ label: 'A', seats: [{ ...seat, accessible: false }] }] }],
        },
      },
    },
  },
  readSeats: {
    method: 'GET',
    path: '/v1/events/{eventId}/seats',
    tag: 'Events',
    summary: 'Read which seats are taken',
    notes:
      'As JSON, the seats that are not free, or those of one status. With `Accept: application/octet-stream` the whole map: at each seat’s `index` one byte, `F` free, `H` held, `C` being confirmed, `B` booked, `X` blocked; any other is unknown, never free. The query is ignored then. `x-holdfast-version` tells how new it is: `0.0` of an event that has no seats, of which there is nothing to tell.',
    caller: 'app',
    repeat: 'always',
    params: EventPath,
    query: SeatsQuery,
    answers: { 200: { 'application/json': SeatsView, 'application/octet-stream': Bytes }, 304: empty },
    sends: ['etag', 'x-holdfast-version'],
    problems: ['event_not_ready'],
    example: {
      params: { eventId: 'theatre' },
      query: { status: 'free', limit: '2' },
      status: 200,
      answer: {
        event: 'theatre',
        version: '1.7',
        ageMs: 3,
        counts: { free: 998, held: 2, confirming: 0, booked: 0, blocked: 0, unknown: 0 },
        seats: [
          { id: 'A-1', status: 'free' },
          { id: 'A-2', status: 'free' },
        ],
      },
    },
  },
} as const satisfies Record<string, Operation>
