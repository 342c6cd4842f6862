import type { Platform } from '@holdfast/contract'
import { base64url } from 'jose'
import type { ChainDoc } from '../store/schema.ts'

/** What stands before the first link: its digest is that link's `prevDigest`. */
export const chainStart = 'holdfast receipt chain 1'

type Hashing = Pick<Platform, 'sha256'>

/** SHA-256 of a text's UTF-8 bytes, in base64url. */
export const digestOf = async ({ sha256 }: Hashing, text: string): Promise<string> =>
  base64url.encode(await sha256(new TextEncoder().encode(text)))

/** The digest of a link, over everything else that it says. */
export function linkDigest(platform: Hashing, link: Omit<ChainDoc, 'digest'>): Promise<string> {
  const { appId, n, kind, bookingId, receiptDigest, prevDigest, createdAt } = link
  const said = [appId, n, kind, bookingId, receiptDigest, prevDigest, createdAt.toISOString()]
  return digestOf(platform, JSON.stringify(said))
}
