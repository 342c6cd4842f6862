import { CancellationClaims, ReceiptClaims, tokenIssuer } from '@holdfast/contract'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { cancellationType, receiptType } from '../bookings/receipts.ts'

/** What a receipt says when its signature is right. */
export type Valid = { readonly word: 'valid'; readonly keyId: string } & (
  | { readonly kind: 'booking'; readonly claims: ReceiptClaims }
  | { readonly kind: 'cancellation'; readonly claims: CancellationClaims }
)

/** The same, or in a few words why nobody should believe it. */
export type Verified = Valid | { readonly word: 'refused'; readonly reason: string }

/** Checks one receipt, of a booking or of a cancellation. */
export type Verifier = (receipt: string) => Promise<Verified>

const reasons: Readonly<Record<string, string>> = {
  ERR_JWKS_NO_MATCHING_KEY: 'it is signed with a key that is not published',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JOSE_ALG_NOT_ALLOWED: 'it is not signed with EdDSA',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof errors.JOSEError)) throw error
  if (error instanceof errors.JWTClaimValidationFailed) return `it is not a receipt: wrong ${error.claim}`
  return reasons[error.code] ?? 'it is no signed text that can be read'
}

/** What a payload says that was signed as this type; undefined when it is of no type of ours, or does not fit it. */
function readClaims(typ: string | undefined, payload: unknown) {
  if (typ === receiptType) {
    const { data } = ReceiptClaims.safeParse(payload)
    return data && { kind: 'booking' as const, claims: data }
  }
  if (typ !== cancellationType) return undefined
  const { data } = CancellationClaims.safeParse(payload)
  return data && { kind: 'cancellation' as const, claims: data }
}

/** Checks receipts by published keys: EdDSA only, of a type of receipts, from this issuer. */
export function createVerifier(jwks: JSONWebKeySet): Verifier {
  const keys = createLocalJWKSet(jwks)
  const options = { algorithms: ['EdDSA'], issuer: tokenIssuer, requiredClaims: ['iat', 'sub'] }
  return async (receipt) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(receipt, keys, options)
      const said = readClaims(protectedHeader.typ, payload)
      if (!said) return { word: 'refused', reason: 'it does not say what a receipt says' }
      return { word: 'valid', keyId: protectedHeader.kid ?? '', ...said }
    } catch (error) {
      return { word: 'refused', reason: reasonOf(error) }
    }
  }
}
