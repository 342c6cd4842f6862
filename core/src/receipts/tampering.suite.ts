import { AppId } from '@holdfast/contract'
import type { World } from '../bookings/testing.ts'
import { chainPoke } from '../outbox/rows.ts'
import type { BookingDoc, ChainDoc } from '../store/schema.ts'
import { growChain } from './grow-chain.ts'

/** What somebody with write access to the store might do, to one of four bookings or links, and where it shows. */
export interface Tampering {
  readonly what: string
  readonly tamper: (w: World, bookings: readonly BookingDoc[]) => Promise<unknown>
  /** The link that an audit names, and a part of what it says. */
  readonly n: number
  readonly reason: string
}

/** The n-th link, or what became of its booking. */
function nth<Item>(items: readonly Item[], n: number): Item {
  const item = items[n - 1]
  if (item === undefined) throw new Error(`there is no number ${n}`)
  return item
}

const linksOf = ({ core, appId }: World): Promise<ChainDoc[]> =>
  core.store.find(appId, 'chain', {}, { orderBy: 'n', limit: 4 })

const changeBooking = (
  what: string,
  change: Partial<BookingDoc> | ((w: World, booking: BookingDoc) => Promise<Partial<BookingDoc>>),
  reason: string,
): Tampering => ({
  what: `${what} of a booking`,
  n: 3,
  reason,
  async tamper(w, bookings) {
    const booking = nth(bookings, 3)
    const changed = typeof change === 'function' ? await change(w, booking) : change
    await w.core.store.putIf(w.appId, 'bookings', { ...booking, ...changed }, {})
  },
})

const changeLink = (field: keyof ChainDoc, change: Partial<ChainDoc>, reason: string): Tampering => ({
  what: `another ${field} of a link`,
  n: 3,
  reason,
  async tamper(w) {
    const link = nth(await linksOf(w), 3)
    await w.core.store.putIf(w.appId, 'chain', { ...link, ...change }, {})
  },
})

const moveLink = (what: string, from: number, to: (link: ChainDoc) => ChainDoc, n: number): Tampering => ({
  what,
  n,
  reason: 'it is missing: the next one is link',
  async tamper(w) {
    const link = nth(await linksOf(w), from)
    await w.core.store.delete(w.appId, 'chain', { n: from })
    const moved = to(link)
    await w.core.store.insert(moved.appId, 'chain', moved)
  },
})

const notTheOne = 'the receipt in the store is not the one in the chain'
const notItsDigest = 'it is not what its digest says'

/** Each must be found, and named by the link where it is. */
export const tamperings: readonly Tampering[] = [
  changeBooking('another total', { total: 1 }, 'another total than the booking'),
  changeBooking('other seats', { seats: [] }, 'other seats than the booking'),
  changeBooking('another owner', { owner: 'guest:thief' as never }, 'another owner than the booking'),
  changeBooking(
    'another owner, who says to have been a guest,',
    async (_, { owner }) => ({ owner: 'pool:thief' as never, soldTo: owner }),
    'another owner than the booking',
  ),
  changeBooking('another currency', { currency: 'JPY' }, 'another currency than the booking'),
  changeBooking('another event', { eventId: 'other' as never }, 'another event than the booking'),
  changeBooking(
    'a changed receipt',
    async (_, { receipt }) => ({ receipt: `${receipt.slice(0, -8)}AAAAAAAA` }),
    notTheOne,
  ),
  changeBooking(
    'a total that was signed anew',
    async ({ core }, booking) => ({ total: 1, receipt: await core.receipts.sign({ ...booking, total: 1 }) }),
    notTheOne,
  ),
  {
    what: 'a booking that was taken away',
    n: 2,
    reason: 'there is no such booking',
    tamper: (w, bookings) =>
      w.core.store.delete(w.appId, 'bookings', { bookingId: nth(bookings, 2).bookingId }),
  },
  changeLink('kind', { kind: 'cancellation' }, notItsDigest),
  changeLink('bookingId', { bookingId: 'BK-other' as never }, notItsDigest),
  changeLink('receiptDigest', { receiptDigest: 'x' }, notItsDigest),
  changeLink('prevDigest', { prevDigest: 'x' }, 'it does not follow link 2'),
  changeLink('digest', { digest: 'x' }, notItsDigest),
  changeLink('createdAt', { createdAt: new Date(0) }, notItsDigest),
  moveLink('another n of a link', 3, (link) => ({ ...link, n: 9 }), 3),
  moveLink('an n below all others of a link', 4, (link) => ({ ...link, n: -4 }), 1),
  moveLink('another appId of a link', 2, (link) => ({ ...link, appId: AppId.parse('app_other') }), 2),
  {
    what: 'a link that was taken away',
    n: 2,
    reason: 'it is missing: the next one is link 3',
    tamper: (w) => w.core.store.delete(w.appId, 'chain', { n: 2 }),
  },
  {
    what: 'a receipt that nobody signed, in a chain that was made anew',
    n: 3,
    reason: 'the receipt cannot be believed: its signature is wrong',
    async tamper({ core, appId }, bookings) {
      const forged = { ...nth(bookings, 3), receipt: `${nth(bookings, 3).receipt.slice(0, -8)}AAAAAAAA` }
      await core.store.putIf(appId, 'bookings', forged, {})
      await core.store.delete(appId, 'chain', {})
      for (const booking of [...bookings.slice(0, 2), forged]) {
        await core.store.insert(appId, 'outbox', chainPoke('booking', booking, core.platform))
        await growChain(core, appId)
      }
    },
  },
  {
    what: 'two links that changed places',
    n: 2,
    reason: 'it does not follow link 1',
    async tamper(w) {
      const [second, third] = [nth(await linksOf(w), 2), nth(await linksOf(w), 3)]
      await w.core.store.delete(w.appId, 'chain', { n: { in: [2, 3] } })
      await w.core.store.insert(w.appId, 'chain', [
        { ...third, n: 2 },
        { ...second, n: 3 },
      ])
    },
  },
]
