import { PaymentId, type Principal, pageSizeMax, totalOf } from '@holdfast/contract'
import { listBookings } from '@holdfast/core/src/bookings/read-bookings.ts'
import { readPayment } from '@holdfast/core/src/payments/read-payments.ts'
import type { BookingDoc, CancellationDoc, PaymentDoc, RefundDoc } from '@holdfast/core/src/store/schema.ts'
import { expect } from 'vitest'
import type { Entry } from '../../../support/provider-fake.ts'
import type { Sale } from './sale.ts'

const limit = 10_000
const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0)

/** The books of both sides when all is at rest, read document by document. */
interface Books {
  readonly payments: readonly PaymentDoc[]
  readonly refunds: readonly RefundDoc[]
  readonly bookings: readonly BookingDoc[]
  readonly cancellations: readonly CancellationDoc[]
  readonly theirs: ReadonlyMap<string, Entry>
}

/** What all the sales of a season came to. */
export interface Totals {
  readonly bookings: number
  readonly captured: number
  readonly refunded: number
  readonly retained: number
}

const isLive = ({ status, paymentStatus }: BookingDoc) => status === 'CONFIRMED' && paymentStatus !== 'FAILED'
const isLetGo = new Set<string>(['VOIDED', 'CAPTURE_FAILED'])
const standing = ({ seats, cancelled }: BookingDoc) => seats.filter(({ id }) => !cancelled.includes(id))

/** I3, I1 and I2 of a sale at rest, by its documents and the provider's own books; every buyer sees what became of theirs. */
export async function audit(sale: Sale): Promise<Totals> {
  const { core, ref } = sale
  const { appId, eventId } = ref
  const { store } = core
  const payments = await store.find(appId, 'payments', {}, { limit })
  const books: Books = {
    payments,
    refunds: await store.find(appId, 'refunds', {}, { limit }),
    bookings: await store.find(appId, 'bookings', { eventId }, { limit }),
    cancellations: await store.find(appId, 'cancellations', {}, { limit }),
    theirs: theirsOf(sale, payments),
  }
  const open = await store.count(appId, 'outbox', { status: 'READY' })
  expect(open, 'what a commit promised is done').toBe(0)
  expect(sale.wrongs, 'asked of the provider').toEqual([])
  expectAtRest(sale, books)
  for (const payment of books.payments) await expectAccounted(sale, books, payment)
  await expectSeatsAgree(sale, books.bookings)
  await expectInTime(sale, books)
  const captured = sum([...books.theirs.values()].map((entry) => entry.captured))
  const refunded = sum([...books.theirs.values()].map((entry) => entry.refunded))
  const retained = sum(books.cancellations.map((one) => one.retained))
  const live = sum(books.bookings.filter(isLive).map((booking) => totalOf(standing(booking))))
  expect(captured - refunded, 'I3').toBe(live + retained)
  return { bookings: books.bookings.length, captured, refunded, retained }
}

/**
 * The provider's books. Money that a client has taken by itself and never named, or only for a hold that was over, is not
 * ours: of that, core never hears.
 */
function theirsOf({ teller }: Sale, payments: readonly PaymentDoc[]): ReadonlyMap<string, Entry> {
  const known = new Set<string>(payments.map(({ paymentId }) => paymentId))
  const all = [...teller.books()]
  return new Map(teller.isOrdered ? all : all.filter(([id]) => known.has(id)))
}

/** At every moment: a booking that failed and whose money was taken has its refund on record. */
export async function auditPromises({ core, ref }: Sale): Promise<void> {
  const { appId, eventId } = ref
  const failed = await core.store.find(appId, 'bookings', { eventId, paymentStatus: 'FAILED' }, { limit })
  for (const { provider, account, paymentId } of failed) {
    const key = { provider, account, paymentId: paymentId ?? PaymentId.parse('none') }
    const payment = await core.store.get(appId, 'payments', key)
    if (payment?.state !== 'CAPTURED') continue
    expect(await core.store.count(appId, 'refunds', key), `refunds of ${paymentId}`).toBeGreaterThan(0)
  }
}

/** No buyer gives a seat back after the start, wherever it was moved. */
async function expectInTime({ core, ref }: Sale, { cancellations }: Books): Promise<void> {
  const event = await core.store.get(ref.appId, 'events', { eventId: ref.eventId })
  const startMs = event?.startsAt?.getTime() ?? Number.POSITIVE_INFINITY
  const late = cancellations.filter(({ by, createdAt }) => by === 'owner' && createdAt.getTime() > startMs)
  expect(late, 'cancelled by its buyer after the start').toEqual([])
}

