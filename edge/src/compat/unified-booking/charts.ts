import {
  type AppId,
  type ChartSeat,
  EventView,
  majorUnitsOf,
  type Openly,
  openly,
  type SeatId,
} from '@holdfast/contract'
import type { KeptEvent } from '../../event-reader.ts'
import { entityIdOf } from './booking-views.ts'
import { wireSeatId } from './ids.ts'

/** A seat of a chart, with where it stands. */
export interface PlacedSeat extends ChartSeat {
  readonly section: string | null
  readonly row: string | null
}

/** An event with its seats in the order of their index. */
export interface SeatPlan {
  readonly event: Openly<EventView>
  readonly seats: readonly PlacedSeat[]
  readonly byId: ReadonlyMap<SeatId, PlacedSeat>
}

/** The seats of an event, without its rows and sections around them. */
export function planOf(event: Openly<EventView>): SeatPlan {
  const seats = event.chart.sections
    .flatMap(({ name: section, rows }) =>
      rows.flatMap(({ label: row, seats: inRow }) => inRow.map((seat) => ({ ...seat, section, row }))),
    )
    .sort((a, b) => a.index - b.index)
  return { event, seats, byId: new Map(seats.map((seat) => [seat.id, seat])) }
}

const plans = new WeakMap<KeptEvent, SeatPlan>()

/** The plan of an event that this isolate keeps, read once for as long as it is kept. */
export function keptPlan(kept: KeptEvent): SeatPlan {
  const known = plans.get(kept)
  if (known) return known
  const plan = planOf(openly(EventView).parse(JSON.parse(kept.text)))
  plans.set(kept, plan)
  return plan
}

/** A seat as this API tells of it; `number` is its name where it has one. Whose a sold one is, is not told to others. */
export function wireSeat({ event }: SeatPlan, appId: AppId, seat: PlacedSeat) {
  const { id: eventId, currency, domain, createdAt } = event
  const _id = wireSeatId(eventId, seat.id)
  return {
    _id,
    id: _id,
    appId,
    domain,
    entityId: entityIdOf(eventId, event.name),
    seatNumber: seat.number ?? seat.id,
    price: majorUnitsOf(seat.price, currency),
    currency,
    metadata: seat.metadata ?? placeOf(seat),
    bookedBy: null,
    bookingId: null,
    createdAt,
    updatedAt: createdAt,
  }
}

/** What is known of a seat that was described without metadata. */
const placeOf = ({ section, row, category, accessible }: PlacedSeat) => ({
  ...(section !== null && { section }),
  ...(row !== null && { row }),
  ...(category !== null && { category }),
  ...(accessible && { accessible }),
})
