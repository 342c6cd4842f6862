import {
  BlockSeatsReply,
  BlockSeatsRequest,
  EventInput,
  EventSummary,
  ImportPlanQuery,
  ImportPlanReply,
  SyncSeatsQuery,
  SyncSeatsReply,
  SyncSeatsRequest,
} from '../events.ts'
import { EventPath } from '../paths.ts'
import { ImportPlanRequest } from '../plans.ts'
import { exampleEvent } from './events.ts'
import { json, type Operation } from './operation.ts'

const params = { eventId: 'matinee' }
const sold = { count: 0, seats: [] }
const synced = { event: params.eventId, inserted: 2, updated: 0, unchanged: 0, seatCount: 2, sold }

/** What an app’s servers do with what they sell. */
export const inventoryOperations = {
  putEvent: {
    method: 'PUT',
    path: '/v1/events/{eventId}',
    tag: 'Inventory',
    summary: 'Create an event, or change what is given of it',
    notes:
      'What is not given stays as it is; `null` takes a time away. A new event starts with what its app and its domain say. `sale: "closed"` closes the sale and `"open"` opens it again; within that, seats are held from `onSaleAt` until `offSaleAt`, by one clock for everybody. A hold that was taken in time can be extended and confirmed after the sale has closed, until it expires. `charges` are the fees and taxes that every price has in it; `cancellation` says how buyers may give seats back. A sale keeps both as they were; the hours are counted from `startsAt` as it is now, so that a postponed event can be given back until its new date, also by who bought before there was one. Of an event that was brought forward the start that was sold counts where that is better for the buyer, until it has started.',
    caller: 'server',
    repeat: 'always',
    params: EventPath,
    body: EventInput,
    answers: { 200: json(EventSummary), 201: json(EventSummary) },
    problems: ['outcome_unknown'],
    example: {
      params,
      body: {
        name: 'Matinee',
        currency: 'EUR',
        startsAt: '2027-01-16T14:00:00Z',
        charges: exampleEvent.charges,
        cancellation: exampleEvent.cancellation,
      },
      status: 201,
      answer: {
        ...exampleEvent,
        id: params.eventId,
        name: 'Matinee',
        startsAt: '2027-01-16T14:00:00.000Z',
        seatCount: 0,
      },
    },
  },
  putSeats: {
    method: 'PUT',
    path: '/v1/events/{eventId}/seats',
    tag: 'Inventory',
    summary: 'Add seats and change those that are known',
    notes:
      'Removes none. What is absent is left as it is and `null` takes it away, so that one field alone can be changed; a new seat needs a `price`. What is sold or held is not disturbed: a live hold keeps the prices it was given, and a place that somebody has gets another section, row or number only with `?relabel=sold`. `sold` tells those of the changed seats that are sold. A price that the app’s payment provider could never charge or give back is refused. Send more seats than fit in one request in several.',
    caller: 'server',
    repeat: 'always',
    params: EventPath,
    query: SyncSeatsQuery,
    body: SyncSeatsRequest,
    answers: { 200: json(SyncSeatsReply) },
    problems: ['outcome_unknown'],
    example: {
      params,
      body: {
        seats: [
          { id: 'A-1', price: 4_500, section: 'Stalls', row: 'A', number: '1' },
          { id: 'A-2', price: 4_500, section: 'Stalls', row: 'A', number: '2' },
        ],
      },
      status: 200,
      answer: synced,
    },
  },
  blockSeats: {
    method: 'POST',
    path: '/v1/events/{eventId}/seats/block',
    tag: 'Inventory',
    summary: 'Take seats off sale, all of them or none',
    notes: 'Who holds or has bought one keeps it: a blocked seat cannot be held anew, and that is all.',
    caller: 'server',
    repeat: 'always',
    params: EventPath,
    body: BlockSeatsRequest,
    answers: { 200: json(BlockSeatsReply) },
    problems: ['unknown_seat', 'outcome_unknown'],
    example: {
      params,
      body: { seats: ['A-1', 'A-2'] },
      status: 200,
      answer: { event: params.eventId, changed: 2, unchanged: 0 },
    },
  },
  unblockSeats: {
    method: 'POST',
    path: '/v1/events/{eventId}/seats/unblock',
    tag: 'Inventory',
    summary: 'Put blocked seats back on sale, all of them or none',
    caller: 'server',
    repeat: 'always',
    params: EventPath,
    body: BlockSeatsRequest,
    answers: { 200: json(BlockSeatsReply) },
    problems: ['unknown_seat', 'outcome_unknown'],
    example: {
      params,
      body: { seats: ['A-1', 'A-2'] },
      status: 200,
      answer: { event: params.eventId, changed: 2, unchanged: 0 },
    },
  },
  putPlan: {
    method: 'PUT',
    path: '/v1/events/{eventId}/plan',
    tag: 'Inventory',
    summary: 'Import a seating plan in pretix’s JSON',
    notes:
      'A seat is known by its `seat_guid`, which may be any text: one that can be no id gets an id of its own, for ever, and `ids` says which (so does `guid` on the chart). Put again, a plan changes what it says and leaves what it does not say, as `putSeats` does: without `accessible` the wheelchair places stay, and with `null` there are none. `missing` counts the seats of the event that the plan does not have, and `missingSeats` lists them by id, a page at a time (`limit`, and `cursor` with the `nextCursor` before: send the same plan again). They stay on sale unless you say `?missing=block`; to put them back, unblock them. A plan of more bytes than a request may have is sent in parts, each a plan with the categories of its own seats: areas, sizes and categories that a part does not say stay as they are. For a part all others are missing, so no part says `missing=block`.',
    caller: 'server',
    repeat: 'always',
    params: EventPath,
    query: ImportPlanQuery,
    body: ImportPlanRequest,
    answers: { 200: json(ImportPlanReply) },
    problems: ['outcome_unknown'],
    example: {
      params,
      query: { missing: 'block' },
      body: {
        plan: {
          name: 'Small hall',
          categories: [{ name: 'Stalls', color: '#2471a3' }],
          zones: [
            {
              name: 'Stalls',
              position: { x: 0, y: 0 },
              rows: [
                {
                  row_number: 'A',
                  seats: [
                    { seat_guid: 'A-1', seat_number: '1', position: { x: 10, y: 10 }, category: 'Stalls' },
                    { seat_guid: 'A/2', seat_number: '2', position: { x: 30, y: 10 }, category: 'Stalls' },
                  ],
                },
              ],
            },
          ],
        },
        prices: { Stalls: 4_500 },
      },
      status: 200,
      answer: {
        ...synced,
        inserted: 1,
        updated: 1,
        seatCount: 3,
        missing: 1,
        missingSeats: [{ id: 'A-2', sold: false, blocked: true }],
        blocked: 1,
        ids: [{ guid: 'A/2', id: 'seat-6DVgB9IE44EI66u4bNUyr0' }],
      },
    },
  },
} as const satisfies Record<string, Operation>
