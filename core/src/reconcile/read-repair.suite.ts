import { AppId, EventId, newId, type RepairStatus, systemPlatform } from '@holdfast/contract'
import { type Inventory, InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { type OpenStore, type World, worldsOn } from '../bookings/testing.ts'
import { applyPoke } from '../outbox/rows.ts'
import { yesInventory } from '../testing.ts'
import { createDrift } from './drift.ts'
import { startRepair } from './loop.ts'
import { readRepair } from './read-repair.ts'

const page = { limit: 10 }

/** What the operator is told of background work, on any store: each test opens an empty one. */
export function readRepairSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)
  const yes = yesInventory()
  const checked = { word: 'checked', epoch: 1, ver: 7, mapLength: 20, hasDue: true, hasLog: true } as const
  const mapped = (map: () => string): Inventory => ({
    ...yes,
    check: async () => ({ ...checked, waiting: 3, nowMs: 0 }),
    snapshot: async () => ({ word: 'snapshot', epoch: 1, ver: 7, map: map(), nowMs: 0 }),
  })
  /** Asks until it is so. */
  const until = async ({ core }: World, isSo: (status: RepairStatus) => boolean) => {
    for (;;) {
      const status = await readRepair(core, page)
      if (isSo(status)) return status
      await systemPlatform.sleep(10)
    }
  }

  describe(`what is told of repair on ${name}`, () => {
    test('is who does it, since when, and how its rounds go, by any replica', async () => {
      const w = await world({ inventory: mapped(() => 'F'.repeat(20)) })
      expect((await readRepair(w.core, page)).lease).toBeNull()
      const repair = startRepair(w.core, 'pod-a')
      const names = ({ lease }: RepairStatus) => lease?.rounds.map((round) => round.name) ?? []
      const { lease } = await until(w, (status) => names(status).length >= 10)
      expect(names({ lease } as RepairStatus).toSorted()).toEqual([
        'backlog',
        'buyers',
        'claims',
        'erasures',
        'merges',
        'payments',
        'purge',
        'relay',
        'repair',
        'revocations',
      ])
      expect(lease).toMatchObject({ host: 'pod-a' })
      expect(lease?.rounds.map(({ failures }) => failures)).toEqual(Array(10).fill(0))
      expect(repair.isOurs()).toBe(true)
      await repair.stop()
      expect(repair.isOurs()).toBe(false)
      expect((await readRepair(w.core, page)).lease, 'whoever stops lets it go').toBeNull()
    })

    test('is what waits in the outbox and was given up, payments that are stuck, and refunds that were refused', async () => {
      const w = await world()
      const { store, platform } = w.core
      await store.delete(w.appId, 'outbox', {})
      const [row, dead] = [applyPoke(w, platform), { ...applyPoke(w, platform), status: 'DEAD' as const }]
      await store.insert(w.appId, 'outbox', [row, dead])
      expect(await readRepair(w.core, page)).toMatchObject({
        outbox: { open: 1, oldestAt: row.createdAt.toISOString(), dead: 1 },
        payments: { stuck: 0, refusedRefunds: 0 },
      })
    })

    test('is of each event what Redis has, what the ledger lacks, and what the drift check mended', async () => {
      let map = `${'F'.repeat(18)}BB`
      const w = await world({ inventory: mapped(() => map) })
      const { store } = w.core
      const cursor = { appId: w.appId, eventId: w.eventId, epoch: 1, ver: 5, tail: null, losses: 2 }
      await store.insert(w.appId, 'cursors', cursor)
      const drift = createDrift(w.core)
      const [event] = await store.find(w.appId, 'events', {}, { limit: 1 })
      if (!event) throw new Error('there is no event')
      expect((await readRepair(w.core, page)).events[0]?.check).toBeNull()
      await drift.look(event)
      map = 'F'.repeat(20)
      drift.hurry(event)
      await drift.look(event)
      const { events } = await readRepair(w.core, page)
      expect(events).toMatchObject([
        {
          event: w.eventId,
          losses: 2,
          inventory: { isBuilt: true, waiting: 3, due: 0, ledgerLag: 2 },
          check: { differing: 2, lacked: [], mended: 2 },
        },
      ])
    })

    test('is told of the store, too, when Redis does not answer', async () => {
      const check = async () => {
        throw new InventoryFault('check')
      }
      const w = await world({ inventory: { ...yes, check } })
      expect((await readRepair(w.core, page)).events).toMatchObject([{ event: w.eventId, inventory: null }])
    })

    test('has every event on one page, app by app, and no cursor of somebody’s own making', async () => {
      const w = await world()
      const { store } = w.core
      const [event] = await store.find(w.appId, 'events', {}, { limit: 1 })
      if (!event) throw new Error('there is no event')
      const others = ['app_a', 'app_z'].map((id) => AppId.parse(id))
      for (const appId of others) {
        const copies = ['one', 'two', 'three'].map((id) => ({ ...event, appId, eventId: EventId.parse(id) }))
        await store.insert(appId, 'events', copies)
      }
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const status = await readRepair(w.core, { limit: 2, ...(cursor && { cursor }) })
        seen.push(...status.events.map((one) => `${one.app}/${one.event}`))
        cursor = status.nextCursor
      } while (cursor)
      const ofOthers = others.map((appId) => ['one', 'three', 'two'].map((id) => `${appId}/${id}`))
      expect(seen).toEqual([...(ofOthers[0] ?? []), `${w.appId}/${w.eventId}`, ...(ofOthers[1] ?? [])])
      const [app = w.appId] = others
      expect((await readRepair(w.core, { ...page, app })).events).toHaveLength(3)
      for (const wrong of ['nonsense', newId('op', systemPlatform.random)]) {
        await expect(readRepair(w.core, { ...page, cursor: wrong })).rejects.toMatchObject({
          code: 'invalid_request',
        })
      }
    })
  })
}
