import { type AppId, asBrowsersWrite, type IssuedVerdict } from '@holdfast/contract'
import type { AppDoc, KeyDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { useOf } from './key-use.ts'

/** What the edge must know of an app to serve a call with one of its keys. */
export function verdictOn(
  app: AppDoc,
  key: Pick<KeyDoc, 'kind' | 'use'> & Partial<Pick<KeyDoc, 'keyId'>>,
): IssuedVerdict {
  const { appId, allowNoOrigin, browserVouching, botMode, rateLimits } = app
  const { paymentProvider, addressBudget, clientNetworks } = app
  return {
    ...{ appId, kind: key.kind },
    ...(key.keyId !== undefined && { keyId: key.keyId }),
    // An older core kept them as they were typed.
    allowedOrigins: app.allowedOrigins.map(asBrowsersWrite),
    allowedDomains: app.allowedDomains.map(asBrowsersWrite),
    ...{ allowNoOrigin, browserVouching, botMode, rateLimits, paymentProvider },
    ...{ addressBudget, clientNetworks },
    ...(key.kind === 'legacy' && { use: useOf(app, key) }),
  }
}

/**
 * What an edge must know of the app that its operator has bound it to, or null when there is none or it is not
 * active. Whoever calls there has shown no key, so they have a page's rights.
 */
export async function appVerdict(
  { store }: { readonly store: Pick<Store, 'get'> },
  appId: AppId,
): Promise<IssuedVerdict | null> {
  const app = await store.get(appId, 'apps', {})
  return app?.active ? verdictOn(app, { kind: 'publishable', use: null }) : null
}
