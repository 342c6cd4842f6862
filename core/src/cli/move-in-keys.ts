import type { AppId } from '@holdfast/contract'
import { useOf } from '../apps/key-use.ts'
import { shown } from '../moving-in/diagnostics.ts'
import type { Legacy, LegacyApp } from '../moving-in/legacy.ts'
import type { Plan } from '../moving-in/plan.ts'

/** How many bookings each app made for users of its own, as nearly always a server does. */
function ownBookings({ sales, leftOut }: Legacy): ReadonlyMap<AppId, number> {
  const counts = new Map<AppId, number>()
  for (const { appId, owner } of [...sales, ...leftOut])
    if (owner.startsWith('ext:')) counts.set(appId, (counts.get(appId) ?? 0) + 1)
  return counts
}

function keyLine({ app, use: said }: LegacyApp, bookings: number): string {
  const { appId, name } = app
  const who = `${appId} (${shown(name)})`
  const use = useOf(app, { use: said })
  if (use === 'server') {
    const why = said === null ? 'it has no domains, so no page can call it' : 'as --server-keys says'
    return `${who}: a server's key, ${why}`
  }
  const own = `${who}: a page's key, for it has domains`
  if (bookings === 0) return own
  return (
    `${own}, but ${bookings} of its bookings are of users of its own, as servers make them: import with ` +
    `--server-keys ${appId}, or say npx holdfast apps use ${appId} server afterwards, if no page has the key; otherwise ` +
    `its server needs one of its own, by rotate-key with {"use":"server"}`
  )
}

/**
 * Who has the key of each app that comes in, as it is understood: a key says nothing of it itself, and what a server may do is
 * not for whoever reads a page. What was there already is as it was.
 */
export function keyLines(legacy: Legacy, plan: Plan, serverKeys: readonly AppId[] = []): string[] {
  const bookings = ownBookings(legacy)
  const keyed = plan.apps.filter(({ keyHash }) => keyHash !== null)
  const isNew = new Set(plan.apps.map(({ app }) => app.appId))
  const late = serverKeys.filter((appId) => !isNew.has(appId))
  return [
    ...keyed.map((one) => keyLine(one, bookings.get(one.app.appId) ?? 0)),
    ...late.map(
      (appId) => `${appId} is there already and stays as it is: npx holdfast apps use ${appId} server`,
    ),
  ]
}
