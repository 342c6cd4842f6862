import {
  applySeatsPerBatch,
  BookingId,
  driftAgainMs,
  driftEveryMs,
  driftPagesPerRound,
  EventId,
  SeatId,
  systemPlatform,
} from '@holdfast/contract'
import { type EventSettings, keysOf } from '@holdfast/inventory'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Core } from '../../../core/src/context.ts'
import { applyEvent } from '../../../core/src/events/apply-event.ts'
import { putEvent } from '../../../core/src/events/put-event.ts'
import { syncSeats } from '../../../core/src/events/sync-seats.ts'
import { pokeSubject, relayOnce } from '../../../core/src/outbox/relay.ts'
import { createDrift } from '../../../core/src/reconcile/drift.ts'
import { tailLedger } from '../../../core/src/reconcile/ledger.ts'
import { repairOnce } from '../../../core/src/reconcile/loop.ts'
import { owner } from '../../../core/src/testing.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { redisEngines } from '../../support/requirements.ts'
import { dump } from '../inventory/dump.ts'
import { mapOf, repairWorld, type World } from './world.ts'

const free = 'F'.repeat(20)

describe.each(redisEngines)('the drift check on the %s Redis', (engine) => {
  let redis: RunningRedis
  beforeAll(async () => {
    redis = await startRedis({ engine })
  })
  afterAll(() => redis.stop())
  const worlds: World[] = []
  afterEach(async () => {
    for (const { core } of worlds.splice(0)) await core.store.close()
  })

  const command = async (...args: string[]): Promise<unknown> => {
    const headers = { authorization: `Bearer ${redis.restToken}` }
    const answer = await fetch(redis.restUrl, { method: 'POST', headers, body: JSON.stringify(args) })
    return (await answer.json()).result
  }

  /** A world whose clock goes on when it is told to, with rounds of repair by one and the same replica. */
  async function world(overrides: Partial<Core> = {}) {
    let laterMs = 0
    const logs: Parameters<Core['log']>[0][] = []
    const platform = { ...systemPlatform, now: () => systemPlatform.now() + laterMs }
    const w = await repairWorld(redis, { platform, log: (entry) => logs.push(entry), ...overrides })
    worlds.push(w)
    const drift = createDrift(w.core)
    const keys = keysOf(w.ref)
    const names = Object.values(keys)
    const round = (ms = 0) => {
      laterMs += ms
      return repairOnce(w.core, { drift })
    }
    return {
      ...w,
      logs,
      keys,
      drift,
      round,
      said: (event: string) => logs.filter((entry) => entry.event === event),
      /** Remembers what Redis has of the event, and gives what makes it so again, as a failover does. */
      async backup() {
        const kept = await dump({ command } as never, names)
        const [state, map, due, log] = names.map((name) => kept[name]) as [
          Record<string, string>,
          string,
          Record<string, string>,
          [string, string[]][],
        ]
        return async () => {
          await command('DEL', ...names)
          await command('HSET', keys.state, ...Object.entries(state).flat())
          await command('SET', keys.map, map)
          await command('ZADD', keys.due, ...Object.entries(due).flatMap(([name, at]) => [at, name]))
          for (const [id, fields] of log) await command('XADD', keys.log, id.replace(/-.*/, ''), ...fields)
        }
      },
      losses: async () =>
        (await w.core.store.get(w.ref.appId, 'cursors', { eventId: w.ref.eventId }))?.losses,
    }
  }

  test('F5, I10: a BOOKED mark and a cancellation that Redis never heard of, or has lost, are told again', async () => {
    const w = await world()
    const { store } = w.core
    const { appId, eventId } = w.ref
    const [sold, cancelled] = [await w.hold(1, ['A-1', 'A-2']), await w.hold(2, ['A-3'])]
    expect((await w.confirm(1, sold)).status).toBe(201)
    expect((await w.confirm(2, cancelled)).status).toBe(201)
    await w.round()
    expect(await mapOf(w)).toBe(`BBB${free.slice(3)}`)
    await w.round(driftAgainMs)
    const gone = { state: 'AVAILABLE', bookingId: null } as const
    await store.updateIf(
      appId,
      'seats',
      { eventId, seatId: SeatId.parse('A-3') },
      { set: gone, inc: { rev: 1 } },
    )
    await w.round(driftEveryMs - 2_000)
    expect(await mapOf(w)).toBe(`BBB${free.slice(3)}`)
    await w.round(2_000)
    expect(await mapOf(w)).toBe(`BBF${free.slice(3)}`)
    expect(w.said('drift_mended').map(({ seats }) => seats)).toEqual([3, 1])
    await w.round(driftAgainMs)
    await w.round(driftEveryMs)
    expect(w.said('drift_mended')).toHaveLength(2)
  })

  test('F4: a Redis that comes back without its last writes is found out at once, and surviving holds are kept', async () => {
    const w = await world()
    const survivor = await w.hold(1, ['A-1'])
    const sold = await w.hold(2, ['A-2'])
    await w.round()
    const restore = await w.backup()
    const lost = await w.hold(3, ['A-3'])
    expect((await w.confirm(2, sold)).status).toBe(201)
    await w.round(driftEveryMs)
    expect(await mapOf(w)).toBe(`HBH${free.slice(3)}`)
    expect(await w.losses()).toBe(0)

    await restore()
    await w.round()
    expect(await mapOf(w)).toBe(`HBF${free.slice(3)}`)
    expect(await w.losses()).toBe(1)
    expect(w.said('ledger_rolled_back')).toHaveLength(1)
    const { inventory } = w.core
    expect((await inventory.pin(w.ref, survivor, owner(1), 60_000)).word).toBe('pinned')
    expect((await inventory.pin(w.ref, lost, owner(3), 60_000)).word).not.toBe('pinned')
    await w.round()
    await w.round()
    expect(await w.losses()).toBe(1)
  })

  test('F4: a loss is found out although as much was written since, and what was written is recorded', async () => {
    const w = await world()
    await w.hold(1, ['A-1'])
    await w.round()
    const restore = await w.backup()
    await w.hold(2, ['A-2'])
    await w.round()
    await restore()
    const instead = [await w.hold(3, ['A-3']), await w.hold(4, ['A-4']), await w.hold(5, ['A-5'])]
    await w.round()
    expect(await w.losses()).toBe(1)
    const { appId, eventId } = w.ref
    for (const grantId of instead) {
      expect(await w.core.store.get(appId, 'reservations', { eventId, grantId })).toMatchObject({
        status: 'ACTIVE',
      })
    }
    expect(await tailLedger(w.core, w.ref)).toBe('read')
    expect(await w.losses()).toBe(1)
  })

  test.each(['map', 'due', 'log'] as const)(
    'F7: a %s that was evicted is made anew, and holds stay',
    async (part) => {
      const w = await world()
      const held = await w.hold(1, ['A-1', 'A-20'])
      await w.round()
      await command('DEL', w.keys[part])
      await w.round(driftEveryMs)
      expect(w.said('drift_mended')).toMatchObject([{ lacked: [part] }])
      expect(await mapOf(w)).toBe(`H${free.slice(2)}H`)
      expect((await w.core.inventory.read(w.ref, held, owner(1))).word).toBe('hold')
      await w.round(driftAgainMs)
      expect(w.said('drift_mended')).toHaveLength(1)
      expect(w.said('inventory_built')).toHaveLength(1)
    },
  )

  test('F7: holds of which an evicted log does not tell any more are recorded all the same', async () => {
    const w = await world()
    await w.round()
    const [held, pinned] = [await w.hold(1, ['A-1', 'A-2']), await w.hold(2, ['A-3'])]
    await w.core.inventory.pin(w.ref, pinned, owner(2), 60_000)
    await command('DEL', w.keys.log)
    await w.round()
    expect(w.said('ledger_gap')).toHaveLength(1)
    const { appId, eventId } = w.ref
    const recorded = await w.core.store.find(appId, 'reservations', { eventId }, { limit: 9 })
    expect(
      recorded.map(({ grantId, status, seats }) => [grantId, status, seats.map(({ id }) => id)]),
    ).toEqual([
      [held, 'ACTIVE', ['A-1', 'A-2']],
      [pinned, 'ACTIVE', ['A-3']],
    ])
    await w.round()
    expect(w.said('ledger_gap')).toHaveLength(1)
  })

  test('what was sold and told while a pass went on is no drift', async () => {
    const w = await world()
    const { inventory, store } = w.core
    let isSold = false
    // The map was taken before this is asked, and the seats are read after it.
    const check: typeof inventory.check = async (ref) => {
      if (!isSold) {
        isSold = true
        expect((await w.confirm(1, await w.hold(1, ['A-1']))).status).toBe(201)
        const [row] = await store.find(w.ref.appId, 'outbox', { kind: 'settle' }, { limit: 1 })
        if (row) await pokeSubject(w.core, w.ref.appId, row.subject)
      }
      return inventory.check(ref)
    }
    const drift = createDrift({ ...w.core, inventory: { ...inventory, check } })
    const event = await store.get(w.ref.appId, 'events', { eventId: w.ref.eventId })
    if (event) await drift.look(event)
    expect(await mapOf(w)).toBe(`B${free.slice(1)}`)
    expect(w.said('drift_mended')).toEqual([])
  })

  test('what cannot be mended is built anew', async () => {
    const w = await world()
    const { inventory } = w.core
    const drift = createDrift({
      ...w.core,
      inventory: { ...inventory, mend: async () => ({ word: 'mended', nowMs: 0 }) },
    })
    const event = await w.core.store.get(w.ref.appId, 'events', { eventId: w.ref.eventId })
    await command('DEL', w.keys.log)
    if (event) await drift.look(event)
    expect(w.said('drift_not_mended')).toMatchObject([{ lacks: ['log'] }])
    expect(w.said('inventory_built')).toHaveLength(2)
    expect(await mapOf(w)).toBe(free)
  })

  test('F40: a large event is compared some pages at a time, and events beside it in the same rounds', async () => {
    const w = await world()
    const { appId, eventId } = w.ref
    const pages: number[] = []
    const seats = Array.from({ length: applySeatsPerBatch * (driftPagesPerRound + 1) }, (_, n) => ({
      id: SeatId.parse(`B-${n}`),
      price: 1,
    }))
    await syncSeats(w.core, { appId, eventId, seats: seats.slice(0, 5_000) })
    await syncSeats(w.core, { appId, eventId, seats: seats.slice(5_000) })
    const { inventory } = w.core
    const core: Core = {
      ...w.core,
      inventory: {
        ...inventory,
        apply: async (ref, page) => {
          if (ref.eventId === eventId) pages.push(page.length)
          return inventory.apply(ref, page)
        },
      },
    }
    const beside = { appId, eventId: EventId.parse(`beside-${eventId}`) }
    await putEvent(core, { ...beside, input: { name: 'Beside', currency: 'EUR' } })
    await syncSeats(core, { ...beside, seats: [{ id: SeatId.parse('A-1'), price: 1 }] })
    await applyEvent(core, beside)
    const sold = { state: 'BOOKED', bookingId: BookingId.parse('BK-1') } as const
    const seat = { eventId: beside.eventId, seatId: SeatId.parse('A-1') }
    await core.store.updateIf(appId, 'seats', seat, { set: sold, inc: { rev: 1 } })
    pages.length = 0
    const drift = createDrift(core)
    await repairOnce(core, { drift })
    expect(pages).toHaveLength(driftPagesPerRound)
    expect(await mapOf({ ...w, ref: beside })).toBe('B')
    await repairOnce(core, { drift })
    expect(pages).toHaveLength(driftPagesPerRound + 2)
    expect(await mapOf(w)).toHaveLength(20 + seats.length)
  })

  test('an event whose sale is closed rests when nothing of it is due, and wakes when it is sold again', async () => {
    const w = await world()
    const { appId, eventId } = w.ref
    const { store, inventory } = w.core
    const rests = async () => (await store.get(appId, 'events', { eventId }))?.restsSince
    const put = async (sale: EventSettings['sale']) => {
      await putEvent(w.core, { appId, eventId, input: { name: 'Play', currency: 'EUR', sale } })
      await w.round(10_000)
      await relayOnce(w.core)
    }
    const held = await w.hold(1, ['A-1'])
    await put('closed')
    await w.round(driftEveryMs)
    expect(await rests()).toBeNull()
    await inventory.release(w.ref, held, owner(1))
    await w.round(driftEveryMs)
    // What is remembered of the owner is still to be forgotten, in a minute.
    expect(await rests()).toBeNull()
    await w.age(60_000)
    await w.round(driftEveryMs)
    expect(await rests()).toBeInstanceOf(Date)
    await command('DEL', ...Object.values(w.keys))
    await w.round(driftEveryMs)
    expect(await mapOf(w)).toBe('not_ready')

    await put('open')
    expect(await rests()).toBeNull()
    expect(await mapOf(w)).toBe(free)
  })
})
