import * as z from 'zod'
import { HoldView } from './holds.ts'
import { AppId, EventId, GrantId, Principal, SessionId } from './ids.ts'
import {
  challengeLengthMax,
  codeDigits,
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

const Phone = PlainText.min(3).max(40)

/** On the predecessors' routes: nobody has asked whether the address is theirs. */
export const PoolSignUpRequest = z.strictObject({
  email: Email,
  password: Password,
  name: Name,
  phone: Phone.optional(),
})
export type PoolSignUpRequest = z.infer<typeof PoolSignUpRequest>

/** The code that was mailed to an address, for who has an account of ours. */
export const EmailCode = z.string().regex(new RegExp(`^\\d{${codeDigits}}$`), `must be ${codeDigits} digits`)

/** POST /v1/auth/signup */
export const SignUpRequest = PoolSignUpRequest.extend({ code: EmailCode })
export type SignUpRequest = z.infer<typeof SignUpRequest>

/** POST /v1/auth/password/reset */
export const PasswordReset = z.strictObject({ email: Email, code: EmailCode, password: Password })
export type PasswordReset = z.infer<typeof PasswordReset>

/**
 * A password as it is typed at a login: one that was chosen elsewhere may be shorter than those chosen here, or longer, of which
 * bcrypt has always read the first 72 bytes.
 */
export const TypedPassword = z.string().min(1).max(typedPasswordLengthMax)

/** POST /v1/auth/login */
export const LogInRequest = z.strictObject({ email: TypedEmail, password: TypedPassword })
export type LogInRequest = z.infer<typeof LogInRequest>

/** POST /v1/auth/password: from the password before to a new one. */
export const PasswordChange = z.strictObject({ password: TypedPassword, newPassword: Password })
export type PasswordChange = z.infer<typeof PasswordChange>

/** POST /v1/auth/email: to an address that has been mailed the code. */
export const EmailChange = z.strictObject({ email: Email, code: EmailCode, password: TypedPassword })
export type EmailChange = z.infer<typeof EmailChange>

/** PATCH /v1/auth/me */
export const ProfilePatch = z.strictObject({
  name: Name.exactOptional(),
  phone: Phone.nullable().exactOptional(),
})
export type ProfilePatch = z.infer<typeof ProfilePatch>

/** POST /v1/auth/codes: mails a one-time code, which proves whose the address is. */
export const EmailCodeRequest = z.strictObject({ email: Email })

/** The same at core, whoever asks. */
export const CodeRequest = z.object({ email: Email })
export type CodeRequest = z.infer<typeof CodeRequest>

/** The answer is the same whether there is an account with the address or not. */
export const CodeReply = z.object({ expiresInSeconds: z.int() })
export type CodeReply = z.infer<typeof CodeReply>

/** POST /internal/sign-up-codes/redeem: signs up who has the code, which is shorter there. */
export const CodeSignUpRequest = z.object({
  email: Email,
  code: z.string().regex(/^\d{6}$/, 'must be 6 digits'),
  password: Password,
  phone: PoolSignUpRequest.shape.phone,
})
export type CodeSignUpRequest = z.infer<typeof CodeSignUpRequest>

/** A user of the pool as they see themselves. */
export const UserView = z.object({
  id: z.string(),
  email: z.string(),
  /** They have proven that the address is theirs. An older core has not asked. */
  emailVerified: z.boolean().default(true),
  name: z.string(),
  phone: z.string().nullable(),
  createdAt: z.iso.datetime(),
})
export type UserView = z.infer<typeof UserView>

/** The answer to signup and login. `expiresInSeconds` counts from the answer. */
export const UserSession = z.object({ token: z.string(), expiresInSeconds: z.int(), user: UserView })
export type UserSession = z.infer<typeof UserSession>

/** Where an account is signed in. `app` null: with another app, or with every one on the predecessors' routes. `current`: where it is asked from. */
export const SessionView = z.object({
  id: SessionId,
  app: AppId.nullable(),
  device: z.string().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  current: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>

/** The answer to GET /v1/auth/sessions, newest first: there are never more than `sessionsPerUserMax`. */
export const SessionPage = z.object({ sessions: z.array(SessionView) })
export type SessionPage = z.infer<typeof SessionPage>

/** What an edge asks core of one token when it cannot read revocations: by its principal, and by its own id. */
export const StandingQuestion = z.object({ subjects: z.array(z.string().min(1)).min(1).max(2) })
export type StandingQuestion = z.infer<typeof StandingQuestion>

/** Those of the subjects whose tokens have been ended, and from when on, in seconds, others are good. */
export const Standing = z.object({ revoked: z.array(z.object({ subject: z.string(), since: z.int() })) })
export type Standing = z.infer<typeof Standing>

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

/**
 * What a user token says: `sub` is the principal, `app` the one it was made for. With `pool` it is good with every app on the
 * predecessors' routes; without either, everywhere: it was made by a version before.
 */
export const UserClaims = z.object({
  sub: Principal,
  jti: z.string(),
  iat: z.int(),
  app: AppId.optional(),
  pool: z.literal(true).optional(),
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
