import {
  AppId,
  EventId,
  OutboxRowId,
  outboxAttemptsMax,
  outboxRetryMsMax,
  outboxRetryMsMin,
  outboxRowsPerRound,
  systemPlatform,
} from '@holdfast/contract'
import { type Inventory, InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { type OpenStore, type World, worldsOn } from '../bookings/testing.ts'
import type { Core } from '../context.ts'
import type { OutboxDoc } from '../store/schema.ts'
import { yesInventory } from '../testing.ts'
import { listOutbox, retryRow } from './read-outbox.ts'
import { relayOnce } from './relay.ts'
import { applyPoke } from './rows.ts'

/** How the inventory is just now, event by event; what is not named works. */
type Mood = (eventId: string) => 'works' | 'is away' | 'chokes'

/** A core whose clock moves when it is told to, whose inventory has moods, and what it was told of, event by event. */
function moody(mood: Mood) {
  const clock = { nowMs: Date.UTC(2026, 10, 23, 12) }
  const told: string[] = []
  const yes = yesInventory()
  const configure: Inventory['configure'] = async (ref) => {
    const is = mood(ref.eventId)
    if (is === 'is away') throw new InventoryFault('configure')
    if (is === 'chokes') throw new TypeError('cannot read that')
    told.push(ref.eventId)
    return { word: 'configured', nowMs: 0 }
  }
  const logs: Parameters<Core['log']>[0][] = []
  const overrides: Partial<Core> = {
    platform: { ...systemPlatform, now: () => clock.nowMs },
    inventory: { ...yes, configure },
    log: (entry) => logs.push(entry),
  }
  return { clock, told, logs, overrides }
}

/** Promises so many changes of an event that there is; nothing else is promised. */
async function promise({ core, appId }: World, name: string, count: number): Promise<void> {
  const eventId = EventId.parse(name)
  const [event] = await core.store.find(appId, 'events', {}, { limit: 1 })
  if (event && event.eventId !== eventId) {
    const known = await core.store.get(appId, 'events', { eventId })
    if (!known) await core.store.insert(appId, 'events', { ...event, eventId })
  }
  const rows = Array.from({ length: count }, () => applyPoke({ appId, eventId }, core.platform))
  await core.store.insert(appId, 'outbox', rows)
}

/** A world in which nothing is promised yet. */
async function quietWorld(make: ReturnType<typeof worldsOn>, overrides: Partial<Core>): Promise<World> {
  const world = await make(overrides)
  await world.core.store.delete(world.appId, 'outbox', {})
  return world
}

/** What a promise guarantees, on any store: each test opens an empty one. */
export function outboxSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)
  const rowsOf = ({ core, appId }: World, filter: { status?: OutboxDoc['status'] } = {}) =>
    core.store.find(appId, 'outbox', filter, { limit: 1_000 })

  describe(`the outbox on ${name}`, () => {
    test('F5: a row whose inventory is away is tried again, ever more seldom, and is never given up', async () => {
      let isAway = true
      const { clock, told, overrides } = moody(() => (isAway ? 'is away' : 'works'))
      const w = await quietWorld(world, overrides)
      await promise(w, 'theatre', 1)
      const pauses: number[] = []
      for (let n = 0; n < 2 * outboxAttemptsMax; n++) {
        const [row] = await rowsOf(w)
        clock.nowMs = row?.dueAt.getTime() ?? 0
        await relayOnce(w.core)
        const [after] = await rowsOf(w, { status: 'READY' })
        pauses.push((after?.dueAt.getTime() ?? 0) - clock.nowMs)
      }
      expect(pauses.slice(1, 4)).toEqual([2, 4, 8].map((times) => times * outboxRetryMsMin))
      expect(pauses.at(-1)).toBe(outboxRetryMsMax)
      isAway = false
      clock.nowMs += outboxRetryMsMax
      await relayOnce(w.core)
      expect(told).toEqual(['theatre'])
      expect(await rowsOf(w, { status: 'DONE' })).toHaveLength(1)
    })

    test('F31, F39: a poisoned row is dead after some tries and kept, and the operator can have it tried again', async () => {
      let mood: 'chokes' | 'works' = 'chokes'
      const { clock, logs, overrides } = moody(() => mood)
      const w = await quietWorld(world, overrides)
      await promise(w, 'theatre', 1)
      for (let n = 0; n < outboxAttemptsMax; n++) {
        expect(await rowsOf(w, { status: 'READY' })).toHaveLength(1)
        clock.nowMs += outboxRetryMsMax
        await relayOnce(w.core)
      }
      expect(logs.filter(({ event }) => event === 'outbox_row_dead')).toHaveLength(1)
      expect(JSON.stringify(logs)).not.toContain('cannot read')
      clock.nowMs += 90 * 86_400_000
      expect(await relayOnce(w.core)).toBe(0)
      await w.core.store.purgeExpired(new Date(clock.nowMs))
      const query = { status: 'dead', limit: 10 } as const
      const { rows } = await listOutbox(w.core, query)
      expect(rows).toMatchObject([{ kind: 'apply', event: 'theatre', attempts: outboxAttemptsMax }])

      const [id, app] = [OutboxRowId.parse(rows[0]?.id), w.appId]
      expect(await retryRow(w.core, { appId: app, rowId: id })).toMatchObject({
        status: 'waiting',
        attempts: 1,
      })
      mood = 'works'
      expect(await retryRow(w.core, { appId: app, rowId: id })).toMatchObject({ status: 'done', attempts: 0 })
      expect(await retryRow(w.core, { appId: app, rowId: id })).toMatchObject({ status: 'done' })
      expect(await listOutbox(w.core, query)).toEqual({ rows: [] })
      const missing = { appId: AppId.parse('app_other'), rowId: id }
      await expect(retryRow(w.core, missing)).rejects.toMatchObject({ code: 'not_found' })
    })

    test('the operator sees rows of one app or of all, page by page, newest first', async () => {
      const { clock, overrides } = moody(() => 'works')
      const w = await quietWorld(world, overrides)
      for (let n = 0; n < 5; n++) {
        clock.nowMs += 1
        await promise(w, 'theatre', 1)
      }
      const all = (await rowsOf(w)).map(({ rowId }) => rowId).toReversed()
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const query = { status: 'waiting', limit: 2, app: w.appId, ...(cursor && { cursor }) } as const
        const page = await listOutbox(w.core, query)
        seen.push(...page.rows.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor)
      expect(seen).toEqual(all)
      const other = { status: 'waiting', limit: 9, app: AppId.parse('app_other') } as const
      expect(await listOutbox(w.core, other)).toEqual({ rows: [] })
    })

    test('F40: a hot event does not keep the others waiting: each has its turn in every round', async () => {
      const { clock, told, overrides } = moody(() => 'works')
      const w = await quietWorld(world, overrides)
      await promise(w, 'hot', 300)
      clock.nowMs += 1
      for (const name of ['late', 'later']) await promise(w, name, 1)
      clock.nowMs += 10_000
      await relayOnce(w.core)
      expect(told.toSorted().slice(-2)).toEqual(['late', 'later'])
      expect(told.filter((event) => event === 'hot')).toHaveLength(outboxRowsPerRound - 2)
      while ((await relayOnce(w.core)) > 0);
      expect(told).toHaveLength(302)
    })

    test('an event whose inventory is away is put off whole, so that it fills no round', async () => {
      const { clock, told, logs, overrides } = moody((event) => (event === 'hot' ? 'is away' : 'works'))
      const w = await quietWorld(world, overrides)
      await promise(w, 'hot', 1_100)
      clock.nowMs += 1
      await promise(w, 'late', 1)
      clock.nowMs += 10_000
      await relayOnce(w.core)
      await relayOnce(w.core)
      expect(told).toEqual(['late'])
      expect(logs.filter(({ event }) => event === 'outbox_row_put_off').length).toBeLessThan(8)
    })
  })
}
