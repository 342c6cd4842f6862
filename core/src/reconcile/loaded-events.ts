import { type AppId, type EventId, repairedEventsPerApp, repairedEventsPerPage } from '@holdfast/contract'
import type { EventDoc } from '../store/schema.ts'
import { everyApp, type Store } from '../store/store.ts'

/** How far repair has come in apps with more events than one round takes of an app. */
export type RoundPlaces = Map<AppId, EventId>

const loaded = { restsSince: null, seatCount: { gt: 0 } } as const

/** The next events of one app, at most so many in a round: the next round goes on where this one has stopped. */
async function* eventsOf(
  store: Pick<Store, 'find'>,
  appId: AppId,
  places: RoundPlaces,
): AsyncGenerator<EventDoc> {
  const limit = repairedEventsPerPage
  for (let taken = 0; taken < repairedEventsPerApp; taken += limit) {
    const place = places.get(appId)
    const after = place === undefined ? {} : { eventId: { gt: place } }
    const page = await store.find(appId, 'events', { ...loaded, ...after }, { limit })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < limit) {
      places.delete(appId)
      return
    }
    places.set(appId, last.eventId)
  }
}

/**
 * Every event that repair has to look at, app by app, in pages. No app's events keep those of others from being looked at,
 * however many they are.
 */
export async function* loadedEvents(
  store: Pick<Store, 'find'>,
  places: RoundPlaces,
): AsyncGenerator<EventDoc> {
  const limit = repairedEventsPerPage
  for (let before: AppId | undefined; ; ) {
    const after = before === undefined ? {} : { appId: { gt: before } }
    const page = await store.find(everyApp, 'events', { ...loaded, ...after }, { limit })
    const last = page.at(-1)
    if (last === undefined) return
    // Of all apps but the last the page has every event, since it is in the order of apps.
    const isWhole = page.length < limit
    for (const event of page) if (isWhole || event.appId !== last.appId) yield event
    if (isWhole) return
    yield* eventsOf(store, last.appId, places)
    before = last.appId
  }
}
