import { type AppId, type AppPage, type AppsQuery, type AppView, Problem } from '@holdfast/contract'
import { pageOf } from '../cursor.ts'
import { everyApp, type Store } from '../store/store.ts'
import { appView } from './app-view.ts'

/** One app. */
export async function readApp(
  { store }: { readonly store: Pick<Store, 'get'> },
  appId: AppId,
): Promise<AppView> {
  const app = await store.get(appId, 'apps', {})
  if (!app) throw new Problem('not_found')
  return appView(app)
}

/** The apps that match, newest first; the cursor is the last one's of the page before. */
export async function listApps(
  { store }: { readonly store: Pick<Store, 'find'> },
  { domain, active, cursor, limit }: AppsQuery,
): Promise<AppPage> {
  const found = await store.find(
    everyApp,
    'apps',
    {
      ...(domain !== undefined && { domain }),
      ...(active !== undefined && { active }),
      ...(cursor !== undefined && { cursor: { lt: cursor } }),
    },
    { orderBy: 'cursor', order: 'descending', limit: limit + 1 },
  )
  const { docs, next } = pageOf(found, limit)
  return { apps: docs.map(appView), ...next }
}
