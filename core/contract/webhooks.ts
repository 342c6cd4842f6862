import * as z from 'zod'
import { PaymentStatus, Ticket } from './bookings.ts'
import { PricedSeat } from './holds.ts'
import { BookingId, DeliveryId, EndpointId, EventId, GrantId, PaymentId, RefundId, SeatId } from './ids.ts'
import { endpointUrlLengthMax, keyOverlapSecondsMax, secretOverlapSecondsDefault } from './limits.ts'
import { Currency, MinorUnits } from './money.ts'
import { PageQuery } from './pages.ts'
import { Time } from './times.ts'

/** What can happen to a booking, as its app is told. */
export const BookingNoticeType = z.enum([
  'booking.confirmed',
  'booking.cancelled',
  'booking.payment_failed',
  'booking.refunded',
])
export type BookingNoticeType = z.infer<typeof BookingNoticeType>

/** What can happen to a hold, as its app is told. */
export const HoldNoticeType = z.enum(['hold.created', 'hold.extended', 'hold.released', 'hold.expired'])
export type HoldNoticeType = z.infer<typeof HoldNoticeType>

/** What an endpoint can ask to be told. */
export const WantedNotice = z.enum([...HoldNoticeType.options, ...BookingNoticeType.options])
export type WantedNotice = z.infer<typeof WantedNotice>

/** The same, and what is sent when somebody tries the endpoint. */
export const NoticeType = z.enum([...WantedNotice.options, 'webhook.test'])
export type NoticeType = z.infer<typeof NoticeType>

/**
 * The app's own user, for whom its server vouched: their id, or what stands for one that has other characters (`user-` and 22
 * more); null for guests and for users of the pool.
 */
const user = z.string().nullable()

/** Orders what is told of one hold: by `epoch`, then by `version`. */
const HoldNoticeData = z.object({
  event: EventId,
  hold: GrantId,
  user,
  seats: z.array(PricedSeat),
  expiresAt: z.iso.datetime(),
  epoch: z.int(),
  version: z.int(),
})

/** The booking as it was when the message was made. A higher `version` is a later state of it. */
const bookingData = {
  booking: BookingId,
  event: EventId,
  hold: GrantId,
  user,
  status: z.enum(['confirmed', 'cancelled']),
  /** Good from `valid` on; absent in what an older core has made. */
  ticket: Ticket.optional(),
  payment: z.object({ status: PaymentStatus, id: PaymentId.nullable() }),
  seats: z.array(SeatId),
  total: z.int(),
  retained: z.int(),
  currency: Currency,
  version: z.int(),
}
const BookingNoticeData = z.object(bookingData)

/** The `n`-th cancellation of the booking: which seats ended by it, and what it gives back. */
const CancelledNoticeData = z.object({
  ...bookingData,
  cancellation: z.object({
    n: z.int(),
    by: z.enum(['owner', 'app', 'provider']),
    seats: z.array(SeatId),
    refund: z.int(),
    retained: z.int(),
    refundId: RefundId.nullable(),
  }),
})

/** Money that has gone back to the buyer. */
const RefundedNoticeData = z.object({
  ...bookingData,
  refund: z.object({ id: RefundId, amount: MinorUnits, reason: z.enum(['cancelled', 'unused', 'provider']) }),
})

const notice = <Type extends NoticeType, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data })

/**
 * The body of a webhook, by its type. `timestamp` is when it happened. Messages come at least once and in any order:
 * `webhook-id` tells a repeat, and the version in `data` what is older.
 */
export const Notice = z.discriminatedUnion('type', [
  notice('hold.created', HoldNoticeData),
  notice('hold.extended', HoldNoticeData),
  notice('hold.released', HoldNoticeData),
  notice('hold.expired', HoldNoticeData),
  notice('booking.confirmed', BookingNoticeData),
  notice('booking.cancelled', CancelledNoticeData),
  notice('booking.payment_failed', BookingNoticeData),
  notice('booking.refunded', RefundedNoticeData),
  notice('webhook.test', z.object({ endpoint: EndpointId })),
])
export type Notice = z.infer<typeof Notice>

/** Whether an endpoint may be there at all is core's to say: it knows addresses, and whether this is a laptop. */
const EndpointUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as https://shop.example/hooks' })
  .max(endpointUrlLengthMax)

/** PUT /v1/webhooks/{w}: a new endpoint is active; `active: true` also brings back one that was disabled. */
export const EndpointInput = z.strictObject({
  url: EndpointUrl,
  events: z.array(WantedNotice).min(1).max(WantedNotice.options.length),
  active: z.boolean().optional(),
})
export type EndpointInput = z.infer<typeof EndpointInput>

/** `off`: the app wants it so. `disabled`: it did nothing but fail for days, or said that it is gone. */
export const EndpointStatus = z.enum(['active', 'off', 'disabled'])

/** An endpoint as its app sees it. */
export const EndpointView = z.object({
  id: EndpointId,
  url: z.string(),
  events: z.array(WantedNotice),
  status: EndpointStatus,
  /** Since when no delivery has come through; null: the last one did. */
  failingSince: z.iso.datetime().nullable(),
  /** Until when the secrets before the newest sign as well; null: there is one. */
  previousSecretUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
})
export type EndpointView = z.infer<typeof EndpointView>

/** The answer to a PUT: the secret of a new endpoint is shown this once. */
export const PutEndpointReply = EndpointView.extend({ secret: z.string().optional() })
export type PutEndpointReply = z.infer<typeof PutEndpointReply>

/** The endpoints of an app, by their ids. */
export const EndpointList = z.object({ webhooks: z.array(EndpointView) })
export type EndpointList = z.infer<typeof EndpointList>

/** POST /v1/webhooks/{w}/rotate-secret */
export const RotateSecretRequest = z.strictObject({
  overlapSeconds: z.int().min(0).max(keyOverlapSecondsMax).default(secretOverlapSecondsDefault),
})
export type RotateSecretRequest = z.infer<typeof RotateSecretRequest>

/** The new secret, shown this once, and until when the ones before it sign as well. */
export const RotatedSecret = z.object({
  webhook: EndpointId,
  secret: z.string(),
  previousUntil: z.iso.datetime(),
})
export type RotatedSecret = z.infer<typeof RotatedSecret>

/** One message to one endpoint, and what became of it. */
export const DeliveryView = z.object({
  /** Sent as `webhook-id`. */
  id: DeliveryId,
  type: NoticeType,
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  /** What the endpoint answered last; null: nothing, or nobody may be asked there. */
  lastStatus: z.int().nullable(),
  lastAttemptAt: z.iso.datetime().nullable(),
  nextAttemptAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  /** The body, as it is sent. */
  payload: Notice,
})
export type DeliveryView = z.infer<typeof DeliveryView>

/** GET /v1/webhooks/{w}/deliveries */
export const DeliveriesQuery = PageQuery

/** One page of the log, newest first; `nextCursor` is absent on the last. */
export const DeliveryPage = z.object({
  deliveries: z.array(DeliveryView),
  nextCursor: z.string().optional(),
})
export type DeliveryPage = z.infer<typeof DeliveryPage>

/** POST /v1/webhooks/{w}/replay: what was told from `since` to before `until`; `failed` only what did not come through. */
export const ReplayRequest = z.strictObject({
  since: Time,
  until: Time.optional(),
  only: z.enum(['failed', 'all']).default('failed'),
})
export type ReplayRequest = z.infer<typeof ReplayRequest>

/** How many deliveries are sent again. */
export const ReplayReply = z.object({ replayed: z.int() })
export type ReplayReply = z.infer<typeof ReplayReply>
