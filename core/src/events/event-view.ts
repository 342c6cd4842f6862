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
  seatsBookedPerOwner: event.seatsBookedPerOwner,
  ...holdSettingsOf(event),
  seatCount: event.seatCount,
  createdAt: event.createdAt.toISOString(),
})

/** An event without a plan of its own has an empty frame; its seats may have no positions. */
const emptyFrame: ChartFrame = { size: { width: 1, height: 1 }, categories: [], areas: [] }

/**
 * The chart: sections, rows and seats in the order of their index, so in the order they were described. Two sections of a plan
 * are two, whatever they are called, and so are two rows.
 */
export function chartOf(frame: ChartFrame | null, seats: readonly SeatDoc[]): Chart {
  const bySection = Map.groupBy(seats, ({ section, sectionNth }) => JSON.stringify([section, sectionNth]))
  const sections = [...bySection.values()].map((inSection) => ({
    name: inSection[0]?.section ?? null,
    rows: [...Map.groupBy(inSection, ({ row, rowNth }) => JSON.stringify([row, rowNth])).values()].map(
      (inRow) => ({
        label: inRow[0]?.row ?? null,
        seats: inRow.map((seat) => ({
          id: seat.seatId,
          ...(seat.guid !== null && seat.guid !== seat.seatId && { guid: seat.guid }),
          index: seat.index,
          price: seat.price,
          category: seat.category,
          number: seat.number,
          x: seat.x,
          y: seat.y,
          accessible: seat.accessible,
          ...(seat.metadata !== null && { metadata: JSON.parse(seat.metadata) }),
        })),
      }),
    ),
  }))
  return { ...(frame ?? emptyFrame), sections }
}
