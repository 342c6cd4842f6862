import { seatBytes, totalOf } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import type {
  BookingDoc,
  CancellationDoc,
  Documents,
  PaymentDoc,
  RefundDoc,
} from '../../core/src/store/schema.ts'
import type { Store } from '../../core/src/store/store.ts'
import type { Notes } from './notes.ts'

const limit = 100_000

/** Everything that the store has of one event and its money. */
interface Books {
  readonly bookings: readonly BookingDoc[]
  readonly cancellations: readonly CancellationDoc[]
  readonly payments: readonly PaymentDoc[]
  readonly refunds: readonly RefundDoc[]
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0)
/** A payment of which nobody has heard yet may wait for minutes: its booking is live, and nothing was taken. */
const isOnItsWay = ({ paymentId }: { readonly paymentId: string | null }): boolean =>
  paymentId?.startsWith('pay_pending_') ?? false
const isLive = ({ status, paymentStatus }: BookingDoc): boolean =>
  status === 'CONFIRMED' && paymentStatus !== 'FAILED'

async function booksOf(store: Store, { appId, eventId }: EventRef): Promise<Books> {
  const payments = await store.find(appId, 'payments', { eventId }, { limit })
  const ids = new Set<string>(payments.map(({ paymentId }) => paymentId))
  const refunds = await store.find(appId, 'refunds', {}, { limit })
  return {
    payments,
    refunds: refunds.filter(({ paymentId }) => ids.has(paymentId)),
    bookings: await store.find(appId, 'bookings', { eventId }, { limit }),
    cancellations: await store.find(appId, 'cancellations', { eventId }, { limit }),
  }
}

/** What is not at rest yet, by the invariant that says that it will be. */
export async function unrestOf(
  store: Store,
  inventory: Inventory,
  ref: EventRef,
): Promise<[string, string][]> {
  const { appId, eventId } = ref
  const unrest: [string, string][] = []
  const open = await store.count(appId, 'outbox', { status: 'READY' })
  if (open > 0) unrest.push(['I10', `${open} rows of the outbox are open`])
  const claimed = await store.count(appId, 'idempotency', { status: 'CLAIMED' })
  if (claimed > 0) unrest.push(['I10', `${claimed} keys are claimed and not answered`])
  const { payments, refunds, bookings } = await booksOf(store, ref)
  for (const { paymentId, state, dueAt, attempts } of payments)
    if (dueAt && !(isOnItsWay({ paymentId }) && state === 'PENDING'))
      unrest.push(['I3', `${paymentId} is ${state} and due (${attempts} attempts)`])
  for (const { refundId, state } of refunds)
    if (state !== 'DONE') unrest.push(['I3', `${refundId} is ${state}`])
  for (const { bookingId } of bookings.filter(
    (one) => isLive(one) && one.paymentStatus === 'PENDING' && !isOnItsWay(one),
  ))
    unrest.push(['I3', `${bookingId} waits for its payment`])
  const seats = await store.find(appId, 'seats', { eventId }, { limit })
  const reply = await inventory.snapshot(ref)
  if (reply.word !== 'snapshot') return [...unrest, ['I10', `the inventory of ${eventId} is not built`]]
  for (const { seatId, index, state } of seats) {
    const isBooked = state === 'BOOKED'
    if (reply.map[index] === (isBooked ? seatBytes.booked : seatBytes.free)) continue
    const told = `seat ${seatId} is ${state}, and Redis shows ${reply.map[index]}`
    unrest.push([isBooked ? 'I10' : 'I6', told])
  }
  return unrest
}

/** I3: what was taken and not given back is the price of live seats and what cancellations kept, payment by payment. */
function judgeMoney({ payments, refunds, bookings, cancellations }: Books, notes: Notes): void {
  for (const { paymentId, captured } of payments) {
    const own = bookings.filter((one) => one.paymentId === paymentId)
    if (own.length > 1) notes.complain('I3', `${paymentId} paid for ${own.length} bookings`)
    const live = own.filter((one) => isLive(one) && one.paymentStatus === 'SUCCESS')
    const refunded = sum(refunds.filter((one) => one.paymentId === paymentId).map(({ amount }) => amount))
    const kept = sum(
      cancellations
        .filter((one) => own.some(({ bookingId }) => bookingId === one.bookingId))
        .map(({ retained }) => retained),
    )
    const standing = sum(
      live.map(({ seats, cancelled }) => totalOf(seats.filter(({ id }) => !cancelled.includes(id)))),
    )
    if (captured - refunded !== standing + kept) {
      const books = `${captured} taken, ${refunded} given back, ${standing} live, ${kept} kept`
      notes.complain('I3', `${paymentId} does not balance: ${books}`)
    }
  }
  for (const { bookingId, paymentId } of bookings.filter((one) => isLive(one) && !isOnItsWay(one))) {
    const isTaken = payments.some((one) => one.paymentId === paymentId && one.state === 'CAPTURED')
    if (!isTaken) notes.complain('I3', `live booking ${bookingId} was not paid`)
  }
}

/** I9 and I11: what was told is there, what was refused is not, and nothing ended that nobody ended. */
function judgeBookings({ bookings, cancellations }: Books, notes: Notes): void {
  const byId = new Map<string, BookingDoc>(bookings.map((one) => [one.bookingId, one]))
  const grants = new Map<string, BookingDoc>(bookings.map((one) => [one.grantId, one]))
  for (const [id, { subject }] of notes.booked)
    if (byId.get(id)?.grantId !== subject) notes.complain('I9', `booking ${id} was told, and is not there`)
  for (const [grant, { body }] of notes.refused) {
    const booking = grants.get(grant)
    if (booking) notes.complain('I9', `${grant} was refused (${body.code}) and is ${booking.bookingId}`)
  }
  for (const { bookingId, status, paymentStatus, paymentId } of bookings) {
    const isEnded = cancellations.some((one) => one.bookingId === bookingId)
    if (status === 'CANCELLED' && !(isEnded && notes.cancelled.has(bookingId)))
      notes.complain('I11', `booking ${bookingId} ended, and nobody cancelled it`)
    if (
      paymentStatus === 'FAILED' &&
      status === 'CONFIRMED' &&
      !/^pay_(pending|capture_fails)_/.test(paymentId ?? '')
    )
      notes.complain('I11', `booking ${bookingId} failed, and ${paymentId} did not`)
  }
}

/** I8: what a key was told is what is on record. */
function judgeReplies(keys: readonly Documents['idempotency'][], notes: Notes): void {
  const kept = new Map(keys.map((one) => [one.key, one.reply?.body]))
  for (const { action, key, text } of notes.finals.values()) {
    const reply = kept.get(action === 'cancel' ? `app ${key}` : key)
    if (action === 'hold' || reply === undefined || reply === text) continue
    notes.complain('I8', `${key} was told ${text}, and on record is ${reply}`)
  }
}

/** Holds what is in the store at rest against what everybody was told (I3, I8, I9, I11, I12). */
export async function judge(store: Store, ref: EventRef, notes: Notes): Promise<void> {
  const books = await booksOf(store, ref)
  judgeMoney(books, notes)
  judgeBookings(books, notes)
  judgeReplies(await store.find(ref.appId, 'idempotency', {}, { limit }), notes)
  const dead = await store.count(ref.appId, 'outbox', { status: 'DEAD' })
  if (dead > 0) notes.complain('I10', `${dead} rows of the outbox were given up`)
  for (const { owner, bookingId } of books.bookings)
    if (!owner.startsWith(`ext:${ref.appId}:${ref.eventId}-`))
      notes.complain('I12', `booking ${bookingId} is of ${owner}`)
}
