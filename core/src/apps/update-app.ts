import {
  type AppId,
  type AppPatch,
  type AppView,
  coreBudgetMs,
  type Platform,
  Problem,
} from '@holdfast/contract'
import { assertSalesPayable } from '../events/payable-prices.ts'
import type { FindProvider } from '../payments/provider.ts'
import type { AppDoc } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import { appView } from './app-view.ts'
import { checkDefaults } from './check-defaults.ts'
import { checkProvider } from './check-provider.ts'

interface Context {
  readonly store: Pick<Store, 'transaction' | 'get' | 'find'>
  readonly platform: Pick<Platform, 'now'>
  readonly findProvider: FindProvider
}

/** The key of an app that loses its domains was on pages, whoever is let in now: it does not become a server's. */
async function keepPagesKeys(tx: Statements, before: AppDoc, after: AppDoc): Promise<void> {
  if (before.allowedDomains.length === 0 || after.allowedDomains.length > 0) return
  const unsaid = { kind: 'legacy', use: null } as const
  await tx.updateIf(after.appId, 'keys', unsaid, { set: { use: 'page' } })
}

/** Another provider counts money in other steps. */
async function assertStillPayable(
  { store, platform }: Context,
  appId: AppId,
  { paymentProvider: provider }: AppPatch,
): Promise<void> {
  const app = provider && (await store.get(appId, 'apps', {}))
  if (!app || app.paymentProvider === provider) return
  await assertSalesPayable(store, { appId, provider, now: new Date(platform.now()) })
}

/**
 * Changes what is given of an app. An app that is not active has no key that works, within the time that edges
 * remember it; its events and bookings stay.
 *
 * @throws Problem `not_found`, or `invalid_request` when the domain would change under events that carry it, or what is on
 *   sale could not be paid any more.
 */
export async function updateApp(
  ctx: Context,
  { appId, patch }: { readonly appId: AppId; readonly patch: AppPatch },
): Promise<AppView> {
  const { metadata, ...settings } = patch
  const changes = { ...settings, ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }) }
  await assertStillPayable(ctx, appId, patch)
  return ctx.store.transaction(coreBudgetMs, async (tx) => {
    const app = await tx.get(appId, 'apps', {})
    if (!app) throw new Problem('not_found')
    const isMoved = changes.domain !== undefined && changes.domain !== app.domain
    if (isMoved && (await tx.count(appId, 'events', {})) > 0) {
      const message = 'cannot change any more: the app has events'
      throw new Problem('invalid_request', { errors: [{ path: 'domain', message }] })
    }
    const changed: AppDoc = { ...app, ...changes }
    if (patch.paymentProvider ?? patch.paymentAccount) checkProvider(ctx, changed)
    checkDefaults(changed, patch.eventDefaults ?? {})
    if (Object.keys(changes).length > 0) await tx.updateIf(appId, 'apps', {}, { set: changes })
    await keepPagesKeys(tx, app, changed)
    return appView(changed)
  })
}
