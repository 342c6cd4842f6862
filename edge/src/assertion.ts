import {
  assertionTtlSeconds,
  type EdgeClaims,
  type EdgeKeys,
  newId,
  type Platform,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { SignJWT } from 'jose'

/** Puts claims under the edge's signature, for one use within seconds. */
export type AssertionSigner = (claims: EdgeClaims) => Promise<string>

/** Signs with the first of the keys; the others are for core, which accepts each. */
export function createAssertionSigner(keys: EdgeKeys, platform: Platform): AssertionSigner {
  const [key] = keys
  if (!key) throw new Error('no key to sign with')
  return (claims) => {
    const nowSeconds = Math.floor(platform.now() / 1000)
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: key.kid, typ: tokenKinds.edge.typ })
      .setIssuer(tokenIssuer)
      .setAudience(tokenKinds.edge.audience)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + assertionTtlSeconds)
      .setJti(newId('tok', platform.random))
      .sign(key.secret)
  }
}
