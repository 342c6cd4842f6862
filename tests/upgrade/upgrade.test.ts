import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HoldfastProblem } from '@holdfast/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { currentFormat } from '../../core/src/store/formats/steps.ts'
import { startLoad } from './load.ts'
import { layOut } from './previous.ts'
import { foundTown, type Town } from './town.ts'
import { type Version, versions } from './versions.ts'

const eventId = 'premiere'
const seatCount = 5_000

/** The sources of a version, ready to run until the test is over. */
function sourcesOf({ commit }: Version): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-before-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  layOut(commit, root)
  return root
}

/** A town on the programs of those sources, with a shop and buyers in it: guests on pages, and those of the app's server. */
async function sellingOn(root: string) {
  const town = await foundTown()
  await town.migrate(root)
  await town.replaceCore({ root })
  await town.replaceEdge({ root })
  const shop = await town.openShop(eventId, seatCount)
  const crowd = await Promise.all(Array.from({ length: 20 }, () => shop.page.createGuest({})))
  const guestOf = (n: number) => shop.page.with({ userToken: crowd[n % crowd.length]?.token ?? '' })
  const load = startLoad({ eventId, server: shop.server }, 4, async (n) =>
    n % 4 < 2 ? guestOf(n) : shop.server.with({ externalUser: { id: `buyer-${n}` } }),
  )
  onTestFinished(() => load.stop())
  await load.more(20)
  return { town, shop, load }
}

type Selling = Awaited<ReturnType<typeof sellingOn>>

/**
 * Begins what another version ends: a hold to extend and confirm, a key to send again, a booking to cancel. Gives what ends
 * it, which gives the booking that stays.
 */
async function begin({ shop: { server } }: Selling, n: number): Promise<() => Promise<string>> {
  const buyer = server.with({ externalUser: { id: `between-${n}` } })
  const hold = async (at: number) => {
    const { id: holdId } = await buyer.createHold({ eventId, seats: [`S-${seatCount - 10 * n - at}`] })
    return { eventId, holdId, payment: { id: `pay_between_${n}_${at}` } }
  }
  const [open, paid, key] = [await hold(1), await hold(2), { idempotencyKey: `between-${n}` }]
  const booking = await buyer.confirmHold(paid, key)
  return async () => {
    await buyer.extendHold({ eventId, holdId: open.holdId })
    const { id } = await buyer.confirmHold(open)
    expect(await buyer.confirmHold(paid, key)).toEqual(booking)
    await server.cancelBooking({ bookingId: booking.id })
    return id
  }
}

async function expectGood({ town, shop, load }: Selling, alsoBooked: readonly string[] = []): Promise<void> {
  expect(load.faults).toEqual([])
  for (const what of ['extended', 'released', 'declined', 'booked', 'replayed', 'cancelled'])
    expect(load.done.get(what), what).toBeGreaterThan(1)
  const audit = await town.audit(shop, eventId, new Set([...load.booked, ...alsoBooked]))
  expect(audit).toEqual(Object.fromEntries(Object.keys(audit).map((name) => [name, 0])))
  expect(town.complaints()).toEqual([])
}

const sameFormat = versions.filter(({ format }) => format === currentFormat)
const olderFormats = versions.filter(({ format }) => format < currentFormat)

describe.runIf(sameFormat.length > 0)('within a format', () => {
  test.for(sameFormat)(
    '$name is replaced under load, core and then the edge, and comes back: no request fails and nobody sees a 5xx',
    {
      timeout: 600_000,
    },
    async (version) => {
      const root = sourcesOf(version)
      const selling = await sellingOn(root)
      const { town, load } = selling
      const steps: ((town: Town) => Promise<void>)[] = [
        () => town.migrate(),
        () => town.replaceCore(),
        () => town.replaceEdge(),
        () => town.replaceEdge({ root }),
        () => town.replaceCore({ root }),
      ]
      const between: string[] = []
      for (const [n, step] of steps.entries()) {
        const end = await begin(selling, n)
        await step(town)
        between.push(await end())
        await load.more(20)
      }
      await load.stop()
      await expectGood(selling, between)
    },
  )
})

describe.runIf(olderFormats.length > 0)('from an older format', () => {
  test.for(olderFormats)(
    '$name stops, its store is migrated, and this version sells on: what was sold stays sold, what was held is told lost',
    {
      timeout: 600_000,
    },
    async (version) => {
      const selling = await sellingOn(sourcesOf(version))
      const { town, shop, load } = selling
      const late = shop.server.with({ externalUser: { id: 'late' } })
      const seats = [`S-${seatCount - 1}`, `S-${seatCount}`]
      const hold = await late.createHold({ eventId, seats })
      await load.pause()
      // Somebody forgot to stop core.
      await expect(town.migrate()).rejects.toThrow(/a core works on .*: stop every core/)
      await town.stopPrograms()
      await town.migrate()
      await town.replaceCore()
      await town.replaceEdge()

      load.go()
      await load.more(20)
      await expect(late.readHold({ eventId, holdId: hold.id })).resolves.toMatchObject({ status: 'lost' })
      const lost = late.confirmHold({ eventId, holdId: hold.id, payment: { id: 'pay_late' } })
      await expect(lost).rejects.toThrow(HoldfastProblem)
      await expect(lost).rejects.toMatchObject({ code: 'hold_lost' })
      const next = await late.createHold({ eventId, seats })
      expect(next.seats.map(({ id }) => id)).toEqual(seats)
      await late.releaseHold({ eventId, holdId: next.id })
      await load.stop()
      await expectGood(selling)
    },
  )
})
