import { seatBytes, totalOf } from '@holdfast/contract'
import type {
  BookingDoc,
  CancellationDoc,
  PaymentDoc,
  RefundDoc,
  SeatDoc,
} from '@holdfast/core/src/store/schema.ts'
import { keysOf } from '@holdfast/inventory'
import type { Violation } from './complaints.ts'
import { isLive, liveSeatsOf } from './sales.ts'
import type { World } from './world.ts'

/** Why a world is not at rest yet: I3 and I10. When all is well again it must be, some time later. */
export function unrestOf(world: World): Violation[] {
  return [
    ...[...openWork(world), ...disagreements(world)].map((what) => ({ invariant: 'I10', what })),
    ...imbalance(world).map((what) => ({ invariant: 'I3', what })),
  ]
}

function openWork({ store }: World): string[] {
  const rows = store.docs('outbox').filter(({ status }) => status === 'READY')
  const payments = store.docs('payments').filter(({ dueAt }) => dueAt !== null)
  const refunds = store.docs('refunds').filter(({ state }) => state === 'PENDING')
  return [
    ...rows.map(({ kind, subject }) => `outbox: ${kind} ${subject}`),
    ...payments.map(({ paymentId, state }) => `payment ${paymentId} is ${state} and due`),
    ...refunds.map(({ refundId }) => `refund ${refundId} is pending`),
  ]
}

/** Redis says of every seat what the store says, and nobody holds one for ever. */
function disagreements({ store, redis, ref }: World): string[] {
  const keys = keysOf(ref)
  const map = String(redis.run('GET', keys.map) ?? '')
  const seats = (store.docs('seats') as unknown as SeatDoc[]).filter(({ appId }) => appId === ref.appId)
  return seats.flatMap(({ seatId, index, state, rev }) => {
    const wanted = state === 'BOOKED' ? seatBytes.booked : seatBytes.free
    const field = String(redis.run('HGET', keys.state, `s:${seatId}`) ?? '')
    const [, knownRev, , word] = field.split('|')
    const agrees = map[index] === wanted && word === wanted && Number(knownRev) === rev
    return agrees ? [] : [`seat ${seatId} is ${state} rev ${rev}, and Redis says ${map[index]} ${field}`]
  })
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0)

/** What was taken and not given back is what the live seats cost and what was retained, in our books and the bank's. */
function imbalance({ store, bank, ref }: World): string[] {
  const bookings = store.docs('bookings') as unknown as BookingDoc[]
  const payments = store.docs('payments') as unknown as PaymentDoc[]
  const refunds = store.docs('refunds') as unknown as RefundDoc[]
  const cancellations = store.docs('cancellations') as unknown as CancellationDoc[]
  const captured = sum(payments.map((payment) => payment.captured))
  const refunded = sum(refunds.filter(({ state }) => state === 'DONE').map(({ amount }) => amount))
  const live = sum(bookings.filter(isLive).map((booking) => totalOf(liveSeatsOf(booking))))
  const retained = sum(cancellations.map((one) => one.retained))
  const books = bank.books()
  const ours = captured - refunded
  // What another app has a row of without having ordered it is not in its books.
  const named = new Set<string>(
    payments.filter(({ appId }) => appId === ref.appId).map((one) => one.paymentId),
  )
  const theirs = bank.net((id) => named.has(id))
  return [
    ...(ours === live + retained
      ? []
      : [`captured ${captured} - refunded ${refunded} is not live ${live} + retained ${retained}`]),
    ...(ours === theirs
      ? []
      : [`the bank has taken ${theirs}, and we say ${ours} (${JSON.stringify(books)})`]),
  ]
}
