import * as z from 'zod'
import { KeyKind } from './apps.ts'
import { ExternalUser } from './auth.ts'
import { AppId, Principal } from './ids.ts'

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
  app: z.object({ id: AppId, kind: KeyKind }).optional(),
  principal: Principal.optional(),
  /** What is said of an app's own user beside their id. */
  externalUser: ExternalUser.optional(),
  admin: z.literal(true).optional(),
})
export type EdgeClaims = z.infer<typeof EdgeClaims>
