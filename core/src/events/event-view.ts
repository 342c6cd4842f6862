import type { Chart, ChartFrame, EventSummary } from '@holdfast/contract'
import type { EventDoc, SeatDoc } from '../store/schema.ts'
import { holdSettingsOf } from './event-settings.ts'

/** An event in a list. */
export const eventSummary = (event: EventDoc): EventSummary => ({
  id: event.eventId,
  name: event.name,
  currency: event.currency,
  domain: event.domain,
  startsAt: event.startsAt?.toISOString() ?? null,
  sale: event.sale,
  onSaleAt: event.onSaleAt?.toISOString() ?? null,
  offSaleAt: event.offSaleAt?.toISOString() ?? null,
  charges: event.charges,
  cancellation: event.cancellation,
  ...holdSettingsOf(event),
  seatCount: event.seatCount,
})

/** An event without a plan of its own has an empty frame; its seats may have no positions. */
const emptyFrame: ChartFrame = { size: { width: 1, height: 1 }, categories: [], areas: [] }

/** The chart: sections, rows and seats in the order of their index, so in the order they were described. */
export function chartOf(frame: ChartFrame | null, seats: readonly SeatDoc[]): Chart {
  const bySection = Map.groupBy(seats, (seat) => seat.section)
  const sections = [...bySection].map(([name, inSection]) => ({
    name,
    rows: [...Map.groupBy(inSection, (seat) => seat.row)].map(([label, inRow]) => ({
      label,
      seats: inRow.map((seat) => ({
        id: seat.seatId,
        index: seat.index,
        price: seat.price,
        category: seat.category,
        number: seat.number,
        x: seat.x,
        y: seat.y,
        accessible: seat.accessible,
      })),
    })),
  }))
  return { ...(frame ?? emptyFrame), sections }
}
