import {
  type AppId,
  chainGraceMs,
  principal,
  receiptsPerChainBatch,
  systemPlatform,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { confirm, type OpenStore, pinned, relayAll, type World, worldsOn } from '../bookings/testing.ts'
import { chainPoke } from '../outbox/rows.ts'
import type { BookingDoc } from '../store/schema.ts'
import { auditChain } from './audit-chain.ts'
import { growChain, growChains } from './grow-chain.ts'
import { tamperings } from './tampering.suite.ts'
import { createVerifier } from './verify-receipt.ts'

/** A platform that is so much later. */
const later = (ms: number) => ({ ...systemPlatform, now: () => systemPlatform.now() + ms })

const linksOf = ({ core }: World, appId: AppId) =>
  core.store.find(appId, 'chain', {}, { orderBy: 'n', limit: 10_000 })

/** Audits an app as somebody does after the grace. */
const audited = ({ core, appId }: World, graces = 2) =>
  auditChain(
    { store: core.store, platform: later(graces * chainGraceMs), verify: createVerifier(core.receipts.jwks) },
    appId,
    () => {},
  )

/** Four bookings in a chain, in the order of their links. */
async function sold(w: World): Promise<BookingDoc[]> {
  const bookings: BookingDoc[] = []
  for (const n of [1, 2, 3, 4]) {
    await confirm(w, { n, pin: pinned(`A-${n}`) })
    await relayAll(w)
  }
  for (const { bookingId } of await linksOf(w, w.appId)) {
    const booking = await w.core.store.get(w.appId, 'bookings', { bookingId })
    if (booking) bookings.push(booking)
  }
  expect(bookings).toHaveLength(4)
  return bookings
}

/** What chains of receipts guarantee, on any store: each test opens an empty one. */
export function chainSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  describe(`the chain of receipts on ${name}`, () => {
    test('has every booking once, in order, and is found whole', async () => {
      const w = await world()
      const bookings = await sold(w)
      expect(bookings.map(({ seats }) => seats[0]?.id)).toEqual(['A-1', 'A-2', 'A-3', 'A-4'])
      const last = (await linksOf(w, w.appId)).at(-1)
      expect(await audited(w)).toEqual({ appId: w.appId, links: 4, digest: last?.digest, broken: null })
      expect(await w.core.store.count(w.appId, 'outbox', { status: 'READY' })).toBe(0)
    })

    test('is whole when a guest has become an account', async () => {
      const w = await world()
      const [booking] = await sold(w)
      if (!booking) throw new Error('nothing is sold')
      const { appId, owner: guest, bookingId } = booking
      const owner = principal.pool('usr_ann')
      const merged = { appId, guest, owner, dueAt: null, createdAt: booking.createdAt }
      await w.core.store.insert(appId, 'guestMerges', merged)
      await w.core.store.updateIf(appId, 'bookings', { bookingId }, { set: { owner, soldTo: guest } })
      expect(await audited(w)).toMatchObject({ links: 4, broken: null })
    })

    test('a receipt that is promised again gets no second link', async () => {
      const w = await world()
      const [booking] = await sold(w)
      if (!booking) throw new Error('nothing is sold')
      const poke = () => chainPoke('booking', booking, systemPlatform)
      await w.core.store.insert(w.appId, 'outbox', [poke(), poke()])
      expect(await growChain(w.core, w.appId)).toBe(2)
      expect(await linksOf(w, w.appId)).toHaveLength(4)
    })

    test('replicas that append at once make one chain, without a gap', async () => {
      const w = await world()
      const seats = Array.from({ length: 12 }, (_, n) => n + 1)
      await Promise.all(seats.map((n) => confirm(w, { n, pin: pinned(`A-${n}`) })))
      const replicas = Array.from({ length: 6 }, () => growChain(w.core, w.appId).catch(() => 0))
      await Promise.all(replicas)
      await growChain(w.core, w.appId)
      expect(await audited(w)).toMatchObject({ links: 12, broken: null })
    })

    test('a backlog of one app keeps no other waiting', async () => {
      const w = await world()
      const [booking] = await sold(w)
      if (!booking) throw new Error('nothing is sold')
      const busy = Array.from({ length: receiptsPerChainBatch + 50 }, (_, at) =>
        chainPoke('booking', { ...booking, receipt: `busy ${at}` }, systemPlatform),
      )
      await w.core.store.insert(w.appId, 'outbox', busy)
      const quiet = { ...booking, appId: 'app_quiet' as AppId }
      const poke = chainPoke('booking', quiet, later(1_000))
      await w.core.store.insert(quiet.appId, 'outbox', poke)
      await growChains({ ...w.core, platform: later(60_000) })
      expect(await linksOf(w, quiet.appId)).toHaveLength(1)
      expect(await linksOf(w, w.appId)).toHaveLength(4 + receiptsPerChainBatch)
    })

    test('a booking may wait for its link as long as the grace, and no longer', async () => {
      const w = await world()
      await confirm(w, { n: 1, pin: pinned('A-1') })
      expect(await audited(w, 0)).toMatchObject({ links: 0, broken: null })
      expect((await audited(w)).broken).toMatchObject({ n: null, reason: 'its booking has no link' })
    })

    describe('an audit finds and names', () => {
      test.each(tamperings)('$what', async ({ tamper, n, reason }) => {
        const w = await world()
        const bookings = await sold(w)
        await tamper(w, bookings)
        const { links, broken } = await audited(w)
        expect(links).toBe(n - 1)
        expect(broken).toEqual({ n, bookingId: broken?.bookingId, reason: expect.stringContaining(reason) })
        if (!reason.includes('missing')) {
          expect(broken?.bookingId).toBe((await w.core.store.get(w.appId, 'chain', { n }))?.bookingId)
        }
      })

      test('a tail that was cut, by the first booking without a link', async () => {
        const w = await world()
        const [, , third] = await sold(w)
        await w.core.store.delete(w.appId, 'chain', { n: { in: [3, 4] } })
        const { links, broken } = await audited(w)
        expect({ links, broken }).toEqual({
          links: 2,
          broken: { n: null, bookingId: third?.bookingId, reason: 'its booking has no link' },
        })
      })
    })
  })
}
