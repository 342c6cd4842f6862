import type { AppId, EventId, SeatId, SeatMetadata } from '@holdfast/contract'
import type * as z from 'zod'
import type { AppDoc } from '../store/schema.ts'
import type { Diagnostics, Place } from './diagnostics.ts'
import type { ForeignIds } from './foreign-ids.ts'
import type { Located } from './mongoexport.ts'
import { refuseRepeated } from './repeated.ts'
import type { Seat } from './unified-documents.ts'

/** What documents that name others are read with. */
export interface References {
  /** The app that a document names, or null where there is none, which is told at the document. */
  readonly findApp: (at: Place, named: string) => AppDoc | null
  readonly ids: ForeignIds
  readonly diagnostics: Diagnostics
}

/** A seat, and whose it is. */
export interface PlacedSeat {
  readonly at: Place
  readonly appId: AppId
  readonly eventId: EventId
  readonly entityId: string
  readonly seatId: SeatId
  readonly number: string
  readonly price: number
  readonly isBooked: boolean
  /** Who has it by the seat's own word, which no booking may confirm. */
  readonly bookedBy: string | null
  readonly metadata: SeatMetadata | null
}

/** The seats whose app is there. One place is one seat, or two people could buy it. */
export async function placeSeats(
  docs: readonly Located<z.output<ReturnType<typeof Seat>>>[],
  { findApp, ids, diagnostics }: References,
): Promise<PlacedSeat[]> {
  const todo = 'take one of them out'
  refuseRepeated(docs, diagnostics, '_id', ({ _id }) => _id, todo)
  const seats: Located<PlacedSeat>[] = []
  for (const { at, doc } of docs) {
    const app = findApp(at, doc.appId)
    if (!app) continue
    if (doc.domain && doc.domain !== app.domain)
      diagnostics.warn({ ...at, field: 'domain' }, `is not that of its app, which counts: ${app.domain}`)
    const seat = {
      at,
      appId: app.appId,
      eventId: await ids.eventOf(app.appId, doc.entityId),
      entityId: doc.entityId,
      seatId: doc._id,
      number: doc.seatNumber,
      price: doc.price,
      isBooked: doc.status === 'BOOKED',
      bookedBy: doc.bookedBy ?? null,
      metadata: doc.metadata ?? null,
    }
    seats.push({ at, doc: seat })
  }
  const placeOf = ({ appId, eventId, number }: PlacedSeat) => `${appId}/${eventId}/${number}`
  refuseRepeated(seats, diagnostics, 'seatNumber', placeOf, `one place is one seat, ${todo}`)
  return seats.map(({ doc }) => doc)
}
