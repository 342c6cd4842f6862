import { liveKeysPerKindMax } from '@holdfast/contract'
import { useOf } from '../../apps/key-use.ts'
import { isLive } from '../../apps/live-keys.ts'
import { shown } from '../../moving-in/diagnostics.ts'
import type { AppDoc, KeyDoc } from '../../store/schema.ts'
import { everyApp, type Store } from '../../store/store.ts'
import { type Finding, warn } from './finding.ts'

/** Apps that moved in: nobody has more, and who has would not read on. */
const legacyAppsMax = 1_000
const appsShownMax = 20

/** The first of many, and how many there are more. */
const some = (found: readonly string[]): string =>
  found.length > appsShownMax
    ? `${found.slice(0, appsShownMax).join(', ')} and ${found.length - appsShownMax} more`
    : found.join(', ')

const named = ({ appId, name }: AppDoc): string => `${appId} (${shown(name)})`

/** Apps whose pages cannot take money: nothing else says so. */
function ofPayments(apps: readonly AppDoc[]): Finding[] {
  const poor = apps.filter(({ paymentProvider: by }) => by === 'none' || by === 'external')
  if (poor.length === 0) return []
  return [
    warn(
      'payments of old apps',
      `pages of these cannot take money: ${some(poor.map((app) => `${named(app)} is ${app.paymentProvider}`))}`,
      'PATCH /v1/admin/apps/{app} with paymentProvider and paymentAccount; external is right where only its server sells',
    ),
  ]
}

/** Keys of which nobody has said who has them: a server's that is taken for a page's is refused, and the reverse is worse. */
function ofKeys(apps: readonly AppDoc[], keys: readonly KeyDoc[]): Finding[] {
  const unsaid = new Set(keys.filter(({ use }) => use === null).map(({ appId }) => appId))
  const found = apps.filter(({ appId }) => unsaid.has(appId))
  if (found.length === 0) return []
  const taken = found.map((app) => `${named(app)} as a ${useOf(app, { use: null })}'s`)
  return [
    warn(
      'keys of old apps',
      `nobody has said who has the keys of these, which are taken: ${some(taken)}`,
      'npx holdfast apps use {app} page, or server if no page has the key',
    ),
  ]
}

/** What nothing else says of apps that moved in, or were made in a predecessor's console. */
export async function legacyAppFindings(store: Pick<Store, 'find' | 'get'>, now: Date): Promise<Finding[]> {
  const limit = legacyAppsMax * liveKeysPerKindMax
  const found = await store.find(everyApp, 'keys', { kind: 'legacy' }, { limit })
  const keys = found.filter((key) => isLive(key, now))
  const apps: AppDoc[] = []
  for (const appId of new Set(keys.map(({ appId }) => appId))) {
    const app = await store.get(appId, 'apps', {})
    if (app?.active) apps.push(app)
  }
  return [...ofPayments(apps), ...ofKeys(apps, keys)]
}
