import * as z from 'zod'
import { PageQuery } from './bookings.ts'
import { Domain, HoldSettings } from './hold-settings.ts'
import { EventId, SeatId } from './ids.ts'
import {
  areasPerPlanMax,
  categoriesPerPlanMax,
  nameLengthMax,
  seatsPerAnswerMax,
  seatsPerBlockMax,
  seatsPerSyncMax,
} from './limits.ts'
import { Currency, MinorUnits } from './money.ts'
import { CancellationTerms, Charges } from './terms.ts'

const name = () => z.string().min(1).max(nameLengthMax)
const coordinate = () => z.number().min(-1e6).max(1e6)

/** Whether the organiser has the sale open; `onSaleAt` and `offSaleAt` say when that counts. */
export const SaleStatus = z.enum(['open', 'closed'])
export type SaleStatus = z.infer<typeof SaleStatus>

const time = () => z.iso.datetime({ offset: true }).nullable()

/**
 * PUT /v1/events/{e}: creates the event or changes what is given; `null` takes a time away. Currency and domain are
 * fixed once it is created. A hold is taken from `onSaleAt` until `offSaleAt`, by the clock of Redis; one that was
 * taken in time may be confirmed afterwards. Charges and cancellation terms are those of the sales from now on; `null` lets
 * no buyer cancel.
 */
export const EventInput = z.strictObject({
  name: name(),
  currency: Currency,
  /** The app's own, or not given. */
  domain: Domain.optional(),
  startsAt: time().optional(),
  sale: SaleStatus.optional(),
  onSaleAt: time().optional(),
  offSaleAt: time().optional(),
  charges: Charges.optional(),
  cancellation: CancellationTerms.nullable().optional(),
  ...HoldSettings.partial().shape,
})
export type EventInput = z.infer<typeof EventInput>

/** A seat as an organiser describes it. Position is in the units of the plan. */
export const SeatInput = z.strictObject({
  id: SeatId,
  price: MinorUnits,
  category: name().optional(),
  section: name().optional(),
  row: name().optional(),
  number: name().optional(),
  x: coordinate().optional(),
  y: coordinate().optional(),
  accessible: z.boolean().optional(),
})
export type SeatInput = z.infer<typeof SeatInput>

/** PUT /v1/events/{e}/seats: adds the seats that are new and changes those that are known; removes none. */
export const SyncSeatsRequest = z.strictObject({
  seats: z
    .array(SeatInput)
    .min(1)
    .max(seatsPerSyncMax)
    .refine((seats) => new Set(seats.map((seat) => seat.id)).size === seats.length, 'names a seat twice'),
})
export type SyncSeatsRequest = z.infer<typeof SyncSeatsRequest>

/** POST /v1/events/{e}/seats/block and /unblock: all of them or none. */
export const BlockSeatsRequest = z.strictObject({
  seats: z
    .array(SeatId)
    .min(1)
    .max(seatsPerBlockMax)
    .refine((seats) => new Set(seats).size === seats.length, 'names a seat twice'),
})
export type BlockSeatsRequest = z.infer<typeof BlockSeatsRequest>

/** How many seats the request changed, and found as it wants them. */
export const BlockSeatsReply = z.object({ event: EventId, changed: z.int(), unchanged: z.int() })
export type BlockSeatsReply = z.infer<typeof BlockSeatsReply>

/** How many seats the request added, changed, and found as they were. */
export const SyncSeatsReply = z.object({
  event: EventId,
  inserted: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  seatCount: z.int(),
})
export type SyncSeatsReply = z.infer<typeof SyncSeatsReply>

