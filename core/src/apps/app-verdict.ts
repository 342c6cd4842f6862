import type { AppId, IssuedKind, IssuedVerdict } from '@holdfast/contract'
import type { AppDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** What the edge must know of an app to serve a call of one kind. */
export const verdictOn = (
  { appId, allowedOrigins, allowedDomains, allowNoOrigin, browserVouching, botMode, rateLimits }: AppDoc,
  kind: IssuedKind,
): IssuedVerdict => ({
  appId,
  kind,
  allowedOrigins,
  allowedDomains,
  allowNoOrigin,
  browserVouching,
  botMode,
  rateLimits,
})

/**
 * What an edge must know of the app that its operator has bound it to, or null when there is none or it is not
 * active. Whoever calls there has shown no key, so they have a page's rights.
 */
export async function appVerdict(
  { store }: { readonly store: Pick<Store, 'get'> },
  appId: AppId,
): Promise<IssuedVerdict | null> {
  const app = await store.get(appId, 'apps', {})
  return app?.active ? verdictOn(app, 'publishable') : null
}
