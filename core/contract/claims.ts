import * as z from 'zod'
import { KeyKind } from './apps.ts'
import { AppId, Principal } from './ids.ts'

/**
 * Where somebody signs in from: the client's address as it is counted (an IPv6 address by its /64), and how many wrong passwords may come
 * from there within the hour. Absent: it is not known which client that is, or it is a server, which stands for many.
 */
export const LoginClient = z.object({
  address: z.string(),
  failuresMax: z.int().positive().optional(),
})
export type LoginClient = z.infer<typeof LoginClient>

/** The token that a call came with: its id, and when it was made, in seconds. */
export const ShownToken = z.object({ id: z.string(), issuedAt: z.int() })
export type ShownToken = z.infer<typeof ShownToken>

/** Who of the operator's people calls, by their token. `stamp` is of what they signed in with (`administration/sessions.ts`). */
export const Operator = ShownToken.extend({ name: z.string(), stamp: z.string() })
export type Operator = z.infer<typeof Operator>

/**
 * What the edge says to core of one request, under its signature. Core takes identity from this and from nothing
 * else. `budgetMs` is counted from arrival, so no two clocks are compared. What an edge of another version says beside
 * this is not listened to; a kind of key or of principal that is not known here has no rights.
 */
export const EdgeClaims = z.object({
  method: z.string(),
  /** Path and query. */
  path: z.string(),
  /** SHA-256 of the body, base64url. */
  bodyDigest: z.string(),
  requestId: z.string(),
  clientIp: z.string(),
  budgetMs: z.int().positive(),
  loginClient: LoginClient.optional(),
  /** `keyId` is the readable part of the key; absent: no key was shown, or by an edge of before. */
  app: z.object({ id: AppId, kind: KeyKind, keyId: z.string().optional() }).optional(),
  principal: Principal.optional(),
  /** The principal's; absent: a server vouches for them. */
  token: ShownToken.optional(),
  /** The tokens that are asked for are good with every app, on the predecessors' routes. */
  pool: z.literal(true).optional(),
  /** What somebody signs in with, as it calls itself. */
  device: z.string().optional(),
  /** What is said of an app's own user beside their id, as the edge has read it: its rules may be newer than core's. */
  externalUser: z.object({ email: z.string().optional(), name: z.string().optional() }).optional(),
  /** Whose token the body has beside the caller's own: the guest that becomes the principal. */
  guest: Principal.optional(),
  admin: z.literal(true).optional(),
  /** Beside `admin`; absent: an edge of before does not say. */
  operator: Operator.optional(),
  /** Whoever wants to be a guest has passed a challenge. */
  challenged: z.literal(true).optional(),
})
export type EdgeClaims = z.infer<typeof EdgeClaims>
