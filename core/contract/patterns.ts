import { idempotencyKeyLengthMax, idLengthMax, passwordBytesMax, secretBytesMin } from './limits.ts'

/**
 * Patterns that see what clients send, however long it is: those that repeat something without a bound, or are put together.
 * Lint keeps others like them out of contract, edge and core; `tests/contract/patterns.test.ts` proves of each that it
 * never reads a text over and over, so that the time it takes grows with the length alone.
 *
 * A new one is anchored at its beginning, and after what it repeats comes what cannot be part of that.
 */
export const patterns = {
  id: new RegExp(`^[A-Za-z0-9._~-]{1,${idLengthMax}}$`),
  idempotencyKey: new RegExp(`^[!-~]{1,${idempotencyKeyLengthMax}}$`),
  chosenKey: new RegExp(`^(?!hf_)[!-~]{${secretBytesMin},${passwordBytesMax}}$`),
  /** What a URL with a host begins with. */
  scheme: /^([A-Za-z][A-Za-z0-9+.-]*):\/\//,
  /** Of a token, everything but spaces; what is in it is for its reader. */
  bearer: /^Bearer (\S+)$/i,
  /** Of a compact JWS, its characters. */
  bearerJws: /^Bearer ([A-Za-z0-9._-]+)$/i,
  compactJws: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  /** Neither control characters nor half ones, and no marks that begin a line or turn the direction of text. */
  plainText: /^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u,
  /** Of an address of mail before the `@`, in any alphabet: no spaces, nothing that is unseen, and none of what needs quotes. */
  mailLocalPart: /^[^\p{Cc}\p{Cf}\p{Cs}\p{Z}"(),:;<>@[\]\\]+$/u,
  /** A domain in any alphabet; what cannot be one of it is left to IDNA. */
  domainLetters: /^[^\s!-,/:-@[-`{-~]+$/,
  domainLabel: /^[a-z0-9-]{1,63}$/,
  /** The two ids of a W3C traceparent, and what a later version may say after them. */
  traceparent: /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}(-.*)?$/,
  /** Where /v1 takes inventory. */
  inventoryPath: /^\/v1\/events\/[^/]+\/(seats|plan)$/,
  /** Where the Unified Booking Backend's own API is. */
  unifiedPath:
    /^\/(|health|auth\/[^/]*|seats(\/status)?|reserve-seat|create-order|confirm-booking|release-seat|my-bookings|booking\/[^/]*|webhook\/[^/]*|admin(\/.*)?)$/s,
} as const
