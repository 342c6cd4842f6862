import * as z from 'zod'
import { Domain, HoldSettings } from './hold-settings.ts'
import { EventId, SeatId } from './ids.ts'
import {
  areasPerPlanMax,
  categoriesPerPlanMax,
  nameLengthMax,
  seatsBookedPerOwnerMax,
  seatsPerAnswerMax,
  seatsPerBlockMax,
  seatsPerSyncMax,
} from './limits.ts'
import { SeatMetadata } from './metadata.ts'
import { Currency, MinorUnits } from './money.ts'
import { Name, PlainText } from './names.ts'
import { PageQuery } from './pages.ts'
import { CancellationTerms, Charges } from './terms.ts'
import { Time } from './times.ts'

const named = () => z.string().min(1).max(nameLengthMax)
const coordinate = () => z.number().min(-1e6).max(1e6)

/** Whether the organiser has the sale open; `onSaleAt` and `offSaleAt` say when that counts. */
export const SaleStatus = z.enum(['open', 'closed'])
export type SaleStatus = z.infer<typeof SaleStatus>

const time = () => Time.nullable()

/**
 * PUT /v1/events/{e}: creates the event or changes what is given; `null` takes a time away. Currency and domain are
 * fixed once it is created. A hold is taken from `onSaleAt` until `offSaleAt`, by the clock of Redis; one that was
 * taken in time may be confirmed afterwards. Charges and cancellation terms are those of the sales from now on; `null` lets
 * no buyer cancel.
 */
export const EventInput = z.strictObject({
  name: Name,
  currency: Currency,
  /** The app's own, or not given. */
  domain: Domain.optional(),
  startsAt: time().optional(),
  sale: SaleStatus.optional(),
  onSaleAt: time().optional(),
  offSaleAt: time().optional(),
  charges: Charges.optional(),
  cancellation: CancellationTerms.nullable().optional(),
  /** How many seats one owner may have booked; null takes it away. Free bookings have a limit all the same. */
  seatsBookedPerOwner: z.int().min(1).max(seatsBookedPerOwnerMax).nullable().optional(),
  ...HoldSettings.partial().shape,
})
export type EventInput = z.infer<typeof EventInput>

/** What is written on a place; empty text is none. */
const label = () => PlainText.nullable().optional()

/**
 * A seat as an organiser describes it: what is absent is left as it is, and null takes it away. Position is in the units of
 * the plan. A seat that is new must have a price.
 */
export const SeatInput = z.strictObject({
  id: SeatId,
  price: MinorUnits.optional(),
  category: label(),
  section: label(),
  row: label(),
  number: label(),
  x: coordinate().nullable().optional(),
  y: coordinate().nullable().optional(),
  accessible: z.boolean().nullable().optional(),
  metadata: SeatMetadata.nullable().optional(),
})
export type SeatInput = z.infer<typeof SeatInput>

/**
 * The explicit word by which places that are sold or held may become others: another section, row or number than their buyers
 * were told.
 */
const Relabel = z.literal('sold')

/** PUT /v1/events/{e}/seats?relabel=sold */
export const SyncSeatsQuery = z.object({ relabel: Relabel.optional() })
export type SyncSeatsQuery = z.infer<typeof SyncSeatsQuery>

/**
 * PUT /v1/events/{e}/plan?missing=block: takes off sale what the plan does not have any more. `cursor` and `limit` page
 * through those that are missing: the same plan again, which changes nothing.
 */
export const ImportPlanQuery = z.object({
  relabel: Relabel.optional(),
  missing: z.enum(['block']).optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(seatsPerAnswerMax).optional(),
})
export type ImportPlanQuery = z.infer<typeof ImportPlanQuery>

/** PUT /v1/events/{e}/seats: adds the seats that are new and changes those that are known; removes none. */
export const SyncSeatsRequest = z.strictObject({
  seats: z
    .array(SeatInput)
    .min(1)
    .max(seatsPerSyncMax)
    .refine((seats) => new Set(seats.map((seat) => seat.id)).size === seats.length, 'names a seat twice'),
})
export type SyncSeatsRequest = z.infer<typeof SyncSeatsRequest>

/** What blocks seats and puts back on sale only those that it has blocked: a sync, which repeats what its system believes. */
export const BlockedBy = z.enum(['sync'])

/** POST /v1/events/{e}/seats/block and /unblock: all of them or none. Without `by` whatever was blocked is put back. */
export const BlockSeatsRequest = z.strictObject({
  by: BlockedBy.optional(),
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

/**
 * How many seats the request added, changed, and found as they were. `sold` are those of the changed ones that are sold, the
 * first of them by name: what was sold stays as it was sold.
 */
export const SyncSeatsReply = z.object({
  event: EventId,
  inserted: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  seatCount: z.int(),
  /** An older core does not say. */
  sold: z.object({ count: z.int(), seats: z.array(SeatId) }).optional(),
})
export type SyncSeatsReply = z.infer<typeof SyncSeatsReply>

/** A seat of the event that the plan does not have. */
export const MissingSeat = z.object({ id: SeatId, sold: z.boolean(), blocked: z.boolean() })
export type MissingSeat = z.infer<typeof MissingSeat>

/**
 * What a plan made of an event. `missing` counts the seats of the event that it does not have, and `missingSeats` is a page of
 * them by id; `nextCursor` is absent on the last. `blocked` counts those that were taken off sale for it. `ids` are the seats
 * whose guid could be no id, or is the id of another.
 */
export const ImportPlanReply = SyncSeatsReply.extend({
  missing: z.int().optional(),
  missingSeats: z.array(MissingSeat).optional(),
  nextCursor: z.string().optional(),
  blocked: z.int().optional(),
  ids: z.array(z.object({ guid: z.string(), id: SeatId })).optional(),
})
export type ImportPlanReply = z.infer<typeof ImportPlanReply>

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
  categories: z.array(z.strictObject({ name: named(), color: Color })).max(categoriesPerPlanMax),
  areas: z.array(ChartArea).max(areasPerPlanMax),
})
export type ChartFrame = z.infer<typeof ChartFrame>

/** A seat on a chart. `index` is its byte in the availability map, for ever. */
export const ChartSeat = z.object({
  id: SeatId,
  /** Of a seat of a plan whose guid is not its id. */
  guid: z.string().optional(),
  index: z.int(),
  price: MinorUnits,
  category: z.string().nullable(),
  number: z.string().nullable(),
  x: z.number().nullable(),
  y: z.number().nullable(),
  accessible: z.boolean(),
  /** What the organiser keeps with the seat, if anything. */
  metadata: SeatMetadata.optional(),
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
  /** An older core does not say. */
  seatsBookedPerOwner: z.int().nullable().optional(),
  ...HoldSettings.shape,
  seatCount: z.int(),
  createdAt: z.iso.datetime().optional(),
})
export type EventSummary = z.infer<typeof EventSummary>

/** GET /v1/events/{e} */
export const EventView = EventSummary.extend({ chart: Chart })
export type EventView = z.infer<typeof EventView>

/** GET /v1/events?sale=...: those whose sale is open or closed; without it, all. */
export const EventsQuery = PageQuery.extend({ cursor: EventId.optional(), sale: SaleStatus.optional() })
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
export const SeatsQuery = z.object({
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
