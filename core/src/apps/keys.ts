import { createHash, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { base62Of, type KeyKind, type Platform } from '@holdfast/contract'

/** An app key: `keyId` is no secret and finds the stored hash, `text` is the whole key and proves the caller. */
export interface AppKey {
  readonly kind: KeyKind
  readonly keyId: string
  readonly text: string
}

const prefixes = { publishable: 'hf_pk_', secret: 'hf_sk_' } as const
const kinds: Readonly<Record<string, KeyKind>> = { hf_pk_: 'publishable', hf_sk_: 'secret' }

/** Prefix, key id, secret, checksum: 58 bytes in all, of which bcrypt reads every one. */
const shape = /^((hf_[ps]k_)([0-9A-Za-z]{22})[0-9A-Za-z]{22})([0-9a-f]{8})$/

/** Against typing mistakes only: anybody can compute it. */
const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0')

/** A new key: 128 random bits to find it by, and 128 more that are its secret. */
export function makeKey(kind: KeyKind, { random }: Pick<Platform, 'random'>): AppKey {
  const keyId = base62Of(random(16))
  const body = `${prefixes[kind]}${keyId}${base62Of(random(16))}`
  return { kind, keyId, text: body + checksumOf(body) }
}

/** What a presented key says of itself, or null when it cannot be one of ours: mistyped, cut off, or made up. */
export function parseKey(text: string): AppKey | null {
  const [, body = '', prefix = '', keyId = '', checksum] = shape.exec(text) ?? []
  const kind = kinds[prefix]
  if (kind === undefined || checksum !== checksumOf(body)) return null
  return { kind, keyId, text }
}

/**
 * What a random key is known by: of 128 random bits nobody can try all, however fast each is tried, so that no slow hash is
 * needed. It is of the whole text, whose prefix says what the key is for.
 */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Whether a text has this digest, in a time that tells nothing of where they differ. */
export function hasDigest(text: string, digest: string): boolean {
  const [presented, known] = [Buffer.from(digestOf(text)), Buffer.from(digest)]
  return presented.length === known.length && timingSafeEqual(presented, known)
}
