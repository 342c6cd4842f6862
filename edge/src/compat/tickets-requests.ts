import {
  CodeRequest,
  CodeSignUpRequest,
  IdempotencyKey,
  LogInRequest,
  SeatId,
  UserId,
} from '@holdfast/contract'
import * as z from 'zod'

/*
 * What the clients of TicketS send. They may send more than it read; what is not named here is dropped unseen.
 */

/** A user by the id that login told them. Its server made text of a number. */
export const TicketsUserId = z.union([UserId, z.int().min(0).transform(String)])

/** POST /api/lock */
export const SeatRequest = z.object({ seatId: SeatId })

/** POST /api/release. What is no id of a user names nobody. */
export const ReleaseRequest = z.object({ seatId: SeatId, userId: TicketsUserId.optional().catch(undefined) })
export type ReleaseRequest = z.infer<typeof ReleaseRequest>

/** POST /api/pay */
export const PayRequest = z.object({ seatId: SeatId, idempotencyKey: IdempotencyKey })
export type PayRequest = z.infer<typeof PayRequest>

/** POST /api/auth/register */
export const RegisterRequest = z.object({ email: CodeRequest.shape.email })

/** POST /api/auth/verify-register. A client that sends the code as a number has lost its leading zeros. */
export const VerifyRegisterRequest = z.object({
  email: CodeSignUpRequest.shape.email,
  otp: z
    .union([z.string(), z.int().min(0)])
    .transform((code) => String(code).padStart(6, '0'))
    .pipe(CodeSignUpRequest.shape.code),
  password: CodeSignUpRequest.shape.password,
  phone: CodeSignUpRequest.shape.phone,
})

/** POST /api/auth/login */
export const LoginRequest = z.object(LogInRequest.shape)

/** The tiers that its pages can draw. */
export const TicketsTier = z.enum(['vip', 'premium', 'standard'])
export type TicketsTier = z.infer<typeof TicketsTier>

/** What a seat is on a page of TicketS. */
export interface TicketsSeat {
  readonly id: string
  readonly row: string | null
  readonly number: number | string | null
  /** Of its category; `standard` for one that its pages do not know, on which they would go blank. */
  readonly tier: TicketsTier
  /** In major units: 45 or 45.5 euro. */
  readonly price: number
  readonly state: 'available' | 'locked' | 'booked'
  readonly lockedBy: string | null
  /** Whole seconds until the lock ends by itself. */
  readonly ttl: number | null
}
