import {
  type AppId,
  type IssuedVerdict,
  type KeyQuestion,
  type Platform,
  passwordBytesMax,
  secretBytesMin,
} from '@holdfast/contract'
import type { KeyDoc } from '../store/schema.ts'
import { everyApp, type Store } from '../store/store.ts'
import type { PasswordHasher } from '../users/passwords.ts'
import { verdictOn } from './app-verdict.ts'
import { type AppKey, digestOf, hasDigest, parseKey } from './keys.ts'
import { isLive, liveKeys } from './live-keys.ts'

interface Context {
  readonly store: Pick<Store, 'find' | 'get' | 'updateIf'>
  readonly platform: Pick<Platform, 'now'>
  readonly keyHasher: Pick<PasswordHasher, 'verify'>
}

/**
 * What a presented key is good for, or null for every kind of wrong one.
 *
 * No flood of wrong keys delays a right one: ours are compared by their digests, at once, and a predecessor's by bcrypt only
 * until it was right once. An unknown key id is refused without any comparison, which a clock can tell: ids are no secret
 * (every page shows a publishable one) and 128 bits of the key remain to be guessed.
 */
export async function verifyKey(
  ctx: Context,
  { key: text, appId }: KeyQuestion,
): Promise<IssuedVerdict | null> {
  const presented = parseKey(text)
  if (presented) return verifyOwn(ctx, presented, appId)
  return appId === undefined ? null : verifyLegacy(ctx, text, appId)
}

/** A key of ours says by which id it is found. */
async function verifyOwn(
  ctx: Context,
  { keyId, kind, text }: AppKey,
  appId: AppId | undefined,
): Promise<IssuedVerdict | null> {
  const [key] = await ctx.store.find(everyApp, 'keys', { keyId, kind }, { limit: 1 })
  if (!key || (appId !== undefined && key.appId !== appId)) return null
  if (!isLive(key, new Date(ctx.platform.now()))) return null
  return verdictOf(ctx, key.appId, [key], text)
}

/**
 * A legacy key says nothing of itself, so it is compared with the few that its app has: never with another app's, and
 * for an app without any, as nearly all are, at no cost.
 */
async function verifyLegacy(ctx: Context, text: string, appId: AppId): Promise<IssuedVerdict | null> {
  const { length } = new TextEncoder().encode(text)
  if (length < secretBytesMin || length > passwordBytesMax) return null
  const now = new Date(ctx.platform.now())
  return verdictOf(ctx, appId, await liveKeys(ctx.store, { appId, kind: 'legacy', now }), text)
}

async function verdictOf(
  ctx: Context,
  appId: AppId,
  keys: readonly KeyDoc[],
  text: string,
): Promise<IssuedVerdict | null> {
  const app = keys.length > 0 ? await ctx.store.get(appId, 'apps', {}) : null
  if (!app?.active) return null
  for (const key of keys) if (await isOf(ctx, key, text)) return verdictOn(app, key)
  return null
}

/**
 * Whether this is the text of a key. Both hashes are of the whole of it, so the prefix cannot be changed from one kind of key to
 * the other either. A key of ours that has only bcrypt's, from a version before, gets its digest at its first good use.
 */
async function isOf({ store, keyHasher }: Context, key: KeyDoc, text: string): Promise<boolean> {
  if (key.digest !== null) return hasDigest(text, key.digest)
  if (!(await keyHasher.verify(text, key.hash))) return false
  if (key.kind !== 'legacy') {
    const { appId, keyId } = key
    const digest = digestOf(text)
    // The key is good all the same: it is learned the next time.
    await store.updateIf(appId, 'keys', { keyId, digest: null }, { set: { digest } }).catch(() => 0)
  }
  return true
}
