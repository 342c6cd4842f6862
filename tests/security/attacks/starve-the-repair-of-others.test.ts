import {
  AppId,
  domainDefaults,
  EventId,
  repairedEventsPerApp,
  repairedEventsPerPage,
} from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadedEvents, type RoundPlaces } from '../../../core/src/reconcile/loaded-events.ts'
import { openSqliteStore } from '../../../core/src/store/sqlite.ts'
import type { Store } from '../../../core/src/store/store.ts'
import { noon } from '../../contract/store/fixtures.ts'

let store: Store
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

/** Gives an app so many events with a seat. */
async function sell(app: string, count: number): Promise<void> {
  const appId = AppId.parse(app)
  const docs = Array.from({ length: count }, (_, n) => ({
    ...domainDefaults.EVENT,
    ...({
      appId,
      name: 'Play',
      currency: 'EUR',
      domain: 'EVENT',
      sale: 'open',
      frame: null,
      seatCount: 1,
    } as const),
    ...{
      startsAt: null,
      onSaleAt: null,
      offSaleAt: null,
      charges: [],
      cancellation: null,
      seatsBookedPerOwner: null,
    },
    ...{ rev: 0, epoch: 1, buildingSince: null, restsSince: null, createdAt: noon },
    eventId: EventId.parse(`event-${String(n).padStart(6, '0')}`),
  }))
  await store.transaction(60_000, (tx) => tx.insert(appId, 'events', docs))
}

/** How many events of each app one round looks at. */
async function round(places: RoundPlaces): Promise<Record<string, number>> {
  const looked: Record<string, number> = {}
  for await (const { appId } of loadedEvents(store, places)) looked[appId] = (looked[appId] ?? 0) + 1
  return looked
}

test('M8: who has more events than repair looks at in a round delays its own, and never those of apps after it', async () => {
  const many = repairedEventsPerApp + 300
  await sell('app_0-attacker', many)
  await sell('app_1-small', 3)
  await sell('app_2-large', repairedEventsPerPage + 1)
  await sell('app_3-last', 1)
  const others = { 'app_1-small': 3, 'app_2-large': repairedEventsPerPage + 1, 'app_3-last': 1 }
  const places: RoundPlaces = new Map()
  expect(await round(places)).toEqual({ 'app_0-attacker': repairedEventsPerApp, ...others })
  // The rest of it comes in the next round, and then it begins anew.
  expect(await round(places)).toEqual({ 'app_0-attacker': 300, ...others })
  expect(await round(places)).toEqual({ 'app_0-attacker': repairedEventsPerApp, ...others })
})

test('M8: a round looks at every event once, however the pages fall', async () => {
  const counts = [repairedEventsPerPage, 1, repairedEventsPerPage - 1, 2, 700]
  for (const [n, count] of counts.entries()) await sell(`app_${n}`, count)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const seen = new Set<string>()
  let looks = 0
  for await (const { appId, eventId } of loadedEvents(store, new Map())) {
    looks += 1
    seen.add(`${appId}/${eventId}`)
  }
  expect([looks, seen.size]).toEqual([total, total])
})
