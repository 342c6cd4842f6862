import { chainGraceMs, coreBudgetMs, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { draftCancellation, recordCancellation } from '../bookings/record-cancellation.ts'
import { confirm, type OpenStore, pinned, type World, worldsOn } from '../bookings/testing.ts'
import type { BookingDoc, CancellationDoc } from '../store/schema.ts'
import { auditChain } from './audit-chain.ts'
import { growChain } from './grow-chain.ts'
import { createVerifier } from './verify-receipt.ts'

/** Gives back the first seat of a booking that still has it. */
async function cancelFirst({ core, appId }: World, booking: BookingDoc): Promise<CancellationDoc> {
  const seats = booking.seats.slice(0, 1)
  const ending = { by: 'app', seats, refund: 4000, retained: 500, charges: [] } as const
  const made = await draftCancellation(core, booking, ending)
  await core.store.transaction(coreBudgetMs, (tx) => recordCancellation(tx, booking, made))
  await growChain(core, appId)
  return made.doc
}

/** Link 1 is a booking of two seats, link 2 the cancellation of one of them. */
async function cancelled(w: World) {
  await confirm(w, { n: 1, pin: pinned('A-1', 'A-2') })
  await growChain(w.core, w.appId)
  const [booking] = await w.core.store.find(w.appId, 'bookings', {}, { limit: 1 })
  if (!booking) throw new Error('nothing is sold')
  return { booking, cancellation: await cancelFirst(w, booking) }
}

const audited = ({ core, appId }: World) => {
  const later = { ...systemPlatform, now: () => systemPlatform.now() + 2 * chainGraceMs }
  return auditChain(
    { store: core.store, platform: later, verify: createVerifier(core.receipts.jwks) },
    appId,
    () => {},
  )
}

interface Case {
  readonly what: string
  readonly tamper: (w: World, sold: Awaited<ReturnType<typeof cancelled>>) => Promise<unknown>
  readonly n: number | null
  readonly reason: string
}

const cases: readonly Case[] = [
  {
    what: 'another refund of a cancellation',
    n: 2,
    reason: 'the receipt says another refund than the cancellation',
    tamper: (w, { cancellation }) =>
      w.core.store.putIf(w.appId, 'cancellations', { ...cancellation, refund: 4500 }, {}),
  },
  {
    what: 'another receipt of a cancellation',
    n: 2,
    reason: 'the receipt in the store is not the one in the chain',
    tamper: async (w, { booking, cancellation }) => {
      const forged = { ...cancellation, refund: 4500 }
      const receipt = await w.core.receipts.signCancellation(booking, forged)
      await w.core.store.putIf(w.appId, 'cancellations', { ...forged, receipt }, {})
    },
  },
  {
    what: 'a cancellation that was taken away',
    n: 1,
    reason: 'the booking has other cancelled seats than its cancellations',
    tamper: (w, { booking: { bookingId } }) => w.core.store.delete(w.appId, 'cancellations', { bookingId }),
  },
  {
    what: 'a booking that has its seat back',
    n: 1,
    reason: 'the booking has other cancelled seats than its cancellations',
    tamper: (w, { booking: { bookingId } }) =>
      w.core.store.updateIf(w.appId, 'bookings', { bookingId }, { set: { cancelled: [] } }),
  },
  {
    what: 'a booking from before its cancellation',
    n: 2,
    reason: 'the booking knows nothing of the cancellation',
    tamper: (w, { booking }) => w.core.store.putIf(w.appId, 'bookings', booking, {}),
  },
  {
    what: 'a cancellation whose link was cut off',
    n: null,
    reason: 'its cancellation has no link',
    tamper: (w) => w.core.store.delete(w.appId, 'chain', { n: 2 }),
  },
]

/** What chains guarantee of cancellations, on any store: each test opens an empty one. */
export function cancellationsSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  describe(`cancellations in the chain on ${name}`, () => {
    test('have a link of their own, beside that of the booking, which stays what it was', async () => {
      const w = await world()
      const { cancellation } = await cancelled(w)
      expect(await audited(w)).toMatchObject({ links: 2, broken: null })
      const verified = await createVerifier(w.core.receipts.jwks)(cancellation.receipt)
      expect(verified).toMatchObject({ word: 'valid', kind: 'cancellation', claims: { n: 1, refund: 4000 } })
    })

    test.each(cases)('an audit finds $what', async ({ tamper, n, reason }) => {
      const w = await world()
      const sold = await cancelled(w)
      await tamper(w, sold)
      const { bookingId } = sold.booking
      expect((await audited(w)).broken).toEqual({ n, bookingId, reason })
    })
  })
}
