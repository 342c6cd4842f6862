import { CodeRequest, CodeSignUpRequest, IdempotencyKey, LogInRequest, SeatId } from '@holdfast/contract'
import * as z from 'zod'

/*
 * What the clients of TicketS send. They may send more than it read; what is not named here is dropped unseen.
 */

/** POST /api/lock, /api/release */
export const SeatRequest = z.object({ seatId: SeatId })

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

/** What a seat is on a page of TicketS. */
export interface TicketsSeat {
  readonly id: string
  readonly row: string | null
  readonly number: number | string | null
  readonly tier: string | null
  /** In major units: 45 or 45.5 euro. */
  readonly price: number
  readonly state: 'available' | 'locked' | 'booked'
  readonly lockedBy: string | null
  /** Whole seconds until the lock ends by itself. */
  readonly ttl: number | null
}
