import { type AppId, type AppPage, type AppsQuery, type AppView, Problem } from '@holdfast/contract'
import { pageOf, placeIn } from '../cursor.ts'
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

const filterOf = ({ domain, active }: Pick<AppsQuery, 'domain' | 'active'>) => ({
  ...(domain !== undefined && { domain }),
  ...(active !== undefined && { active }),
})

/** How many apps match. */
export const countApps = (
  { store }: { readonly store: Pick<Store, 'count'> },
  query: Pick<AppsQuery, 'domain' | 'active'>,
): Promise<number> => store.count(everyApp, 'apps', filterOf(query))

/** The apps that match, newest first, after passing over `skip`; the cursor is the last one's of the page before. */
export async function listApps(
  { store }: { readonly store: Pick<Store, 'find'> },
  { cursor, limit, ...query }: AppsQuery,
  skip = 0,
): Promise<AppPage> {
  const place = placeIn('apps', cursor)
  const found = await store.find(
    everyApp,
    'apps',
    { ...filterOf(query), ...(place !== undefined && { cursor: { lt: place } }) },
    { orderBy: 'cursor', order: 'descending', limit: limit + 1, skip },
  )
  const { docs, next } = pageOf('apps', found, limit)
  return { apps: docs.map(appView), ...next }
}
