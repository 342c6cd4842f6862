import type { Platform } from '@holdfast/contract'
import { base64url } from 'jose'

/** A strong entity tag: the digest of what is sent. */
export async function etagOf(platform: Pick<Platform, 'sha256'>, content: Uint8Array): Promise<string> {
  const digest = await platform.sha256(content)
  return `"${base64url.encode(digest.subarray(0, 16))}"`
}

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '')

/** Whether a client that sent this If-None-Match has the content already. Compared weakly, as RFC 9110 wants it. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag))
}
