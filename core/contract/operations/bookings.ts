import * as z from 'zod'
import { BookingPage, BookingView } from '../bookings.ts'
import { PageQuery } from '../pages.ts'
import { BookingPath } from '../paths.ts'
import { exampleEvent } from './events.ts'
import { json, type Operation } from './operation.ts'

const receipt = 'eyJhbGciOiJFZERTQSJ9.eyJib29raW5nIjoiQkstMjAyNjExMjMtN0syTTlRIn0.c2lnbmF0dXJl'
const params = { bookingId: 'BK-20261123-7K2M9Q' }

/** A booking as examples show it. */
export const exampleBooking = {
  id: params.bookingId,
  event: 'theatre',
  hold: 'hold_2sKd7QpXw9LrT4vYzB1nMc.1.7',
  status: 'confirmed',
  ticket: 'valid',
  payment: { status: 'SUCCESS', id: 'pay_example_1' },
  seats: [
    { id: 'A-12', price: 9_500 },
    { id: 'A-13', price: 9_500 },
  ],
  cancelled: [],
  total: 19_000,
  retained: 19_000,
  currency: 'EUR',
  charges: [
    { name: 'Booking fee', kind: 'fee', amount: 500 },
    { name: 'VAT', kind: 'tax', amount: 3_034 },
  ],
  cancellation: exampleEvent.cancellation,
  createdAt: '2026-11-23T12:01:00.000Z',
  receipt,
} as const

/** What was sold: a buyer sees their own, a server all of its app. */
export const bookingOperations = {
  listBookings: {
    method: 'GET',
    path: '/v1/bookings',
    tag: 'Bookings',
    summary: 'List bookings, newest first',
    notes: 'Those of the buyer; to a server that names no buyer, those of the app.',
    caller: 'reader',
    repeat: 'always',
    query: PageQuery,
    answers: { 200: json(BookingPage) },
    problems: [],
    example: { query: { limit: '10' }, status: 200, answer: { bookings: [exampleBooking] } },
  },
  readBooking: {
    method: 'GET',
    path: '/v1/bookings/{bookingId}',
    tag: 'Bookings',
    summary: 'Read a booking',
    notes:
      'A ticket is good from `ticket: valid` on: `pending` waits for its payment, `void` was cancelled or its payment came to nothing (its `status` is still `confirmed` then). Webhooks tell it too.',
    caller: 'reader',
    repeat: 'always',
    params: BookingPath,
    answers: { 200: json(BookingView) },
    problems: [],
    example: { params, status: 200, answer: exampleBooking },
  },
  readReceipt: {
    method: 'GET',
    path: '/v1/bookings/{bookingId}/receipt',
    tag: 'Bookings',
    summary: 'Read the signed proof of a booking',
    notes:
      'A compact JWS under EdDSA: the keys at `/.well-known/jwks.json` verify it, without this service. It proves what was sold, and stays as it was signed; whether the ticket is good says the header `x-holdfast-ticket`, which may be seconds behind `ticket` of the booking.',
    caller: 'reader',
    repeat: 'always',
    params: BookingPath,
    answers: { 200: { 'application/jwt': z.string() } },
    sends: ['x-holdfast-ticket'],
    problems: [],
    example: { params, status: 200, answer: receipt },
  },
} as const satisfies Record<string, Operation>