const Color = z.string().regex(/^#[0-9A-Fa-f]{3,8}$/, 'must be a hex colour')

/** Something on a plan that is not a seat: the stage, a wall, a word. Position is absolute. */
export const ChartArea = z.strictObject({
  shape: z.enum(['circle', 'ellipse', 'rectangle', 'polygon', 'text']),
  x: coordinate(),
  y: coordinate(),
  rotation: z.number().default(0),
  color: Color.nullable(),
  borderColor: Color.nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  points: z
    .array(z.strictObject({ x: coordinate(), y: coordinate() }))
    .max(1_000)
    .nullable(),
  text: z
    .strictObject({
      text: z.string().max(nameLengthMax),
      x: coordinate(),
      y: coordinate(),
      color: Color.nullable(),
      size: z.number(),
    })
    .nullable(),
})
export type ChartArea = z.infer<typeof ChartArea>

/** What a chart has beside its seats. */
export const ChartFrame = z.strictObject({
  size: z.strictObject({ width: z.number().positive(), height: z.number().positive() }),
  categories: z.array(z.strictObject({ name: name(), color: Color })).max(categoriesPerPlanMax),
  areas: z.array(ChartArea).max(areasPerPlanMax),
})
export type ChartFrame = z.infer<typeof ChartFrame>

/** A seat on a chart. `index` is its byte in the availability map, for ever. */
export const ChartSeat = z.object({
  id: SeatId,
  index: z.int(),
  price: MinorUnits,
  category: z.string().nullable(),
  number: z.string().nullable(),
  x: z.number().nullable(),
  y: z.number().nullable(),
  accessible: z.boolean(),
})
export type ChartSeat = z.infer<typeof ChartSeat>

export const Chart = ChartFrame.extend({
  sections: z.array(
    z.object({
      name: z.string().nullable(),
      rows: z.array(z.object({ label: z.string().nullable(), seats: z.array(ChartSeat) })),
    }),
  ),
})
export type Chart = z.infer<typeof Chart>

export const EventSummary = z.object({
  id: EventId,
  domain: Domain,
  name: z.string(),
  currency: Currency,
  startsAt: z.iso.datetime().nullable(),
  sale: SaleStatus,
  onSaleAt: z.iso.datetime().nullable(),
  offSaleAt: z.iso.datetime().nullable(),
  charges: Charges,
  cancellation: CancellationTerms.nullable(),
  ...HoldSettings.shape,
  seatCount: z.int(),
})
export type EventSummary = z.infer<typeof EventSummary>

/** GET /v1/events/{e} */
export const EventView = EventSummary.extend({ chart: Chart })
export type EventView = z.infer<typeof EventView>

/** GET /v1/events?sale=...: those whose sale is open or closed; without it, all. */
export const EventsQuery = PageQuery.extend({ sale: SaleStatus.optional() })
export type EventsQuery = z.infer<typeof EventsQuery>

/** One page of events by their ids; `nextCursor` is absent on the last. */
export const EventPage = z.object({ events: z.array(EventSummary), nextCursor: z.string().optional() })
export type EventPage = z.infer<typeof EventPage>

/** What a buyer can know of a seat. */
export const SeatStatus = z.enum(['free', 'held', 'confirming', 'booked', 'blocked', 'unknown'])
export type SeatStatus = z.infer<typeof SeatStatus>

/** One byte of the availability map for each status, printable; 0 is a seat nobody has described. */
export const seatBytes = { free: 'F', held: 'H', confirming: 'C', booked: 'B', blocked: 'X' } as const

/** GET /v1/events/{e}/seats?status=...: without a status, all seats that are not free. */
export const SeatsQuery = z.strictObject({
  status: SeatStatus.exclude(['unknown']).optional(),
  limit: z.coerce.number().int().min(1).max(seatsPerAnswerMax).optional(),
})
export type SeatsQuery = z.infer<typeof SeatsQuery>

/** The sparse form of availability. `version` is `<epoch>.<ver>` of the inventory when it was read. */
export const SeatsView = z.object({
  event: EventId,
  version: z.string(),
  ageMs: z.int(),
  counts: z.record(SeatStatus, z.int()),
  seats: z.array(z.object({ id: SeatId, status: SeatStatus })),
})
export type SeatsView = z.infer<typeof SeatsView>
