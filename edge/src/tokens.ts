import { clockToleranceSeconds, type Platform, patterns, tokenIssuer, tokenKinds } from '@holdfast/contract'
import { jwtVerify } from 'jose'

/** The claims of a good token, or null: there is one answer to every way in which a token can be bad. */
export type TokenReader = (authorization: string) => Promise<unknown>

/** The secret that core signs with, and while it changes the other one. */
export type VerifyingSecrets = readonly [Uint8Array, ...Uint8Array[]]

/**
 * Reads `Authorization: Bearer` tokens of one kind, signed with one of these secrets. Everything that a token of another
 * kind, maker or time could differ in is written out, since jose checks only what it is told to.
 */
export function createTokenReader(
  kind: keyof typeof tokenKinds,
  secrets: VerifyingSecrets,
  maxAgeSeconds: number,
  platform: Pick<Platform, 'now'>,
): TokenReader {
  const { typ, audience } = tokenKinds[kind]
  const readWith = async (token: string, secret: Uint8Array): Promise<unknown> => {
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        typ,
        audience,
        issuer: tokenIssuer,
        requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti'],
        maxTokenAge: maxAgeSeconds,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(platform.now()),
      })
      return payload
    } catch {
      return null
    }
  }
  return async (authorization) => {
    const token = patterns.bearerJws.exec(authorization)?.[1]
    if (token === undefined) return null
    for (const secret of secrets) {
      const payload = await readWith(token, secret)
      if (payload !== null) return payload
    }
    return null
  }
}
