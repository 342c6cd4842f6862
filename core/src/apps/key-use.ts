import { type AppId, coreBudgetMs, type KeyUse } from '@holdfast/contract'
import type { AppDoc, KeyDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { liveKeys } from './live-keys.ts'

/**
 * Who has a predecessor's key. What nobody has said follows from the app: no page can call one that has no domains, and
 * what a page can have is everybody's.
 */
export const useOf = (
  { allowedDomains }: Pick<AppDoc, 'allowedDomains'>,
  { use }: Pick<KeyDoc, 'use'>,
): KeyUse => use ?? (allowedDomains.length > 0 ? 'page' : 'server')

/** What came of saying who has the key of an app. */
export type UseSaid =
  | { readonly word: 'said'; readonly before: KeyUse; readonly name: string }
  | { readonly word: 'no app' | 'no key' | 'both' }

/**
 * Says who has the predecessor's key of an app: its operator knows, and nothing else does. Of an app that has a key of
 * each use it changes nothing: one of the two would get the rights of the other.
 */
export async function sayKeyUse(
  { store }: { readonly store: Pick<Store, 'transaction'> },
  { appId, use, now }: { readonly appId: AppId; readonly use: KeyUse; readonly now: Date },
): Promise<UseSaid> {
  return store.transaction(coreBudgetMs, async (tx) => {
    const app = await tx.get(appId, 'apps', {})
    if (!app) return { word: 'no app' }
    const keys = await liveKeys(tx, { appId, kind: 'legacy', now })
    const [before, ...others] = new Set(keys.map((key) => useOf(app, key)))
    if (before === undefined) return { word: 'no key' }
    if (others.length > 0) return { word: 'both' }
    for (const { keyId } of keys) await tx.updateIf(appId, 'keys', { keyId }, { set: { use } })
    return { word: 'said', before, name: app.name }
  })
}
