import { type Platform, type ReceiptClaims, tokenIssuer } from '@holdfast/contract'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose'
import type { BookingDoc } from '../store/schema.ts'

/** Signs the proof of a booking, and publishes the key that checks it. */
export interface Receipts {
  /** A compact JWS over what the booking says. The same booking at the same second gives the same bytes. */
  sign(booking: Omit<BookingDoc, 'receipt'>): Promise<string>
  readonly jwks: JSONWebKeySet
}

/**
 * Receipts by an Ed25519 private key in JWK form.
 * @throws when the key is not one.
 */
export async function createReceipts(privateJwk: JWK, platform: Pick<Platform, 'now'>): Promise<Receipts> {
  if (privateJwk.kty !== 'OKP' || privateJwk.crv !== 'Ed25519' || !privateJwk.d) {
    throw new Error('the receipt key must be a private Ed25519 key in JWK form')
  }
  const { d: _, ...publicJwk } = privateJwk
  const kid = await calculateJwkThumbprint(publicJwk)
  const key = (await importJWK(privateJwk, 'EdDSA')) as CryptoKey
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }] },
    sign(booking) {
      const claims: Omit<ReceiptClaims, 'iss' | 'iat' | 'sub'> = {
        app: booking.appId,
        booking: booking.bookingId,
        event: booking.eventId,
        seats: booking.seats,
        total: booking.total,
        currency: booking.currency,
        payment: booking.paymentId,
      }
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'receipt+jwt' })
        .setIssuer(tokenIssuer)
        .setSubject(booking.owner)
        .setIssuedAt(Math.floor(platform.now() / 1000))
        .sign(key)
    },
  }
}
