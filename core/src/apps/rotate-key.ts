import {
  type AppId,
  base62Of,
  coreBudgetMs,
  type IssuedKind,
  liveKeysPerKindMax,
  newId,
  type Platform,
  Problem,
  type RotatedKey,
  type RotateKeyRequest,
} from '@holdfast/contract'
import type { KeyDoc } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import type { PasswordHasher } from '../users/passwords.ts'
import { makeKey } from './keys.ts'
import { liveKeys } from './live-keys.ts'

interface Context {
  readonly store: Pick<Store, 'get' | 'transaction'>
  readonly platform: Pick<Platform, 'now' | 'random'>
  readonly keyHasher: Pick<PasswordHasher, 'hash'>
}

/**
 * Gives an app a new key of one kind. The ones before it work for `overlapSeconds` more, and no longer than they
 * would have; without an overlap they end now. Its text is in this answer and nowhere else.
 */
export async function rotateKey(
  ctx: Context,
  { appId, request }: { readonly appId: AppId; readonly request: RotateKeyRequest },
): Promise<RotatedKey> {
  const { store, platform, keyHasher } = ctx
  // Before the work of a hash; the transaction asks again.
  if (!(await store.get(appId, 'apps', {}))) throw new Problem('not_found')
  const { keyId, text } = newKey(request, platform)
  const { kind, overlapSeconds } = request
  const hash = await keyHasher.hash(text)
  const now = new Date(platform.now())
  const until = new Date(now.getTime() + overlapSeconds * 1_000)
  const key: KeyDoc = { appId, keyId, kind, hash, expiresAt: null, createdAt: now }

  await store.transaction(coreBudgetMs, async (tx) => {
    if (!(await tx.get(appId, 'apps', {}))) throw new Problem('not_found')
    await endKeys(tx, { appId, kind, now, until })
    await tx.insert(appId, 'keys', key)
  })
  return { app: appId, kind, key: text, previousUntil: until.toISOString() }
}

function newKey(request: RotateKeyRequest, platform: Pick<Platform, 'random'>) {
  if (request.kind !== 'legacy') return makeKey(request.kind, platform)
  // Nothing of a legacy key may be known from its text: 256 random bits, unless its owner brings one.
  const text = request.key ?? base62Of(platform.random(16)) + base62Of(platform.random(16))
  return { keyId: newId('key', platform.random), text }
}

/** Ends keys at `until`, and at once those that would be too many beside the new one. */
async function endKeys(
  tx: Statements,
  { appId, kind, now, until }: { appId: AppId; kind: IssuedKind; now: Date; until: Date },
): Promise<void> {
  const keys = await liveKeys(tx, { appId, kind, now })
  const newestFirst = keys.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  for (const [at, { keyId, expiresAt }] of newestFirst.entries()) {
    const end = at < liveKeysPerKindMax - 1 ? until : now
    if (expiresAt !== null && expiresAt <= end) continue
    await tx.updateIf(appId, 'keys', { keyId }, { set: { expiresAt: end } })
  }
}
