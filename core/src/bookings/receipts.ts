import {
  type CancellationClaims,
  chargeLines,
  type Platform,
  type ReceiptClaims,
  tokenIssuer,
} from '@holdfast/contract'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose'
import type { BookingDoc, CancellationDoc } from '../store/schema.ts'

/** The `typ` of a receipt, by which it is no other token. */
export const receiptType = 'receipt+jwt'
/** That of the proof of a cancellation. */
export const cancellationType = 'cancellation+jwt'

/** Signs the proof of a booking, and publishes the keys that check it. */
export interface Receipts {
  /** A compact JWS over what the booking says. The same booking at the same second gives the same bytes. */
  sign(booking: Omit<BookingDoc, 'receipt'>): Promise<string>
  /** The same of a cancellation of a booking. */
  signCancellation(booking: BookingDoc, cancellation: Omit<CancellationDoc, 'receipt'>): Promise<string>
  readonly jwks: JSONWebKeySet
}

/** A public key as it is published: named by its thumbprint. */
const published = async (jwk: JWK) => ({
  ...jwk,
  kid: await calculateJwkThumbprint(jwk),
  alg: 'EdDSA',
  use: 'sig',
})

/**
 * Receipts by an Ed25519 private key in JWK form.
 * @param oldKeys public keys that signed before, published so that old receipts verify.
 * @throws when the key is not one.
 */
export async function createReceipts(
  privateJwk: JWK,
  platform: Pick<Platform, 'now'>,
  oldKeys: readonly JWK[] = [],
): Promise<Receipts> {
  if (privateJwk.kty !== 'OKP' || privateJwk.crv !== 'Ed25519' || !privateJwk.d) {
    throw new Error('the receipt key must be a private Ed25519 key in JWK form')
  }
  const { d: _, ...publicJwk } = privateJwk
  const current = await published(publicJwk)
  const { kid } = current
  const keys = [current, ...(await Promise.all(oldKeys.map(published)))]
  const key = (await importJWK(privateJwk, 'EdDSA')) as CryptoKey
  const signed = (
    claims: Omit<ReceiptClaims | CancellationClaims, 'iss' | 'iat' | 'sub'>,
    owner: string,
    typ: string,
  ) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ })
      .setIssuer(tokenIssuer)
      .setSubject(owner)
      // biome-ignore lint/plugin: seconds, not money
      .setIssuedAt(Math.floor(platform.now() / 1000))
      .sign(key)
  return {
    jwks: { keys },
    signCancellation(booking, { n, seats, refund, retained, currency, charges }) {
      const claims: Omit<CancellationClaims, 'iss' | 'iat' | 'sub'> = {
        app: booking.appId,
        booking: booking.bookingId,
        event: booking.eventId,
        n,
        cancelled: seats,
        refund,
        retained,
        currency,
        charges,
        payment: booking.paymentId,
      }
      return signed(claims, booking.owner, cancellationType)
    },
    sign(booking) {
      const claims: Omit<ReceiptClaims, 'iss' | 'iat' | 'sub'> = {
        app: booking.appId,
        booking: booking.bookingId,
        event: booking.eventId,
        seats: booking.seats,
        total: booking.total,
        currency: booking.currency,
        charges: chargeLines(booking.seats, booking.terms.charges),
        payment: booking.paymentId,
      }
      return signed(claims, booking.owner, receiptType)
    },
  }
}
