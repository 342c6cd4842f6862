import type { AppVerdict } from '@holdfast/contract'
import { everyApp, type Store } from '../store/store.ts'
import type { PasswordHasher } from '../users/passwords.ts'
import { parseKey } from './keys.ts'

interface Context {
  readonly store: Pick<Store, 'find' | 'get'>
  readonly keyHasher: Pick<PasswordHasher, 'verify'>
}

/**
 * What a presented key is good for, or null for every kind of wrong one.
 *
 * An unknown key id is refused without the work of a bcrypt, which a clock can tell: ids are no secret (every page
 * shows a publishable one) and 128 bits of the key remain to be guessed, so the work would serve only a flood.
 */
export async function verifyKey({ store, keyHasher }: Context, text: string): Promise<AppVerdict | null> {
  const presented = parseKey(text)
  if (!presented) return null
  const { keyId, kind } = presented
  const [key] = await store.find(everyApp, 'keys', { keyId, kind }, { limit: 1 })
  if (!key) return null
  const app = await store.get(key.appId, 'apps', {})
  if (!app?.active) return null
  // The hash is of the whole text, so the prefix cannot be changed from one kind of key to the other either.
  if (!(await keyHasher.verify(text, key.hash))) return null
  const { appId, allowedOrigins, allowNoOrigin, rateLimits } = app
  return { appId, kind, allowedOrigins, allowNoOrigin, rateLimits }
}
