import { BookingView, type EventId, GrantId, HoldView, type SeatId } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { type Buyer, buyerOf, refused, told, wordOf } from '../e2e/client.ts'
import { mapOf, type Shop, startWorld, type World } from '../e2e/world.ts'
import { createRandom } from '../simulation/scheduler.ts'
import { auditEvent } from '../support/audit.ts'
import { sqlite } from '../support/databases.ts'
import { tell } from '../support/figures.ts'
import { flushRedis } from '../support/inventory.ts'
import { type MortalRedis, startMortalRedis } from '../support/mortal-redis.ts'
import { whileStopped } from '../support/stand-still.ts'
import { figures, insist, seed } from './world.ts'

/** What is promised: so long after Redis lost everything the event is ready again, and its map is the store's. */
const readyMsMax = 20_000
const seatCount = 300
const keepers = 20
const buyers = 100
const limit = 10_000

describe('Redis loses what it had in the middle of a sale', () => {
  let redis: MortalRedis
  let world: World
  beforeAll(async () => {
    redis = await startMortalRedis()
    // As long as in production: no shorter than a commit may take.
    world = await startWorld({ ...sqlite, redis: 'server' }, { redis, coreEnv: { REBUILD_WAIT_MS: '8000' } })
  })
  afterAll(async () => {
    await world?.stop()
    await redis?.stop()
  })

  interface Kept {
    readonly buyer: Buyer
    readonly hold: HoldView
    readonly n: number
  }
  /** Holds that nobody confirms before Redis has lost them, or not. */
  const keep = (shop: Shop, event: EventRef): Promise<Kept[]> =>
    inFlight(
      10,
      Array.from({ length: keepers }, (_, n) => async () => {
        const buyer = buyerOf(shop.user(`keeper-${n}`), event)
        return { buyer, n, hold: told(201, HoldView, await buyer.hold([`S-${n + 1}`])) }
      }),
    )

  interface Sale {
    readonly booked: Set<string>
    readonly words: Map<string, number>
    answered: number
  }
  /** One buyer of the rush: two seats beside each other; whatever is not final is sent again with its key. */
  async function buy(shop: Shop, event: EventRef, sale: Sale, n: number): Promise<void> {
    const random = createRandom(seed + n)
    const buyer = buyerOf(shop.user(`buyer-${n}`), event)
    const note = (answer: ApiAnswer) => {
      const word = wordOf(answer)
      sale.words.set(word, (sale.words.get(word) ?? 0) + 1)
      sale.answered += 1
      return answer
    }
    for (let tries = 0; tries < 2; tries++) {
      const first = random.between(keepers + 1, seatCount - 1)
      const hold = note(
        await insist(() => buyer.hold([`S-${first}`, `S-${first + 1}`], `hold-${n}-${tries}`)),
      )
      if (hold.status !== 201) continue
      const { id } = HoldView.parse(hold.body)
      // Some are at their provider when it happens: pinned, and not decided yet.
      const payment = `pay_${random.chance(0.3) ? 'slow_' : ''}${event.eventId}_${n}_${tries}`
      const booked = note(await insist(() => buyer.confirm(id, payment, `confirm-${n}-${tries}`)))
      if (booked.status === 201) {
        sale.booked.add(told(201, BookingView, booked).id)
        return
      }
    }
  }

  /** Lets the buyers in, and when so many were answered does something to Redis. Gives when that was over. */
  async function rush(shop: Shop, event: EventRef, act: () => Promise<void>) {
    const sale: Sale = { booked: new Set(), words: new Map(), answered: 0 }
    const tasks = Array.from({ length: buyers }, (_, n) => () => buy(shop, event, sale, n))
    const all = inFlight(60, tasks)
    await until(async () => sale.answered >= 50)
    await act()
    return { sale, all, lostMs: performance.now() }
  }

  /** Whether there is a map, and it says sold of the seats that the store says it of. */
  async function isMapTrue({ appId, eventId }: EventRef): Promise<boolean> {
    const map = await mapOf(world, { appId, eventId })
    const seats = await world.store.find(appId, 'seats', { eventId }, { limit })
    const isSame = seats.every(({ index, state }) => (map[index] === 'B') === (state === 'BOOKED'))
    return map !== 'not_ready' && isSame
  }

  /** The seats that grants of an epoch got, by the log; and those that were sold to grants of it. */
  async function grantedIn({ appId, eventId }: EventRef, epoch: number): Promise<Set<SeatId>> {
    const granted = new Set<SeatId>()
    for (let ver = 0; ; ) {
      const reply = await world.inventory.changesSince({ appId, eventId }, epoch, ver, 500)
      if (reply.word !== 'changes') throw new Error(`the log says ${reply.word}`)
      for (const { kind, seats } of reply.changes) {
        if (kind === 'hold') for (const { id } of seats) granted.add(id)
      }
      ver = reply.changes.at(-1)?.ver ?? ver
      if (ver >= reply.newestVer) return granted
    }
  }
  async function soldBefore({ appId, eventId }: EventRef, epoch: number): Promise<SeatId[]> {
    const bookings = await world.store.find(appId, 'bookings', { eventId }, { limit })
    return bookings
      .filter(({ grantId }) => Number(grantId.split('.').at(-2)) < epoch)
      .flatMap(({ seats }) => seats.map(({ id }) => id))
  }

  async function expectIntegrity(event: EventRef, booked: ReadonlySet<string>) {
    const audit = await auditEvent(world.stack, event, booked)
    expect(audit).toMatchObject({ bookings: booked.size, lostBookings: 0, undecidedBookings: 0 })
    expect(audit).toMatchObject({
      ...{ doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0, overlappingHolds: 0 },
    })
    return audit
  }
  const epochOf = async (event: EventRef): Promise<number> => {
    const reply = await world.inventory.snapshot(event)
    return reply.word === 'snapshot' ? reply.epoch : 0
  }

  const losses: [string, string, () => Promise<void>][] = [
    ['FLUSHALL', 'flushed', () => flushRedis(redis)],
    [
      'a restart without its data',
      'emptied',
      async () => {
        await redis.die()
        await redis.live('nothing')
      },
    ],
  ]
  test.for(losses)(
    'F7, F4, I1, I5: after %s nothing is sold twice, the event is ready within 20 s, and every lost hold is told so and never given away in silence',
    async ([name, eventId, lose], { task }) => {
      const shop = await world.openShop()
      const event = await shop.sell(eventId, seatCount)
      const kept = await keep(shop, event)
      const { sale, all, lostMs } = await rush(shop, event, lose)
      const before = await epochOf(event)
      await until(() => isMapTrue(event), readyMsMax)
      const readyMs = performance.now() - lostMs
      expect(readyMs).toBeLessThan(readyMsMax)
      await all

      const ends = await inFlight(
        10,
        kept.map(({ buyer, hold: { id }, n }) => async () => {
          expect(told(200, HoldView, await buyer.read(id)).status).toBe('lost')
          const confirm = () => buyer.confirm(id, `pay_keeper_${eventId}_${n}`, `keeper-${n}`)
          return [await buyer.extend(id), await buyer.release(id), await confirm(), await confirm()]
        }),
      )
      for (const end of ends.flat()) refused('hold_lost', end)
      const epoch = await epochOf(event)
      expect({ before, isNewer: epoch > 1 }).toEqual({ before: 0, isNewer: true })
      // Whoever could still buy by an old hold did so before anybody else could hold the seat.
      const granted = await grantedIn(event, epoch)
      const old = await soldBefore(event, epoch)
      expect(old.filter((seat) => granted.has(seat))).toEqual([])
      const audit = await expectIntegrity(event, sale.booked)
      figures(`${name} in a rush of ${buyers} buyers`, {
        'double sales': audit.doubleSales,
        'seats sold': audit.seatsSold,
        'of them by holds of before': old.length,
        'ready after ms': Math.round(readyMs),
        'holds told lost': ends.length,
        ...Object.fromEntries(sale.words),
      })
      const measured = `${audit.doubleSales} double sales, ready and equal after ${(readyMs / 1_000).toFixed(1)} s`
      tell(
        task,
        'FLUSHALL in the middle of a sale',
        `${name}: ${measured}, ${ends.length} of ${kept.length} holds told lost`,
      )
    },
  )

  test('F4: after a restart with its data no hold is lost and no loss is counted', async () => {
    const shop = await world.openShop()
    const event = await shop.sell('restarted', seatCount)
    const kept = await keep(shop, event)
    const epoch = await epochOf(event)
    const { sale, all } = await rush(shop, event, async () => {
      await redis.die()
      await redis.live('everything')
    })
    await all
    expect(await epochOf(event)).toBe(epoch)
    for (const { buyer, hold, n } of kept) {
      const now = told(200, HoldView, await buyer.read(hold.id))
      expect({ status: now.status, until: now.expiresAt }).toEqual({ status: 'held', until: hold.expiresAt })
      const booked = told(201, BookingView, await buyer.confirm(hold.id, `pay_kept_${n}`, `kept-${n}`))
      sale.booked.add(booked.id)
    }
    const audit = await expectIntegrity(event, sale.booked)
    const cursor = await world.store.get(event.appId, 'cursors', { eventId: event.eventId })
    expect(cursor?.losses).toBe(0)
    figures('a restart with data', { 'holds kept': kept.length, 'seats sold': audit.seatsSold, losses: 0 })
  })

  test('F4, F5: what Redis acknowledged and does not have any more is counted, what was sold is shown at once, and holds that are left are kept', async () => {
    const shop = await world.openShop()
    const event = await shop.sell('rolled-back', 40)
    const { appId, eventId } = event
    const people = ['ann', 'bob', 'cay', 'dan'] as const
    const [ann, bob, cay, dan] = people.map((name) => buyerOf(shop.user(name), event))
    if (!ann || !bob || !cay || !dan) throw new Error('somebody is missing')
    const id = async (buyer: Buyer, seat: string) => told(201, HoldView, await buyer.hold([seat])).id
    const [kept, sold, given] = [await id(ann, 'S-1'), await id(bob, 'S-2'), await id(cay, 'S-3')]
    const copy = redis.copy()

    const booked = told(201, BookingView, await bob.confirm(sold, 'pay_bob', 'bob'))
    expect((await cay.release(given)).status).toBe(204)
    const vanished = await id(dan, 'S-4')
    const cursorOf = () => world.store.get(appId, 'cursors', { eventId: eventId as EventId })
    const versionOf = async () => {
      const reply = await world.inventory.snapshot(event)
      return reply.word === 'snapshot' ? reply.ver : 0
    }
    await until(async () => (await mapOf(world, event)).startsWith('HBFH'))
    await until(async () => (await cursorOf())?.ver === (await versionOf()), readyMsMax)

    await redis.die()
    // Core stands still meanwhile, or its repair may be faster than this look.
    await whileStopped(world.stack.core, async () => {
      await redis.live({ copy })
      expect((await mapOf(world, event)).slice(0, 4)).toBe('HHHF')
    })
    await until(async () => (await cursorOf())?.losses === 1, readyMsMax)
    // A release that was lost ends with the hold's time; a sale is in the store.
    await until(async () => (await mapOf(world, event)).startsWith('HBHF'), readyMsMax)

    expect(told(200, HoldView, await dan.read(vanished)).status).toBe('lost')
    refused('hold_lost', await dan.confirm(vanished, 'pay_dan', 'dan'))
    const eve = buyerOf(shop.user('eve'), event)
    refused('seats_unavailable', await eve.hold(['S-2']))
    const next = told(201, HoldView, await eve.hold(['S-4']))
    expect(told(200, HoldView, await ann.read(kept)).status).toBe('held')
    const all = [
      booked,
      told(201, BookingView, await ann.confirm(kept, 'pay_ann', 'ann')),
      told(201, BookingView, await eve.confirm(next.id, 'pay_eve', 'eve')),
    ]
    // The bytes of a booking come from the store.
    expect(told(201, BookingView, await bob.confirm(sold, 'pay_bob', 'bob'))).toEqual(booked)
    const known = (await world.store.find(appId, 'reservations', { eventId }, { limit })).map(
      (one) => one.grantId,
    )
    expect(known).toContain(GrantId.parse(kept))
    await expectIntegrity(event, new Set(all.map((one) => one.id)))
    figures('a Redis that went back', {
      losses: (await cursorOf())?.losses ?? 0,
      'holds kept': 1,
      'sold twice': 0,
    })
  })
})
