import * as z from 'zod'
import { idempotencyKeyLengthMax } from './limits.ts'
import { patterns } from './patterns.ts'

/** Every identifier that may become part of a Redis key, a store filter or a path. */
export const idPattern = patterns.id

const id = () => z.string().regex(idPattern, 'must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -')

/** A tenant. */
export const AppId = id().brand<'AppId'>()
export type AppId = z.infer<typeof AppId>

/** What is being sold: a concert, a film showing, a bus trip. The app's own text. */
export const EventId = id().brand<'EventId'>()
export type EventId = z.infer<typeof EventId>

/** One numbered place of one event. The app's own text, e.g. `A-12`. */
export const SeatId = id().brand<'SeatId'>()
export type SeatId = z.infer<typeof SeatId>

/** A sale, e.g. `BK-20261123-7K2M9Q`; unique within its app. */
export const BookingId = id().brand<'BookingId'>()
export type BookingId = z.infer<typeof BookingId>

/** A user of the pool. */
export const UserId = id()

/** Where a user is signed in: the id of the token. */
export const SessionId = id()

/** The payment provider's own id of a payment. */
export const PaymentId = z
  .string()
  .regex(/^[A-Za-z0-9._~:-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ ~ : -')
  .brand<'PaymentId'>()
export type PaymentId = z.infer<typeof PaymentId>

/** Money given back; unique within its app. Also our name for it at the provider. */
export const RefundId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,64}$/)
  .brand<'RefundId'>()
export type RefundId = z.infer<typeof RefundId>

/** Where an app wants to be told what happened: its own name for it. */
export const EndpointId = id().brand<'EndpointId'>()
export type EndpointId = z.infer<typeof EndpointId>

/** One message to one endpoint: the same in every attempt at it, so that a receiver knows a repeat. */
export const DeliveryId = z
  .string()
  .regex(/^msg_[0-9A-Za-z]{22}$/)
  .brand<'DeliveryId'>()
export type DeliveryId = z.infer<typeof DeliveryId>

/** A promise in the outbox; unique within its app. */
export const OutboxRowId = id().brand<'OutboxRowId'>()
export type OutboxRowId = z.infer<typeof OutboxRowId>

/**
 * The keyed digest of (app, event, owner, Idempotency-Key): a retry lands on the same hold. Where a client has no key, of
 * who makes the hold and of chance.
 */
export const HoldKey = z
  .string()
  .regex(/^[A-Za-z0-9]{22}$/)
  .brand<'HoldKey'>()
export type HoldKey = z.infer<typeof HoldKey>

/**
 * The public id of one grant: `hold_<holdKey>.<epoch>.<ver>`. Unguessable, bound to its owner, never made twice:
 * `ver` is the inventory's change counter at the moment of the grant and `epoch` counts its rebuilds.
 */
export const GrantId = z
  .string()
  .regex(/^hold_[A-Za-z0-9]{22}\.\d{1,10}\.\d{1,15}$/)
  .brand<'GrantId'>()
export type GrantId = z.infer<typeof GrantId>

/** The hold key inside a grant id. */
export const holdKeyOf = (grant: GrantId): HoldKey => HoldKey.parse(grant.slice(5, 27))

/** Who holds and books: a user of the shared pool, an app's own user, or a guest. */
export const Principal = z
  .string()
  .regex(
    /^(pool:[A-Za-z0-9._~-]{1,64}|ext:[A-Za-z0-9._~-]{1,64}:[A-Za-z0-9._~-]{1,64}|guest:[A-Za-z0-9._~-]{1,64})$/,
  )
  .brand<'Principal'>()
export type Principal = z.infer<typeof Principal>

/** Builds a principal; the parts have been checked as ids before. */
export const principal = {
  pool: (userId: string): Principal => Principal.parse(`pool:${userId}`),
  external: (appId: AppId, userId: string): Principal => Principal.parse(`ext:${appId}:${userId}`),
  guest: (guestId: string): Principal => Principal.parse(`guest:${guestId}`),
}

/** Whether they buy without an account. */
export const isGuest = (of: Principal): boolean => of.startsWith('guest:')

/** The account of a user of the pool; null: nobody of the pool, and so nobody with an account. */
export const accountIdOf = (of: Principal): string | null =>
  of.startsWith('pool:') ? of.slice('pool:'.length) : null

/** What a client calls one intention: sent again with the same key, it happens once. */
export const IdempotencyKey = z
  .string()
  .regex(patterns.idempotencyKey, `must be 1 to ${idempotencyKeyLengthMax} visible ASCII characters`)

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 16 bytes as 22 characters of base62: fixed length, no padding, safe in every key and URL. */
export function base62Of(bytes: Uint8Array): string {
  let value = 0n
  for (const byte of bytes.subarray(0, 16)) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let i = 0; i < 22; i++) {
    text = base62.charAt(Number(value % 62n)) + text
    value /= 62n
  }
  return text
}

/** What an id is of; the prefix tells a reader of a log. */
export type IdPrefix = 'app' | 'key' | 'usr' | 'gst' | 'req' | 'op' | 'idem' | 'tok' | 'row' | 'rf' | 'msg'

/** A new id of 128 random bits with its prefix, e.g. `usr_6Yq...`. */
export const newId = (prefix: IdPrefix, random: (bytes: number) => Uint8Array): string =>
  `${prefix}_${base62Of(random(16))}`
