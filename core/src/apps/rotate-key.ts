import {
  type AppId,
  base62Of,
  coreBudgetMs,
  type KeyUse,
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
import { useOf } from './key-use.ts'
import { digestOf, makeKey } from './keys.ts'
import { liveKeys } from './live-keys.ts'

interface Context {
  readonly store: Pick<Store, 'get' | 'transaction'>
  readonly platform: Pick<Platform, 'now' | 'random'>
  readonly keyHasher: Pick<PasswordHasher, 'hash'>
}

/**
 * Gives an app a new key of one kind, and of a predecessor's keys of one use. The ones before it work for `overlapSeconds`
 * more, and no longer than they would have; without an overlap they end now. Its text is in this answer and nowhere else.
 */
export async function rotateKey(
  ctx: Context,
  { appId, request }: { readonly appId: AppId; readonly request: RotateKeyRequest },
): Promise<RotatedKey> {
  const { store, platform, keyHasher } = ctx
  // Before the work of a hash; the transaction asks again.
  if (!(await store.get(appId, 'apps', {}))) throw new Problem('not_found')
  const { keyId, text, isRandom } = newKey(request, platform)
  const { kind, overlapSeconds } = request
  const hash = await keyHasher.hash(text)
  const now = new Date(platform.now())
  const until = new Date(now.getTime() + overlapSeconds * 1_000)
  const digest = isRandom ? digestOf(text) : null
  const key = { appId, keyId, kind, hash, digest, expiresAt: null, createdAt: now }

  await store.transaction(coreBudgetMs, async (tx) => {
    const app = await tx.get(appId, 'apps', {})
    if (!app) throw new Problem('not_found')
    const live = await liveKeys(tx, { appId, kind, now })
    const use = request.kind === 'legacy' ? (request.use ?? useOfOnly(live)) : null
    const before = live.filter((one) => kind !== 'legacy' || useOf(app, one) === useOf(app, { use }))
    await endKeys(tx, { keys: before, now, until })
    await tx.insert(appId, 'keys', { ...key, use })
  })
  return { app: appId, kind, key: text, previousUntil: until.toISOString() }
}

function newKey(request: RotateKeyRequest, platform: Pick<Platform, 'random'>) {
  if (request.kind !== 'legacy') return { ...makeKey(request.kind, platform), isRandom: true }
  // Nothing of a legacy key may be known from its text: 256 random bits, unless its owner brings one.
  const { key: chosen } = request
  const text = chosen ?? base62Of(platform.random(16)) + base62Of(platform.random(16))
  return { keyId: newId('key', platform.random), text, isRandom: chosen === undefined }
}

/** What was said of all of them, if they are of one use: a rotation that says nothing changes no rights. */
function useOfOnly(keys: readonly KeyDoc[]): KeyUse | null {
  const said = new Set(keys.map(({ use }) => use))
  const [only = null] = said
  return said.size === 1 ? only : null
}

/** Ends keys at `until`, and at once those that would be too many beside the new one. */
async function endKeys(
  tx: Statements,
  { keys, now, until }: { keys: readonly KeyDoc[]; now: Date; until: Date },
): Promise<void> {
  const newestFirst = keys.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  for (const [at, { appId, keyId, expiresAt }] of newestFirst.entries()) {
    const end = at < liveKeysPerKindMax - 1 ? until : now
    if (expiresAt !== null && expiresAt <= end) continue
    await tx.updateIf(appId, 'keys', { keyId }, { set: { expiresAt: end } })
  }
}
