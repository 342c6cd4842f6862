import * as z from 'zod'
import { HoldView } from './holds.ts'
import { AppId, EventId, GrantId, Principal } from './ids.ts'
import {
  challengeLengthMax,
  mergedEventsMax,
  passwordBytesMax,
  passwordBytesMin,
  tokenLengthMax,
  typedPasswordLengthMax,
} from './limits.ts'
import { Email, TypedEmail } from './mail-addresses.ts'
import { Name, PlainText } from './names.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** bcrypt reads 72 bytes and drops the rest, so a longer password is refused instead of weakened. */
export const Password = z
  .string()
  .refine((text) => bytesOf(text) >= passwordBytesMin, `must have at least ${passwordBytesMin} bytes`)
  .refine((text) => bytesOf(text) <= passwordBytesMax, `must have at most ${passwordBytesMax} bytes of UTF-8`)

/** POST /v1/auth/signup */
export const SignUpRequest = z.strictObject({
  email: Email,
  password: Password,
  name: Name,
  phone: PlainText.min(3).max(40).optional(),
})
export type SignUpRequest = z.infer<typeof SignUpRequest>

/**
 * A password as it is typed at a login: one that was chosen elsewhere may be shorter than those chosen here, or longer, of which
 * bcrypt has always read the first 72 bytes.
 */
export const TypedPassword = z.string().min(1).max(typedPasswordLengthMax)

/** POST /v1/auth/login */
export const LogInRequest = z.strictObject({ email: TypedEmail, password: TypedPassword })
export type LogInRequest = z.infer<typeof LogInRequest>

/** POST /internal/sign-up-codes: mails a one-time code, which proves whose the address is. */
export const CodeRequest = z.object({ email: Email })
export type CodeRequest = z.infer<typeof CodeRequest>

/** The answer is the same whether there is an account with the address or not. */
export const CodeReply = z.object({ expiresInSeconds: z.int() })
export type CodeReply = z.infer<typeof CodeReply>

/** POST /internal/sign-up-codes/redeem: signs up who has the code. */
export const CodeSignUpRequest = z.object({
  email: Email,
  code: z.string().regex(/^\d{6}$/, 'must be 6 digits'),
  password: Password,
  phone: SignUpRequest.shape.phone,
})
export type CodeSignUpRequest = z.infer<typeof CodeSignUpRequest>

/** A user of the pool as they see themselves. */
export const UserView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  createdAt: z.iso.datetime(),
})
export type UserView = z.infer<typeof UserView>

/** The answer to signup and login. `expiresInSeconds` counts from the answer. */
export const UserSession = z.object({ token: z.string(), expiresInSeconds: z.int(), user: UserView })
export type UserSession = z.infer<typeof UserSession>

/** POST /v1/auth/guest. `challenge`: what the page was given for passing the challenge (Turnstile's response), once. */
export const GuestRequest = z.strictObject({
  challenge: z.string().min(1).max(challengeLengthMax).optional(),
})
export type GuestRequest = z.infer<typeof GuestRequest>

/** The answer to POST /v1/auth/guest: a buyer without an account. */
export const GuestSession = z.object({
  token: z.string(),
  expiresInSeconds: z.int(),
  guest: z.object({ id: z.string() }),
})
export type GuestSession = z.infer<typeof GuestSession>

/**
 * POST /v1/auth/guest/merge, by the account that the guest is from now on. `events`: where the guest holds something that is so
 * new that core has not read of it yet.
 */
export const GuestMergeRequest = z.strictObject({
  guestToken: z.string().min(1).max(tokenLengthMax),
  events: z.array(EventId).max(mergedEventsMax).default([]),
})
export type GuestMergeRequest = z.infer<typeof GuestMergeRequest>

/** What core is told of it: whose the guest's token is, the edge has read. */
export const GuestMergeCommand = GuestMergeRequest.pick({ events: true })

/** What came along with this call, and which holds of the guest did not. */
export const GuestMerge = z.object({
  holds: z.array(HoldView),
  /** How many bookings. */
  bookings: z.int(),
  /** They stay the guest's: a confirm is under way, or the account would hold more than one buyer may. */
  left: z.array(
    z.object({ id: GrantId, event: EventId, reason: z.enum(['confirm_in_progress', 'too_many_holds']) }),
  ),
})
export type GuestMerge = z.infer<typeof GuestMerge>

/** POST /v1/auth/verify answers who the bearer is; `user` tells of a user of the pool. */
export const Whoami = z.object({ valid: z.literal(true), principal: Principal, user: UserView.optional() })
export type Whoami = z.infer<typeof Whoami>

/** Tokens are JWTs of three kinds, which differ in `typ` and audience so that none passes for another. */
export const tokenKinds = {
  user: { typ: 'user+jwt', audience: 'holdfast-user' },
  admin: { typ: 'admin+jwt', audience: 'holdfast-admin' },
  edge: { typ: 'edge+jwt', audience: 'holdfast-core' },
} as const
export const tokenIssuer = 'holdfast'

/** What a user token says: `sub` is the principal; a guest's is bound to the app it was made for. */
export const UserClaims = z.object({
  sub: Principal,
  jti: z.string(),
  app: AppId.optional(),
  /** A guest who has passed a challenge when they came. */
  challenged: z.literal(true).optional(),
})
export type UserClaims = z.infer<typeof UserClaims>

/** What an app's server says of the user that it vouches for, by headers. */
export const ExternalUser = z.object({
  email: Email.optional(),
  name: Name.optional(),
})
export type ExternalUser = z.infer<typeof ExternalUser>
