import {
  AdminLogInRequest,
  AllowedDomain,
  ChosenKey,
  Currency,
  Domain,
  derivedIdRefused,
  ForeignId,
  ForeignUserId,
  isDerivedId,
  KeyUse,
  Metadata,
  Name,
  nameLengthMax,
  PaymentId,
  PaymentStatus,
  PoolSignUpRequest,
  paymentSignatureLengthMax,
  SeatMetadata,
  typedPasswordLengthMax,
} from '@holdfast/contract'
import * as z from 'zod'

/*
 * What clients of the predecessor send. Its clients send more than was ever read, so what is not named here is
 * dropped instead of refused: none of it goes any further.
 */

const text = z.string().min(1).max(nameLengthMax)

/** A query parameter that is there and says nothing is as good as absent. */
const given = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

/** A price or a bound of prices, in decimal major units. */
const Decimal = z.union([z.number(), z.string().max(40)])

/** A field of a body that is null says nothing either. */
const said = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => value ?? undefined, schema.optional())

/** What is said of an app's own user, in any body. */
export const Vouching = z.object({
  externalUser: said(z.object({ id: ForeignUserId, email: given(text), name: given(text) })),
  userId: said(ForeignUserId),
})
export type Vouching = z.infer<typeof Vouching>

export const VerifyRequest = z.object({ token: z.string().min(1).max(4_096) })

/** What is sold, by the app's own text: it is the name of its event. */
const EntityId = ForeignId.refine(
  (id) => id.length <= nameLengthMax,
  `must have at most ${nameLengthMax} characters`,
).refine((id) => !isDerivedId('entity', id), derivedIdRefused)

export const SeatsQuery = z.object({
  entityId: EntityId,
  minPrice: given(z.coerce.number().min(0)),
  maxPrice: given(z.coerce.number().min(0)),
})

export const StatusQuery = SeatsQuery.pick({ entityId: true })

export const ReserveRequest = z.object({ seatId: text })

export const ReservationRequest = z.object({ reservationToken: z.string().min(1).max(500) })

/** `metadata` was for the provider's console; what is paid for is known here. */
export const OrderRequest = ReservationRequest.extend({
  amount: Decimal,
  currency: given(Currency),
})

const Signature = z.string().min(1).max(paymentSignatureLengthMax)

/** A payment by its id, or as the provider's form gave it to the page: with its order and signature, in its names. */
export const ConfirmRequest = ReservationRequest.extend({
  paymentId: given(PaymentId),
  orderId: given(PaymentId),
  signature: given(Signature),
  razorpay_payment_id: given(PaymentId),
  razorpay_order_id: given(PaymentId),
  razorpay_signature: given(Signature),
}).transform(({ reservationToken, ...sent }) => {
  const id = sent.paymentId ?? sent.razorpay_payment_id
  const order = sent.orderId ?? sent.razorpay_order_id
  const signature = sent.signature ?? sent.razorpay_signature
  const payment = id && { id, ...(order && { order }), ...(signature && { signature }) }
  return { reservationToken, payment }
})

/** Pages are counted from 1; a page is never longer than ours. */
export const PagesQuery = z.object({
  page: given(z.coerce.number().int().min(1).max(100_000)).transform((page) => page ?? 1),
  limit: given(z.coerce.number().int().min(1)).transform((limit = 20) => Math.min(limit, 100)),
})
export type PagesQuery = z.infer<typeof PagesQuery>

const password = z.string().max(typedPasswordLengthMax)

export const SignUpBody = z.object({
  ...PoolSignUpRequest.shape,
  phone: z.preprocess((value) => value || undefined, PoolSignUpRequest.shape.phone),
})

export const LogInBody = z.object({ email: text, password })

/** What it did not know: the code of a second factor. */
const code = z.preprocess((value) => value || undefined, AdminLogInRequest.shape.code)

export const AdminLogInBody = z.union(
  [z.object({ email: text, password, code }), z.object({ username: text, password, code })],
  'must have email or username, and password; code, if there is one, of 6 digits',
)

export const AdminAppsQuery = PagesQuery.extend({
  domain: given(Domain),
  isActive: given(z.enum(['true', 'false'])),
})

const app = {
  name: Name,
  allowedDomains: z.array(AllowedDomain),
  metadata: Metadata,
}

/** Who has the key that is made: what is not said follows from the domains. */
const use = given(KeyUse)

export const AppRequest = z.object({ ...app, domain: Domain, metadata: app.metadata.optional(), use })

export const AppChange = z.object({ ...app, isActive: z.boolean() }).partial()

export const RotateRequest = z.object({ newApiKey: given(ChosenKey), use })

/** A payment in the console's own words. */
const ConsoleStatus = z
  .string()
  .toUpperCase()
  .transform((status) => (status === 'CONFIRMED' ? 'SUCCESS' : status))
  .pipe(PaymentStatus)

/** Empty for what is no time, and with a sign for one beyond the calendar's four-digit years. */
const isoOf = (date: string): string => (Number.isNaN(Date.parse(date)) ? '' : new Date(date).toISOString())

/** A day or a moment, in any form that browsers write. */
const ConsoleDate = z.string().refine((date) => /^\d{4}-/.test(isoOf(date)), {
  message: 'must be a day such as 2026-11-30, or a time such as 2026-11-30T18:00:00Z',
})

/** The console takes any text for an app: what is the id of none has no bookings. */
export const AdminBookingsQuery = PagesQuery.extend({
  appId: given(text),
  domain: given(Domain),
  paymentStatus: given(ConsoleStatus),
  status: given(ConsoleStatus),
  startDate: given(ConsoleDate),
  endDate: given(ConsoleDate),
})

/** `metadata` comes back as it was sent; `currency` and `domain` count for a new event. */
export const SyncRequest = z.object({
  entityId: EntityId.pipe(Name),
  currency: z.string().optional(),
  domain: z.string().optional(),
  seats: z
    .array(
      z.object({
        seatNumber: z
          .union([Name, z.number()])
          .transform(String)
          .refine((number) => !isDerivedId('seat', number), derivedIdRefused),
        price: Decimal,
        status: z.enum(['AVAILABLE', 'BOOKED']).optional(),
        metadata: said(SeatMetadata),
      }),
    )
    .min(1)
    .max(50_000),
})
export type SyncRequest = z.infer<typeof SyncRequest>