/** Nothing is left to do, or was given up, and no money is kept back at the provider. */
function expectAtRest({ teller }: Sale, { payments, refunds, bookings, theirs }: Books): void {
  const letGo = new Set<string>(
    payments.filter(({ state }) => isLetGo.has(state)).map(({ paymentId }) => paymentId),
  )
  const isOurs = (id: string) => !(teller.isVoidedInTime && letGo.has(id))
  const restless = [
    ...payments
      .filter(({ dueAt }) => dueAt !== null)
      .map(({ paymentId, state }) => `${paymentId} is ${state} and due`),
    ...refunds
      .filter(({ state }) => state !== 'DONE')
      .map(({ refundId, state }) => `${refundId} is ${state}`),
    ...bookings
      .filter((one) => isLive(one) && one.paymentStatus === 'PENDING')
      .map((one) => `${one.bookingId} waits`),
    ...[...theirs]
      .filter(([id, { reserved }]) => reserved > 0 && isOurs(id))
      .map(([id]) => `${id} is reserved`),
  ]
  expect(restless, 'all is at rest').toEqual([])
  const known = new Set<string>(payments.map(({ paymentId }) => paymentId))
  const taken = [...theirs].filter(([id, { captured }]) => captured > 0 && !known.has(id))
  expect(taken, 'no money is taken that is not on record').toEqual([])
}

/** One payment: our record is the provider's, it pays for one grant, and what was not given back is what it bought. */
async function expectAccounted(sale: Sale, books: Books, payment: PaymentDoc): Promise<void> {
  const { paymentId, captured } = payment
  const theirs = books.theirs.get(paymentId)
  const refunds = books.refunds.filter((one) => one.paymentId === paymentId)
  const bookings = books.bookings.filter((one) => one.paymentId === paymentId)
  const refunded = sum(refunds.map(({ amount }) => amount))
  expect({ captured, refunded }, `${paymentId}, here and at its provider`).toEqual({
    captured: theirs?.captured ?? 0,
    refunded: theirs?.refunded ?? 0,
  })
  expect(bookings.length, `bookings sold on ${paymentId}`).toBeLessThanOrEqual(1)
  const live = bookings.filter(isLive)
  const own = books.cancellations.filter((one) =>
    bookings.some(({ bookingId }) => bookingId === one.bookingId),
  )
  const kept = sum(own.map((one) => one.retained))
  if (captured === 0) expect({ live: live.length, refunds: refunds.length }).toEqual({ live: 0, refunds: 0 })
  else if (live.length === 0) {
    const isKept = refunded === 0 && kept === captured
    expect(refunds.length > 0 || isKept, `${paymentId} was taken: a booking or a refund`).toBe(true)
  }
  const bought = sum(live.map((booking) => totalOf(standing(booking))))
  expect(captured - refunded, `what was kept of ${paymentId}`).toBe(bought + kept)
  if (captured > 0) await expectSeen(sale, payment, [...live, ...bookings])
}

/** Who paid sees their booking, or what was given back, by what an app's page asks. */
async function expectSeen(
  { core, ref }: Sale,
  payment: PaymentDoc,
  bookings: readonly BookingDoc[],
): Promise<void> {
  const { paymentId } = payment
  const owner: Principal = payment.owner
  const reader = { appId: ref.appId, owner }
  const view = await readPayment(core, reader, paymentId)
  const listed = await listBookings(core, reader, { limit: pageSizeMax })
  const seesBooking = listed.bookings.some(
    ({ id, payment: paid }) => id === view.booking && paid.id === paymentId,
  )
  const seesRefund = view.refunds.some(({ status }) => status === 'done')
  expect(
    { status: view.status, sees: seesBooking || seesRefund },
    `what ${owner} sees of ${paymentId}`,
  ).toEqual({
    status: 'captured',
    sees: true,
  })
  expect(view.booking ?? null).toBe(bookings[0]?.bookingId ?? null)
}

/** I1, I2: each sold seat has one live booking, in the store and in Redis, and each live booking was decided. */
async function expectSeatsAgree({ core, ref }: Sale, bookings: readonly BookingDoc[]): Promise<void> {
  const { appId, eventId } = ref
  const live = bookings.filter(isLive)
  const sold = live
    .flatMap((booking) => standing(booking).map(({ id }) => `${id} ${booking.bookingId}`))
    .sort()
  const seats = await core.store.find(appId, 'seats', { eventId }, { limit })
  const booked = seats.filter(({ state }) => state === 'BOOKED')
  expect(booked.map(({ seatId, bookingId }) => `${seatId} ${bookingId}`).sort(), 'I1, I2').toEqual(sold)
  const snapshot = await core.inventory.snapshot(ref)
  const map = snapshot.word === 'snapshot' ? snapshot.map : ''
  const shown = seats.filter(({ index }) => map[index] === 'B').map(({ seatId }) => seatId)
  expect(shown.sort(), 'what Redis shows as sold').toEqual(booked.map(({ seatId }) => seatId).sort())
  for (const { grantId, bookingId } of live) {
    const decided = await core.store.get(appId, 'reservations', { eventId, grantId })
    expect({ status: decided?.status, bookingId: decided?.bookingId }).toEqual({
      status: 'CONFIRMED',
      bookingId,
    })
  }
}
