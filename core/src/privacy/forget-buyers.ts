import { type AppId, appsKeepingPerRound, buyersForgottenPerRead, dayMs } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { cursorAt } from '../cursor.ts'
import type { AppDoc } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'platform'>

/**
 * Takes name and address out of bookings that are older than their app keeps them (`buyersKeptDays`), each once, in the order of their
 * age: the app remembers how far that has come.
 */
export async function forgetBuyers(ctx: Context): Promise<void> {
  const filter = { buyersKeptDays: { gte: 1 } }
  for (let after = ''; ; ) {
    const apps = await ctx.store.find(
      everyApp,
      'apps',
      { ...filter, cursor: { gt: after } },
      { orderBy: 'cursor', limit: appsKeepingPerRound },
    )
    for (const app of apps) await forgetOf(ctx, app)
    const last = apps.at(-1)
    if (!last || apps.length < appsKeepingPerRound) return
    after = last.cursor
  }
}

async function forgetOf({ store, platform }: Context, app: AppDoc): Promise<void> {
  const { appId, buyersKeptDays } = app
  if (buyersKeptDays === null) return
  const until = cursorAt(new Date(platform.now() - buyersKeptDays * dayMs))
  for (let place = app.buyersForgottenTo; ; ) {
    const old = { cursor: { gt: place, lt: until } }
    const page = await store.find(appId, 'bookings', old, {
      orderBy: 'cursor',
      limit: buyersForgottenPerRead,
    })
    const last = page.at(-1)
    if (!last) return
    await forgetUntil(store, appId, place, last.cursor)
    if (page.length < buyersForgottenPerRead) return
    place = last.cursor
  }
}

async function forgetUntil(store: Context['store'], appId: AppId, from: string, to: string): Promise<void> {
  const range = { cursor: { gt: from, lte: to } }
  await store.updateIf(appId, 'bookings', range, { set: { buyerName: null, buyerEmail: null } })
  await store.updateIf(appId, 'apps', {}, { set: { buyersForgottenTo: to } })
}
