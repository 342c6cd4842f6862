import { applySeatsPerBatch } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import type { SeatDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** The seats of an event by their index, in pages that fit one script. Each page is read when it is asked for. */
export async function* seatPages(
  store: Pick<Store, 'find'>,
  { appId, eventId }: EventRef,
): AsyncGenerator<SeatDoc[]> {
  for (let from = 0; ; ) {
    const page = await store.find(
      appId,
      'seats',
      { eventId, index: { gte: from } },
      { orderBy: 'index', limit: applySeatsPerBatch },
    )
    const last = page.at(-1)
    if (!last) return
    yield page
    from = last.index + 1
  }
}
