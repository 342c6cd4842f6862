import {
  clockToleranceSeconds,
  type Platform,
  principal,
  UserId,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { jwtVerify } from 'jose'
import * as z from 'zod'
import type { HeldToken } from '../../revocations.ts'

const OldClaims = z.object({ type: z.literal('user'), userId: UserId })

/**
 * Reads the user tokens of the predecessor's own deployment: HS256, `type` user, good for 7 days. They name no issuer
 * and no audience, so nothing but their secret tells whose they are. Null for every other token.
 */
export const createOldTokens =
  (secret: Uint8Array, platform: Pick<Platform, 'now'>) =>
  async (token: string): Promise<HeldToken | null> => {
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        requiredClaims: ['exp', 'iat'],
        maxTokenAge: userTokenTtlSeconds,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(platform.now()),
      })
      const { iat: issuedAt = 0 } = payload
      return { principal: principal.pool(OldClaims.parse(payload).userId), issuedAt }
    } catch {
      return null
    }
  }
