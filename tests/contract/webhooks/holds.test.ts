import type { Notice } from '@holdfast/contract'
import type { Core } from '@holdfast/core/src/context.ts'
import { relayOnce } from '@holdfast/core/src/outbox/relay.ts'
import { tailLedger } from '@holdfast/core/src/reconcile/ledger.ts'
import { repairOnce } from '@holdfast/core/src/reconcile/loop.ts'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import type { Store } from '@holdfast/core/src/store/store.ts'
import { owner } from '@holdfast/core/src/testing.ts'
import { createClock, endpointsOf } from '@holdfast/core/src/webhooks/testing.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { agedMs } from '../inventory/age.ts'
import { repairWorld, until } from '../repair/world.ts'
import { mongoServers } from '../store/mongo-servers.ts'

interface Stores {
  open(): Promise<Store>
  stop(): Promise<void>
}

const sqlite = async (): Promise<Stores> => ({
  open: async () => openSqliteStore({ path: ':memory:' }),
  stop: async () => {},
})
const grounds: readonly (readonly [string, () => Promise<Stores>])[] = [['SQLite', sqlite], ...mongoServers]

describe.each(grounds)('what happens to holds, told from the log, on %s,', (_, start) => {
  let redis: RunningRedis
  let stores: Stores
  beforeAll(async () => {
    ;[redis, stores] = await Promise.all([startRedis({ engine: 'embedded' }), start()])
  })
  afterAll(() => Promise.all([redis.stop(), stores.stop()]))

  const opened: Core[] = []
  afterEach(async () => {
    for (const { store } of opened.splice(0)) await store.close()
  })
  const world = async () => {
    const clock = createClock()
    const w = await repairWorld(redis, { store: await stores.open(), platform: clock.platform })
    opened.push(w.core)
    return { ...w, hooks: endpointsOf(w.core, w.ref.appId, clock) }
  }
  type Holds = Extract<Notice, { type: `hold.${string}` }>
  const inOrder = (heard: readonly { notice: Notice }[]) =>
    heard
      .map(({ notice }) => notice)
      .filter((notice): notice is Holds => notice.type.startsWith('hold.'))
      .toSorted((a, b) => a.data.epoch - b.data.epoch || a.data.version - b.data.version)

  test('is every grant, extension, release and end, once, in an order that versions tell', async () => {
    const w = await world()
    const { receiver } = await w.hooks.open('shop')
    const [kept, brief] = [await w.hold(1, ['A-1', 'A-2']), await w.hold(2, ['A-3'], agedMs)]
    const extended = await w.core.inventory.extend(w.ref, kept, owner(1), 'op-extend', true)
    expect(extended.word).toBe('extended')
    await w.core.inventory.release(w.ref, kept, owner(1))
    await w.age(agedMs)
    await until(async () => {
      await repairOnce(w.core)
      await w.hooks.deliver()
      return receiver.heard.length >= 5
    }, 'all is told')
    await repairOnce(w.core)
    await w.hooks.deliver()
    const told = inOrder(receiver.heard)
    expect(told.map(({ type, data }) => [type, data.hold])).toEqual([
      ['hold.created', kept],
      ['hold.created', brief],
      ['hold.extended', kept],
      ['hold.released', kept],
      ['hold.expired', brief],
    ])
    const { eventId } = w.ref
    expect(told[0]?.data).toMatchObject({
      event: eventId,
      user: null,
      seats: [{ id: 'A-1', price: 4500 }, {}],
    })
  })

  test('is told only where an endpoint wants it', async () => {
    const w = await world()
    const sales = await w.hooks.open('sales', { events: ['booking.confirmed'] })
    const ends = await w.hooks.open('ends', { events: ['hold.released'] })
    const grant = await w.hold(1, ['A-1'])
    await w.core.inventory.release(w.ref, grant, owner(1))
    await repairOnce(w.core)
    await w.hooks.deliver()
    expect(sales.receiver.heard).toEqual([])
    expect(ends.receiver.types()).toEqual(['hold.released'])
    expect(await w.core.store.count(w.ref.appId, 'deliveries', {})).toBe(1)
  })

  test('is told with the move of the cursor or not at all, and by several cores at once it is told once', async () => {
    const w = await world()
    const { receiver } = await w.hooks.open('shop')
    for (let n = 1; n <= 10; n++) await w.hold(n, [`A-${n}`])
    const failing: Store = {
      ...w.core.store,
      transaction: (budgetMs, work) =>
        w.core.store.transaction(budgetMs, async (tx) => {
          await work(tx)
          throw new Error('killed before the commit')
        }),
    }
    await expect(tailLedger({ ...w.core, store: failing }, w.ref)).rejects.toThrow('killed')
    expect(await w.core.store.count(w.ref.appId, 'deliveries', {})).toBe(0)
    await Promise.all([1, 2, 3].map(() => tailLedger(w.core, w.ref).catch(() => {})))
    await tailLedger(w.core, w.ref)
    await w.hooks.deliver()
    await w.hooks.deliver()
    expect(inOrder(receiver.heard)).toHaveLength(10)
    // A cursor that a slower core has set back tells nothing again, and is not stuck.
    await w.core.store.updateIf(w.ref.appId, 'cursors', {}, { set: { ver: 3 } })
    await tailLedger(w.core, w.ref)
    await w.hooks.deliver()
    expect(receiver.heard).toHaveLength(10)
    const [cursor] = await w.core.store.find(w.ref.appId, 'cursors', {}, { limit: 1 })
    expect(cursor?.ver).toBeGreaterThanOrEqual(10)
  })

  test('that became a booking is told as one', async () => {
    const w = await world()
    const { receiver } = await w.hooks.open('shop')
    const grant = await w.hold(1, ['A-1'])
    await w.confirm(1, grant)
    await w.hooks.settle()
    await repairOnce(w.core)
    await relayOnce(w.core)
    await w.hooks.deliver()
    expect(receiver.types().toSorted()).toEqual(['booking.confirmed', 'hold.created'])
    const holds = receiver.heard.map(({ notice }) => 'hold' in notice.data && notice.data.hold)
    expect(holds).toEqual([grant, grant])
  })
})
