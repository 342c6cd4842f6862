import * as z from 'zod'
import { AdminBooking } from './admin.ts'
import { SessionView, TypedPassword, UserView } from './auth.ts'
import { BookingView } from './bookings.ts'
import { PricedSeat } from './holds.ts'
import { AppId, EventId, GrantId, Principal } from './ids.ts'
import { PaymentView } from './payments.ts'

/**
 * POST /v1/admin/people/export and /erase: whose data is meant. Of an account (`pool:…`) it is what all apps have, of a guest what
 * the app has that is named; an app's own user (`ext:…`) names it already.
 */
export const PersonRequest = z.strictObject({ person: Principal, app: AppId.optional() })
export type PersonRequest = z.infer<typeof PersonRequest>

/** POST /v1/people/export and /erase: a person by what the app of the key has of them. */
export const AppPersonRequest = PersonRequest.pick({ person: true })

/** POST /v1/auth/erase: an account by its password. */
export const EraseMeRequest = z.strictObject({ password: TypedPassword.optional() })
export type EraseMeRequest = z.infer<typeof EraseMeRequest>

/** A hold that is on record, whatever became of it. */
const Reservation = z.object({
  app: AppId,
  event: EventId,
  hold: GrantId,
  status: z.enum(['active', 'confirmed', 'expired', 'released']),
  seats: z.array(PricedSeat),
  createdAt: z.iso.datetime(),
})

/** All that is known of a person. `isWhole` false: there is more of one kind than `personRowsMax`; ask the operator for the rest. */
export const PersonExport = z.object({
  person: Principal,
  exportedAt: z.iso.datetime(),
  account: UserView.nullable(),
  sessions: z.array(SessionView.omit({ current: true })),
  bookings: z.array(AdminBooking.extend({ receipt: BookingView.shape.receipt })),
  payments: z.array(PaymentView.omit({ booking: true, refunds: true }).extend({ app: AppId })),
  holds: z.array(Reservation),
  isWhole: z.boolean(),
})
export type PersonExport = z.infer<typeof PersonExport>

/** Name, addresses and telephone number are gone; what was bought, paid and signed stays under the person's id. */
export const Erasure = z.object({ person: Principal, erasedAt: z.iso.datetime() })
export type Erasure = z.infer<typeof Erasure>
