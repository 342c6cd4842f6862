import { SeatId, systemPlatform } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { decideAgainst } from '../../../core/src/bookings/decide-grant.ts'
import { syncSeats } from '../../../core/src/events/sync-seats.ts'
import { tailLedger } from '../../../core/src/reconcile/ledger.ts'
import { repairOnce } from '../../../core/src/reconcile/loop.ts'
import { StoreError } from '../../../core/src/store/store.ts'
import { grantId, owner, rebuildNow } from '../../../core/src/testing.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { redisEngines } from '../../support/requirements.ts'
import { agedMs } from '../inventory/age.ts'
import { confirmPinned, epochOf, mapOf, repairWorld, until, type World } from './world.ts'

const free = 'F'.repeat(20)

describe.each(redisEngines)('repair on the %s Redis', (engine) => {
  let redis: RunningRedis
  beforeAll(async () => {
    redis = await startRedis({ engine })
  })
  afterAll(() => redis.stop())

  const worlds: World[] = []
  const world = async (
    ...args: Parameters<typeof repairWorld> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const made = await repairWorld(redis, ...args)
    worlds.push(made)
    return made
  }
  afterEach(async () => {
    for (const { core } of worlds.splice(0)) await core.store.close()
  })

  const flush = async () => {
    const headers = { authorization: `Bearer ${redis.restToken}` }
    await fetch(redis.restUrl, { method: 'POST', headers, body: JSON.stringify(['FLUSHALL']) })
  }
  const repairedTo = (w: World, map: string) =>
    until(async () => {
      await repairOnce(w.core)
      return (await mapOf(w)) === map
    }, `the map is ${map}`)
  const statusOf = async ({ core, ref }: World, grantId: string) =>
    (await core.store.get(ref.appId, 'reservations', { eventId: ref.eventId, grantId: grantId as never }))
      ?.status

  describe('the sweep', () => {
    test('frees a hold whose time is over, and only its seats', async () => {
      const w = await world()
      await w.hold(1, ['A-1', 'A-2'], 50)
      await w.hold(2, ['A-3'])
      expect(await mapOf(w)).toBe(`HHH${free.slice(3)}`)
      await repairedTo(w, `FFH${free.slice(3)}`)
    })

    test('F3, F34: decides an abandoned confirm in the store before it frees the seats, so that a late commit is refused', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'], agedMs)
      const pin = await w.core.inventory.pin(w.ref, grant, owner(1), 100)
      if (pin.word !== 'pinned') throw new Error(`the pin answered ${pin.word}`)
      await w.age(agedMs)
      await repairedTo(w, free)
      expect(await statusOf(w, grant)).toBe('EXPIRED')
      const late = await confirmPinned(w.core, w.ref, 1, grant, pin.hold)
      expect(JSON.parse(late.body)).toMatchObject({ status: 409, code: 'hold_expired' })
      expect(await mapOf(w)).toBe(free)
    })

    test('F2: tells Redis of a booking whose settle never came, instead of freeing its seats', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1', 'A-2'], agedMs)
      expect((await w.confirm(1, grant, { leaseMs: 100 })).status).toBe(201)
      expect(await mapOf(w)).toBe(`CC${free.slice(2)}`)
      await w.age(agedMs)
      await repairedTo(w, `BB${free.slice(2)}`)
      const read = await w.core.inventory.read(w.ref, grant, owner(1))
      expect(read).toMatchObject({ word: 'hold', hold: { status: 'confirmed' } })
    })

    test('F35: ends the hold of a sale that was cancelled and sold again before Redis heard of either', async () => {
      const w = await world()
      const { store } = w.core
      const { appId, eventId } = w.ref
      const first = await w.hold(1, ['A-1'], agedMs)
      expect((await w.confirm(1, first, { leaseMs: 300 })).status).toBe(201)
      await w.age(agedMs)
      const resold = { state: 'AVAILABLE', grantId: grantId(99), bookingId: null } as const
      await store.updateIf(
        appId,
        'seats',
        { eventId, seatId: SeatId.parse('A-1') },
        { set: resold, inc: { rev: 3 } },
      )
      await repairedTo(w, free)
      const read = await w.core.inventory.read(w.ref, first, owner(1))
      expect(read).toMatchObject({ word: 'hold', hold: { status: 'confirmed' } })
    })

    test('F3: goes on with the others when one cannot be decided now', async () => {
      let blocked: string | undefined
      const w = await world()
      const stuck = await w.hold(1, ['A-1'], agedMs)
      const other = await w.hold(2, ['A-2'], agedMs)
      for (const [n, grant] of [
        [1, stuck],
        [2, other],
      ] as const)
        await w.core.inventory.pin(w.ref, grant, owner(n), 100)
      await w.age(agedMs)
      blocked = stuck
      const refuse = (grantId: unknown) => {
        if (blocked !== undefined && grantId === blocked)
          throw new StoreError('unavailable', 'held by an open transaction')
      }
      const { store } = w.core
      const halfBlocked: typeof store = {
        ...store,
        async updateIf(appId, collection, filter, change) {
          refuse((filter as { grantId?: unknown }).grantId)
          return store.updateIf(appId, collection, filter, change)
        },
      }
      const core = { ...w.core, store: halfBlocked }
      await until(async () => {
        await repairOnce(core)
        return (await mapOf(w)) === `CF${free.slice(2)}`
      }, 'the other is free')
      blocked = undefined
      await repairedTo(w, free)
    })
  })

  describe('a rebuild', () => {
    test('F7: brings back what was sold and reports holds of before as lost', async () => {
      const w = await world()
      const sold = await w.hold(1, ['A-1', 'A-2'])
      expect((await w.confirm(1, sold)).status).toBe(201)
      const held = await w.hold(2, ['A-3'])
      await flush()
      expect(await mapOf(w)).toBe('not_ready')
      await repairedTo(w, `BB${free.slice(2)}`)
      expect((await w.core.inventory.read(w.ref, held, owner(2))).word).toBe('lost')
      expect(
        (
          await w.core.inventory.hold(w.ref, {
            holdKey: 'z'.repeat(22) as never,
            owner: owner(3),
            operationId: 'x',
            seats: [SeatId.parse('A-1')],
          })
        ).word,
      ).toBe('unavailable')
    })

    test('an inventory that is ahead of an older copy of the store is made anew above it, and its holds are lost', async () => {
      const w = await world()
      const { appId, eventId } = w.ref
      for (let build = 0; build < 2; build++) {
        await flush()
        await rebuildNow(w.core, w.ref)
      }
      const ahead = await epochOf(w)
      const held = await w.hold(1, ['A-1'])
      await w.core.store.updateIf(appId, 'events', { eventId }, { set: { epoch: 1 } })
      await repairedTo(w, free)
      expect(await epochOf(w)).toBe(ahead + 1)
      expect((await w.core.inventory.read(w.ref, held, owner(1))).word).toBe('lost')
    })

    test('waits for commits of the old epoch before anybody may hold their seats', async () => {
      const sleeps: number[] = []
      let meanwhile = async () => {}
      const platform = {
        ...systemPlatform,
        sleep: async (ms: number) => {
          sleeps.push(ms)
          await meanwhile()
        },
      }
      const w = await world({ platform, rebuildWaitMs: 8_000 })
      const grant = await w.hold(1, ['A-1'])
      const pin = await w.core.inventory.pin(w.ref, grant, owner(1), 60_000)
      await flush()
      meanwhile = async () => {
        expect(await mapOf(w)).toBe('not_ready')
        await confirmPinned(w.core, w.ref, 1, grant, pin.word === 'pinned' ? pin.hold : null)
      }
      await rebuildNow(w.core, w.ref)
      expect(sleeps).toEqual([8_000])
      expect(await mapOf(w)).toBe(`B${free.slice(1)}`)
    })

    test('has the seats that were added while it ran', async () => {
      const w = await world()
      await flush()
      const { inventory } = w.core
      let added = false
      const slow = {
        ...inventory,
        async publish(...args: Parameters<typeof inventory.publish>) {
          if (!added) {
            added = true
            await syncSeats(w.core, { ...w.ref, seats: [{ id: SeatId.parse('B-1'), price: 1 }] })
          }
          return inventory.publish(...args)
        },
      }
      await rebuildNow({ ...w.core, inventory: slow }, w.ref)
      expect(await mapOf(w)).toBe(`${free}F`)
    })

    test('run by many at once leaves one inventory, and buyers of it are left alone', async () => {
      const w = await world()
      await flush()
      await Promise.all(Array.from({ length: 5 }, () => rebuildNow(w.core, w.ref)))
      await w.hold(1, ['A-1'])
      await repairOnce(w.core)
      expect(await mapOf(w)).toBe(`H${free.slice(1)}`)
    })
  })

  describe('the ledger', () => {
    test('records what became of each grant, and reading it again changes nothing', async () => {
      const w = await world()
      const [active, released, lapsed, sold] = [
        await w.hold(1, ['A-1']),
        await w.hold(2, ['A-2']),
        await w.hold(3, ['A-3'], 50),
        await w.hold(4, ['A-4', 'A-5']),
      ]
      await w.core.inventory.release(w.ref, released, owner(2))
      expect((await w.confirm(4, sold)).status).toBe(201)
      await until(async () => {
        await repairOnce(w.core)
        return (await statusOf(w, lapsed)) === 'EXPIRED'
      }, 'the lapsed one is recorded')
      const all = () =>
        w.core.store.find(w.ref.appId, 'reservations', { eventId: w.ref.eventId }, { limit: 100 })
      const before = await all()
      expect(Object.fromEntries(before.map((one) => [one.grantId, one.status]))).toEqual({
        [active]: 'ACTIVE',
        [released]: 'RELEASED',
        [lapsed]: 'EXPIRED',
        [sold]: 'CONFIRMED',
      })
      await tailLedger(w.core, w.ref)
      await tailLedger(w.core, w.ref)
      expect(await all()).toEqual(before)
    })

    test('does not undo a decision that the store made first', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      await decideAgainst(w.core, { ...w.ref, grantId: grant, owner: null }, 'EXPIRED')
      await tailLedger(w.core, w.ref)
      expect(await statusOf(w, grant)).toBe('EXPIRED')
    })

    test('goes on after the inventory was rebuilt', async () => {
      const w = await world()
      await w.hold(1, ['A-1'])
      await tailLedger(w.core, w.ref)
      await flush()
      await rebuildNow(w.core, w.ref)
      const grant = await w.hold(2, ['A-2'])
      await tailLedger(w.core, w.ref)
      expect(await statusOf(w, grant)).toBe('ACTIVE')
    })
  })
})
