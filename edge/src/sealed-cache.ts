import type { Platform } from '@holdfast/contract'
import { base64url } from 'jose'
import type { SharedCache } from './ports.ts'

/** `<end in milliseconds since 1970>.<seal>.`, before the value. */
const sealForm = /^(\d{1,16})\.([\w-]{43})\./

/**
 * A cache whose values count only if an edge wrote them, under this name and for this long: whoever else can write in Redis
 * could make any string the key of any app, or keep one that was revoked. What has no seal of ours is a miss.
 */
export function sealedCache(
  shared: SharedCache,
  secret: Uint8Array,
  platform: Pick<Platform, 'now' | 'hmacSha256'>,
): SharedCache {
  const sealOf = async (key: string, untilMs: number, value: string): Promise<string> => {
    const said = new TextEncoder().encode(JSON.stringify(['shared cache', key, untilMs, value]))
    return base64url.encode(await platform.hmacSha256(secret, said))
  }
  return {
    async get(key) {
      const text = (await shared.get(key)) ?? ''
      const [before = '', end = '', seal] = sealForm.exec(text) ?? []
      const untilMs = Number(end)
      if (seal === undefined || untilMs <= platform.now()) return null
      const value = text.slice(before.length)
      return seal === (await sealOf(key, untilMs, value)) ? value : null
    },
    async set(key, value, ttlMs) {
      const untilMs = platform.now() + ttlMs
      await shared.set(key, `${untilMs}.${await sealOf(key, untilMs, value)}.${value}`, ttlMs)
    },
  }
}
