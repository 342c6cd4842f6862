import { BookingView } from '../bookings.ts'
import { ConfirmRequest, HeldQuery, HoldList, HoldPage, HoldRequest, HoldView } from '../holds.ts'
import { EventPath, HoldPath, Nothing } from '../paths.ts'
import { exampleBooking } from './bookings.ts'
import { empty, json, type Operation } from './operation.ts'

const holdId = 'hold_2sKd7QpXw9LrT4vYzB1nMc.1.7'
const params = { eventId: 'theatre', holdId }

/** A hold as examples show it. */
export const exampleHold = {
  id: holdId,
  event: 'theatre',
  status: 'held',
  seats: [
    { id: 'A-12', price: 9_500 },
    { id: 'A-13', price: 9_500 },
  ],
  total: 19_000,
  currency: 'EUR',
  expiresAt: '2026-11-23T12:10:00.000Z',
  expiresInMs: 599_870,
} as const

/** From a choice of seats to a booking. */
export const holdOperations = {
  createHold: {
    method: 'POST',
    path: '/v1/events/{eventId}/holds',
    tag: 'Holds',
    summary: 'Hold seats, all of them or none',
    notes:
      'The same `Idempotency-Key` gets the same hold as it is now, with `Idempotent-Replayed: true`; of one that is over it is 409 `hold_expired`, `hold_released` or `hold_confirmed`, until an hour after that. A refusal names the seats that are taken; `own` says that some are held by the buyer already, by the holds in `holds`.',
    caller: 'buyer',
    repeat: 'by-key',
    params: EventPath,
    body: HoldRequest,
    answers: { 201: json(HoldView) },
    sends: ['location', 'idempotent-replayed'],
    problems: [
      'seats_unavailable',
      'unknown_seat',
      'idempotency_key_reused',
      'too_many_holds',
      'holding_too_fast',
      'cooling_down',
      'sale_not_started',
      'sale_closed',
      'hold_expired',
      'hold_released',
      'hold_confirmed',
      'event_not_ready',
    ],
    example: {
      params: { eventId: 'theatre' },
      body: { seats: ['A-12', 'A-13'] },
      status: 201,
      answer: exampleHold,
    },
  },
  listHolds: {
    method: 'GET',
    path: '/v1/events/{eventId}/holds',
    tag: 'Holds',
    summary: 'List what the buyer holds of an event now',
    notes: 'Also what is being confirmed: read such a hold to learn what became of that.',
    caller: 'buyer',
    repeat: 'always',
    params: EventPath,
    answers: { 200: json(HoldList) },
    problems: ['event_not_ready'],
    example: { params: { eventId: 'theatre' }, status: 200, answer: { holds: [exampleHold] } },
  },
  listAllHolds: {
    method: 'GET',
    path: '/v1/holds',
    tag: 'Holds',
    summary: 'List what the buyer holds now of all events',
    notes:
      'Event by event, in the order of their ids; a page has what is held of up to 20 events. A hold that is younger than a second or two may be missing: that of its event tells at once.',
    caller: 'buyer',
    repeat: 'always',
    query: HeldQuery,
    answers: { 200: json(HoldPage) },
    problems: [],
    example: { query: {}, status: 200, answer: { holds: [exampleHold] } },
  },
  readHold: {
    method: 'GET',
    path: '/v1/events/{eventId}/holds/{holdId}',
    tag: 'Holds',
    summary: 'Read what became of a hold',
    notes:
      'Of one that came to nothing for 30 days after it ended, unless the operator keeps less. After a 202 of a confirm, ask here until it is decided. `held` with `payment: declined`: the last confirm was refused for its payment and none is under way; confirm again, with the same `Idempotency-Key` if you like, or give the seats back.',
    caller: 'buyer',
    repeat: 'always',
    params: HoldPath,
    answers: { 200: json(HoldView) },
    problems: ['event_not_ready'],
    example: { params, status: 200, answer: exampleHold },
  },
  extendHold: {
    method: 'POST',
    path: '/v1/events/{eventId}/holds/{holdId}/extend',
    tag: 'Holds',
    summary: 'Extend a hold, as far as its whole life allows',
    caller: 'buyer',
    repeat: 'by-key',
    params: HoldPath,
    body: Nothing,
    answers: { 200: json(HoldView) },
    problems: [
      'too_many_holds',
      'cannot_extend',
      'hold_expired',
      'hold_lost',
      'hold_released',
      'hold_confirmed',
      'seats_unavailable',
      'event_not_ready',
    ],
    example: { params, body: {}, status: 200, answer: exampleHold },
  },
  confirmHold: {
    method: 'POST',
    path: '/v1/events/{eventId}/holds/{holdId}/confirm',
    tag: 'Holds',
    summary: 'Turn a hold into a booking',
    notes:
      'What has a price needs `payment.id`; with the provider `external` a server adds `amount` and `currency`. The same `Idempotency-Key` gets the same final answer, byte for byte: a booking, `hold_released`, `hold_confirmed`, `payment_already_used`, or that a hold without an order is over. Any other refusal may be another the next time: a declined payment that was made good is booked with the same key, and of an order that was paid after its hold was over the key gets the booking. 202 `outcome_unknown` is no refusal: ask again with the same key, or read the hold.',
    caller: 'buyer',
    repeat: 'by-key',
    params: HoldPath,
    body: ConfirmRequest,
    answers: { 201: json(BookingView) },
    sends: ['location', 'idempotent-replayed'],
    problems: [
      'outcome_unknown',
      'payment_required',
      'payment_declined',
      'payment_already_used',
      'buyer_limit',
      'seats_unavailable',
      'hold_expired',
      'hold_lost',
      'hold_released',
      'hold_confirmed',
      'in_progress',
      'idempotency_key_reused',
      'event_not_ready',
    ],
    example: { params, body: { payment: { id: 'pay_example_1' } }, status: 201, answer: exampleBooking },
  },
  releaseHold: {
    method: 'DELETE',
    path: '/v1/events/{eventId}/holds/{holdId}',
    tag: 'Holds',
    summary: 'Give the seats of a hold back',
    notes:
      'Also after a confirm that was refused. Of one that is under way, the store decides which of the two was first: 409 `hold_confirmed` is a booking; `confirm_in_progress` means that it is not decided yet. Money that was reserved for a hold that is given back is let go, and what comes later is given back.',
    caller: 'buyer',
    repeat: 'always',
    params: HoldPath,
    answers: { 204: empty },
    problems: ['hold_confirmed', 'confirm_in_progress', 'hold_lost', 'event_not_ready'],
    example: { params, status: 204 },
  },
} as const satisfies Record<string, Operation>
