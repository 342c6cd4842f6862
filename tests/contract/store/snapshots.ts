import type { Entry } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { budgetMs, eventId, outboxRow, reservation, seat, seatId, seats, type World } from './fixtures.ts'

/** The entries of one app, since other tests share the store. */
async function entriesOf({ store, appId }: World): Promise<Entry[]> {
  const own: Entry[] = []
  for await (const entry of store.snapshot()) if (entry.doc.appId === appId) own.push(entry)
  return own
}

/** Reading everything. */
export function snapshotTests(world: () => World): void {
  test('gives every document by collection and key, dates and nulls as they were', async () => {
    const here = world()
    const docs = [seat(here.appId, 3), seat(here.appId, 1), seat(here.appId, 2, { x: 1.5, blocked: true })]
    await here.store.insert(here.appId, 'outbox', outboxRow(here.appId, 'row'))
    await here.store.insert(here.appId, 'seats', docs)
    await here.store.insert(here.appId, 'reservations', reservation(here.appId, 1))
    expect(await entriesOf(here)).toEqual([
      { collection: 'seats', doc: docs[1] },
      { collection: 'seats', doc: docs[2] },
      { collection: 'seats', doc: docs[0] },
      { collection: 'reservations', doc: reservation(here.appId, 1) },
      { collection: 'outbox', doc: outboxRow(here.appId, 'row') },
    ])
  })

  test('orders keys by their bytes', async () => {
    const here = world()
    for (const id of ['b', 'B', 'a~', 'a', 'a.b', '10', '9']) {
      await here.store.insert(here.appId, 'outbox', outboxRow(here.appId, id))
    }
    const ids = (await entriesOf(here)).map(({ doc }) => ('rowId' in doc ? doc.rowId : ''))
    expect(ids).toEqual(['10', '9', 'B', 'a', 'a.b', 'a~', 'b'])
  })

  test('sees nothing of what is committed while it is read, and stops nobody', async () => {
    const here = world()
    const { store, appId } = here
    await store.insert(appId, 'seats', seats(appId, 1_200))
    const seen: Entry[] = []
    let isChanged = false
    for await (const entry of store.snapshot()) {
      if (entry.doc.appId !== appId) continue
      seen.push(entry)
      if (isChanged) continue
      isChanged = true
      await store.transaction(budgetMs, async (tx) => {
        await tx.updateIf(appId, 'seats', { eventId }, { inc: { rev: 1 } })
        await tx.insert(appId, 'seats', seat(appId, 5_000))
        await tx.delete(appId, 'seats', { seatId: seatId(7) })
        await tx.insert(appId, 'outbox', outboxRow(appId, 'late'))
      })
    }
    expect(isChanged).toBe(true)
    expect(seen).toHaveLength(1_200)
    expect(seen.every(({ doc }) => 'rev' in doc && doc.rev === 0)).toBe(true)
    expect(await entriesOf(here)).toHaveLength(1_201)
  })

  test('may be given up at any moment', async () => {
    const here = world()
    await here.store.insert(here.appId, 'seats', seats(here.appId, 3))
    for await (const _ of here.store.snapshot()) break
    expect(await entriesOf(here)).toHaveLength(3)
    await here.store.updateIf(here.appId, 'seats', { index: 1 }, { set: { blocked: true } })
  })
}
