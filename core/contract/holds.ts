import * as z from 'zod'
import { BookingId, EventId, GrantId, PaymentId, SeatId } from './ids.ts'
import { idempotencyKeyLengthMax, idLengthMax, paymentSignatureLengthMax, seatsPerHoldMax } from './limits.ts'
import { Currency, MinorUnits } from './money.ts'
import { PageQuery } from './pages.ts'

/** POST /v1/events/{e}/holds */
export const HoldRequest = z.strictObject({
  seats: z
    .array(SeatId)
    .min(1)
    .max(seatsPerHoldMax)
    .refine((seats) => new Set(seats).size === seats.length, 'names a seat twice'),
})
export type HoldRequest = z.infer<typeof HoldRequest>

/** A seat with the price it was given. */
export const PricedSeat = z.object({ id: SeatId, price: MinorUnits })
export type PricedSeat = z.infer<typeof PricedSeat>

export const HoldStatus = z.enum(['held', 'confirming', 'confirmed', 'expired', 'released', 'lost'])
export type HoldStatus = z.infer<typeof HoldStatus>

/** A hold, and its own status page for 24 h after it ended. */
export const HoldView = z.object({
  id: GrantId,
  event: EventId,
  status: HoldStatus,
  seats: z.array(PricedSeat),
  total: z.int(),
  currency: Currency.nullable(),
  expiresAt: z.iso.datetime().nullable(),
  /** Counted from the answer; 0 when it has ended. */
  expiresInMs: z.int(),
  bookingId: BookingId.optional(),
  /** Of a hold that is held: its last confirm was refused for its payment, and none is under way. */
  payment: z.enum(['declined']).optional(),
})
export type HoldView = z.infer<typeof HoldView>

/** GET /v1/events/{e}/holds: what the buyer holds of it now. */
export const HoldList = z.object({ holds: z.array(HoldView) })
export type HoldList = z.infer<typeof HoldList>

/** GET /v1/holds: what the buyer holds now of all events, event by event. */
export const HoldPage = HoldList.extend({ nextCursor: z.string().optional() })
export type HoldPage = z.infer<typeof HoldPage>

/** GET /v1/holds */
export const HeldQuery = PageQuery.pick({ cursor: true })
export type HeldQuery = z.infer<typeof HeldQuery>

/**
 * The payment of a confirm, as the provider's form gave it to the page: of Razorpay with its order and signature.
 * `amount` and `currency` are asserted by a server for the provider `external`.
 */
export const PaymentClaim = z.strictObject({
  id: PaymentId,
  order: PaymentId.optional(),
  signature: z.string().min(1).max(paymentSignatureLengthMax).optional(),
  amount: z.int().min(0).optional(),
  currency: Currency.optional(),
})
export type PaymentClaim = z.infer<typeof PaymentClaim>

/** POST /v1/events/{e}/holds/{h}/confirm */
export const ConfirmRequest = z.strictObject({ payment: PaymentClaim.optional() })
export type ConfirmRequest = z.infer<typeof ConfirmRequest>

/** What the pin answered, whatever it was: core decides. */
export const PinReport = z.discriminatedUnion('word', [
  z.object({ word: z.literal('pinned'), seats: z.array(PricedSeat), currency: Currency, until: z.int() }),
  z.object({ word: z.literal('expired') }),
  z.object({ word: z.literal('released') }),
  z.object({ word: z.literal('confirmed') }),
  z.object({ word: z.literal('lost') }),
  z.object({ word: z.literal('taken'), seats: z.array(SeatId) }),
  z.object({ word: z.literal('not_found') }),
  z.object({ word: z.literal('not_ready') }),
  z.object({ word: z.literal('unavailable') }),
])
export type PinReport = z.infer<typeof PinReport>

const pinWords: ReadonlySet<string> = new Set(PinReport.options.map(({ shape }) => shape.word.value))

/** A newer edge's pin may say what is not known here: as if it had said nothing, the seats may be pinned or not. */
const PinReportOfAnyVersion = z.union([
  PinReport,
  z
    .object({ word: z.string().refine((word) => !pinWords.has(word)) })
    .transform(() => ({ word: 'unavailable' }) as const),
])

/**
 * What the edge sends to core to confirm a hold. Members that another version's edge adds are dropped, as in all that
 * it says for itself; what a client says is strict here too, for what is not known cannot be done.
 */
export const ConfirmCommand = z.object({
  idempotencyKey: z.string().min(1),
  payment: PaymentClaim.optional(),
  pin: PinReportOfAnyVersion,
  /** Whose free bookings are counted together, as in `OrderCommand`. An older edge does not say. */
  client: z.string().max(idLengthMax).optional(),
  /** Just before the edge asked for the pin, by its clock: the report is no older. An older edge does not say. */
  pinAskedAtMs: z.int().optional(),
})
export type ConfirmCommand = z.infer<typeof ConfirmCommand>

/** POST /internal/replies: what a key of the caller's was answered for good. */
export const ReplyQuestion = z.object({
  idempotencyKey: z.string().min(1).max(idempotencyKeyLengthMax),
})
export type ReplyQuestion = z.infer<typeof ReplyQuestion>

/** The kept answer, byte for byte; null when the key has none, or none yet. */
export const KeptReply = z.object({ reply: z.object({ status: z.int(), body: z.string() }).nullable() })
export type KeptReply = z.infer<typeof KeptReply>

/**
 * The store's decision on a grant; `undecided` is what a read finds, and proves nothing about the next instant. `refused`:
 * the code that its last confirm was refused with, where nothing was decided and no confirm is under way.
 */
export const GrantDecision = z.object({
  decision: z.enum(['undecided', 'confirmed', 'expired', 'released']),
  bookingId: BookingId.optional(),
  refused: z.string().optional(),
})
export type GrantDecision = z.infer<typeof GrantDecision>
