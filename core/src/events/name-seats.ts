import type { AppId, SeatNames, SeatNamesQuestion } from '@holdfast/contract'
import type { SeatDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

interface Context {
  readonly store: Pick<Store, 'find'>
}

type Asked = SeatNamesQuestion['seats'][number]

/**
 * What seats are called. Ids are of one event, so a seat that is named alone is found only if no other event of its
 * app has one of that name. What is not found is left out.
 */
export async function nameSeats(
  ctx: Context,
  questions: readonly { readonly appId: AppId; readonly asked: Asked }[],
): Promise<SeatNames> {
  const groups = Map.groupBy(questions, ({ appId, asked }) => `${appId}/${asked.event ?? ''}`)
  const found = (await Promise.all([...groups.values()].map((group) => findGroup(ctx, group)))).flat()
  return {
    seats: found.map(({ appId, eventId, seatId, number }) => ({
      app: appId,
      event: eventId,
      seat: seatId,
      number,
    })),
    events: await eventsOf(ctx, found),
  }
}

/** The events that these seats are of, each once. */
async function eventsOf({ store }: Context, seats: readonly SeatDoc[]): Promise<SeatNames['events']> {
  const byApp = Map.groupBy(seats, ({ appId }) => appId)
  const found = await Promise.all(
    [...byApp].map(([appId, of]) => {
      const ids = [...new Set(of.map(({ eventId }) => eventId))]
      return store.find(appId, 'events', { eventId: { in: ids } }, { limit: ids.length })
    }),
  )
  return found
    .flat()
    .map(({ appId, eventId, name, domain }) => ({ app: appId, event: eventId, name, domain }))
}

/** Seats of one event, or of an app, whichever their event. */
async function findGroup(
  { store }: Context,
  group: readonly { readonly appId: AppId; readonly asked: Asked }[],
): Promise<SeatDoc[]> {
  const [first] = group
  if (!first) return []
  const { appId, asked } = first
  const ids = [...new Set(group.map((one) => one.asked.seat))]
  if (asked.event !== undefined) {
    const filter = { eventId: asked.event, seatId: { in: ids } }
    return store.find(appId, 'seats', filter, { limit: ids.length })
  }
  const alone = await Promise.all(
    ids.map(async (seatId) => {
      const seats = await store.find(appId, 'seats', { seatId }, { limit: 2 })
      return seats.length === 1 ? seats : []
    }),
  )
  return alone.flat()
}
