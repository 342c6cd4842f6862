import { type AppId, type AppPatch, type AppView, coreBudgetMs, Problem } from '@holdfast/contract'
import type { FindProvider } from '../payments/provider.ts'
import type { AppDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { appView } from './app-view.ts'
import { checkProvider } from './check-provider.ts'

interface Context {
  readonly store: Pick<Store, 'transaction'>
  readonly findProvider: FindProvider
}

/**
 * Changes what is given of an app. An app that is not active has no key that works, within the time that edges
 * remember it; its events and bookings stay.
 *
 * @throws Problem `not_found`, or `invalid_request` when the domain would change under events that carry it.
 */
export async function updateApp(
  ctx: Context,
  { appId, patch }: { readonly appId: AppId; readonly patch: AppPatch },
): Promise<AppView> {
  const { metadata, ...settings } = patch
  const changes = { ...settings, ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }) }
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
    if (Object.keys(changes).length > 0) await tx.updateIf(appId, 'apps', {}, { set: changes })
    return appView(changed)
  })
}
