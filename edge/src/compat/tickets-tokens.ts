import { clockToleranceSeconds, dayMs, type Platform, principal } from '@holdfast/contract'
import { jwtVerify } from 'jose'
import * as z from 'zod'
import type { HeldToken } from '../revocations.ts'
import { TicketsUserId } from './tickets-requests.ts'

/** What a token of the existing deployment says; one that names a maker or an audience is not one of those. */
const OldClaims = z.object({
  userId: TicketsUserId,
  email: z.string().min(1),
  iss: z.undefined().optional(),
  aud: z.undefined().optional(),
  exp: z.number().optional(),
  iat: z.number().optional(),
})

/** Whom a token of the existing deployment stands for, or null. */
export type OldTokens = (token: string) => Promise<HeldToken | null>

/**
 * Reads tokens that TicketS made, which people have in their browsers: HS256, no maker, no audience, and for some of
 * them no end: those are good for `daysMax` from when they were made. The secret is the old deployment's and may be weak: whoever guesses it is any user on these routes, so
 * this is a bridge that an operator opens and closes.
 */
export function createOldTokens(
  secret: Uint8Array,
  daysMax: number,
  platform: Pick<Platform, 'now'>,
): OldTokens {
  const isTooOld = ({ exp, iat = 0 }: z.output<typeof OldClaims>): boolean =>
    exp === undefined && iat * 1_000 + daysMax * dayMs < platform.now()

  return async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        requiredClaims: ['userId', 'email'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(platform.now()),
      })
      const { typ } = protectedHeader
      if (typ !== undefined && typ.toUpperCase() !== 'JWT') return null
      const claims = OldClaims.parse(payload)
      if (isTooOld(claims)) return null
      // One that does not say when it was made ends with everything of its user.
      return { principal: principal.pool(claims.userId), issuedAt: claims.iat ?? 0 }
    } catch {
      return null
    }
  }
}
