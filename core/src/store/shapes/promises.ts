/** What was answered, proven and promised: keys of requests, receipts, the outbox, webhooks. */
import {
  AppId,
  BookingId,
  BookingNoticeType,
  DeliveryId,
  EndpointId,
  EventId,
  GrantId,
  NoticeType,
  PaymentId,
  Principal,
  RefundId,
  SeatId,
  WantedNotice,
} from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/**
 * A claimed Idempotency-Key and, once it is final, its reply. Every completion is conditional on `token`. `about` is what
 * a confirm asked for, so that repair can tell what became of it.
 */
export const IdempotencyShape = z.object({
  appId: AppId,
  owner: Principal,
  key: z.string(),
  fingerprint: z.string(),
  token: z.string(),
  status: z.enum(['CLAIMED', 'DONE']),
  claimedAt: date(),
  about: z
    .object({ eventId: EventId, grantId: GrantId, paymentId: PaymentId.nullable() })
    .nullable()
    .default(null),
  reply: z.object({ status: z.int(), body: z.string() }).nullable(),
  expiresAt: date(),
})

/** What a receipt proves. */
const ProofKind = z.enum(['booking', 'cancellation'])

/**
 * One link of an app's chain of receipts, which only grows: `digest` is over all other fields, the digest of the
 * link before among them. Digests are SHA-256 in base64url.
 */
export const ChainShape = z.object({
  appId: AppId,
  n: z.int(),
  kind: ProofKind,
  bookingId: BookingId,
  receiptDigest: z.string(),
  prevDigest: z.string(),
  digest: z.string(),
  createdAt: date(),
})

/** A poke: something must be brought in line with the store's truth, at least once. Rows of one `subject` run in order. */
export const OutboxShape = z.object({
  appId: AppId,
  rowId: z.string(),
  kind: z.enum(['settle', 'apply', 'receipt', 'webhook']),
  eventId: EventId,
  /** The booking, the event for `apply`, or the app's chain for `receipt`. */
  subject: z.string(),
  /** Of `receipt`: what the chain gets. Carried whole, so that the chain has what was signed at the commit. */
  proof: z.object({ kind: ProofKind, bookingId: BookingId, receipt: z.string() }).nullable().default(null),
  /** Of `webhook`: what the app is told of the booking. `n` is the cancellation that it tells of. */
  notice: z
    .object({ type: BookingNoticeType, n: z.int().nullable(), refundId: RefundId.nullable() })
    .nullable()
    .default(null),
  /** Of `apply`: the seats that changed beside the event's settings. */
  seats: z.array(SeatId),
  /** DEAD: tried too often; kept, and not tried again by itself. */
  status: z.enum(['READY', 'DONE', 'DEAD']),
  attempts: z.int(),
  dueAt: date(),
  createdAt: date(),
  expiresAt: date().nullable(),
})

/**
 * Where an app is told what happened. `secrets` are the newest first; the others sign until their time is over. `dueAt`
 * is when its queue is looked at next (null: nothing waits in it), `wakes` counts what was put into it, so that a look
 * that found it empty does not put a newer one to sleep. `failures` counts those in a row, since `failingSince`.
 */
export const EndpointShape = z.object({
  appId: AppId,
  endpointId: EndpointId,
  url: z.string(),
  events: z.array(WantedNotice),
  status: z.enum(['ACTIVE', 'OFF', 'DISABLED']),
  secrets: z.array(z.object({ text: z.string(), until: date().nullable() })).min(1),
  dueAt: date().nullable(),
  wakes: z.int(),
  failures: z.int(),
  failingSince: date().nullable(),
  createdAt: date(),
})

/**
 * One message to one endpoint: `payload` is what is sent, as text, the same in every attempt. `dueAt` is its next
 * attempt, or the end of the one that is under way. `cursor` orders deliveries by age.
 */
export const DeliveryShape = z.object({
  appId: AppId,
  deliveryId: DeliveryId,
  endpointId: EndpointId,
  type: NoticeType,
  payload: z.string(),
  status: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
  attempts: z.int(),
  dueAt: date().nullable(),
  giveUpAt: date(),
  lastStatus: z.int().nullable(),
  lastAttemptAt: date().nullable(),
  cursor: z.string(),
  createdAt: date(),
  expiresAt: date(),
})
