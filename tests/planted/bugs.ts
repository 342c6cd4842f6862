import type { Failure, Invariant, Plant } from '../support/plants.ts'

/** A mistake, and the test that must not let it pass. */
export interface PlantedBug extends Plant {
  /** What is run, and a part of the names of the tests that must fail. */
  readonly suite: string
  readonly caughtBy: string
  /** What those tests say that they prove, at the beginning of their names; null: a danger that is in neither list. */
  readonly breaks: Invariant | Failure | null
}

/** The bugs that are planted, one at a time, by `planted.test.ts`. */
export const bugs: readonly PlantedBug[] = [
  {
    name: 'the body of a transaction runs again after an unknown commit',
    file: 'core/src/store/mongo/transactions.ts',
    find: 'if (isAborted(cause)) return false',
    plant: 'if (isAborted(cause) || cause instanceof Error) return false',
    suite: 'tests/contract/store/mongo-commit.test.ts',
    caughtBy: 'a transaction whose commit may have happened is never run again > no majority has it yet',
    breaks: 'F21',
  },
  {
    name: 'a commit is acknowledged by one server (w: 1)',
    file: 'core/src/store/mongo/transactions.ts',
    find: "w: 'majority'",
    plant: 'w: 1',
    suite: 'tests/contract/store/confirm-wire.test.ts',
    caughtBy: 'reads one snapshot and is acknowledged by a majority, within the budget',
    breaks: 'F22',
  },
  {
    name: 'the number of seats that were sold is not checked',
    file: 'core/src/bookings/commit-booking.ts',
    find: 'if (sold !== ids.length) throw new SeatsTaken()',
    plant: 'void sold',
    suite: 'tests/contract/store/confirm-mongo.test.ts',
    caughtBy: 'is sold once although the inventory says ok to everybody',
    breaks: 'I1',
  },
  {
    name: 'a statement runs outside of the session of its transaction',
    file: 'core/src/store/mongo/statements.ts',
    find: 'await collection(name).insertOne(first, bounds)',
    // The types rule this out, so the cast is part of the mistake.
    plant: 'await collection(name).insertOne(first, { maxTimeMS: bounds.maxTimeMS } as typeof bounds)',
    suite: 'tests/contract/store/confirm-wire.test.ts',
    caughtBy: 'a confirm is one transaction of five statements and a commit',
    breaks: 'I7',
  },
  {
    name: 'money is taken before the booking is committed',
    file: 'core/src/payments/take-payment.ts',
    find: 'return heed(ctx, payment, sight)',
    plant:
      "const { BookingId } = await import('@holdfast/contract'); if (sight.state === 'authorised') await provider.capture(chargeOf(payment), BookingId.parse('BK-1'), callMs); return heed(ctx, payment, sight)",
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: capture',
    breaks: 'I3',
  },
  {
    name: 'a request that lost its claim lets the money go',
    file: 'core/src/bookings/confirm-hold.ts',
    find: 'if (error instanceof ClaimLost) return',
    plant:
      "const { payment } = call.command; if (error instanceof ClaimLost && payment) await ctx.findProvider('stripe', 'default')?.void({ paymentId: payment.id, amount: 0, currency: 'EUR' }, 1_000); if (error instanceof ClaimLost) return",
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: transaction',
    breaks: 'I3',
  },
  {
    name: 'the refund of money that came for a failed booking is left for later',
    file: 'core/src/payments/record-state.ts',
    find: "      await tx.insert(appId, 'refunds', refund)\n    }),",
    plant: '      void refund\n    }),',
    suite: 'tests/contract/payments/settle.test.ts',
    caughtBy: 'money that came for a failed booking is promised back with the record of it',
    breaks: 'I3',
  },
  {
    name: 'a refund has another name each time that it is asked for',
    file: 'core/src/payments/settle-refund.ts',
    find: 'reference: refund.refundId,',
    plant: 'reference: refund.refundId + Math.random(),',
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: refund',
    breaks: 'I3',
  },
  {
    name: 'a cancelled seat gives back what the whole booking cost',
    file: 'core/src/bookings/cancel-booking.ts',
    find: 'refundOf({ booking, seats, nowMs',
    plant: 'refundOf({ booking, seats: booking.seats, nowMs',
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: refund',
    breaks: 'I3',
  },
  {
    name: 'one payment may be named for several grants',
    file: 'core/src/payments/take-payment.ts',
    find: 'if (known?.eventId !== due.eventId || known.grantId !== due.grantId)',
    plant: 'if (known === null)',
    suite: 'tests/contract/payments/settle.test.ts',
    caughtBy: 'one payment for two holds: the second is refused with payment_already_used',
    breaks: 'F16',
  },
  {
    name: 'a payment that was given back may buy the seats when they are free again',
    file: 'core/src/payments/record-state.ts',
    find: "if (await tx.get(appId, 'refunds', { refundId })) return 'given_back'",
    plant: 'void refundId',
    suite: 'tests/contract/store/confirm-mongo.test.ts',
    caughtBy: 'a payment that pays for nothing is given back or gets another grant, never both',
    breaks: 'I3',
  },
  {
    name: 'one public address of a name is enough for a webhook',
    file: 'core/src/webhooks/pin-address.ts',
    find: 'addresses.every(isPublicAddress)',
    plant: 'addresses.some(isPublicAddress)',
    suite: 'core/src/webhooks/pin-address.test.ts',
    caughtBy: 'is none if that of the name is public and private',
    breaks: null,
  },
  {
    name: 'a webhook looks its name up again when it connects',
    file: 'core/src/webhooks/post-to.ts',
    find: 'host: address,',
    plant: 'host: url.hostname || address,',
    suite: 'core/src/webhooks/sender.test.ts',
    caughtBy: 'asks for the certificate of the name, at the pinned address',
    breaks: null,
  },
  {
    name: 'a queue that was found empty sleeps whatever came meanwhile',
    file: 'core/src/webhooks/work-off-queue.ts',
    find: '{ endpointId, wakes }, { set: { dueAt: next?.dueAt ?? null } }',
    plant: '{ endpointId, wakes: { gte: wakes } }, { set: { dueAt: next?.dueAt ?? null } }',
    suite: 'core/src/webhooks/webhooks.test.ts',
    caughtBy: 'a message that comes while its queue is found empty is not left lying',
    breaks: 'I10',
  },
  {
    name: 'a hold gives its seats away a moment before its time is over',
    file: 'core/inventory/generated/scripts.ts',
    find: "(seat.state == 'H' and seat.till <= now)\\n",
    plant: "(seat.state == 'H' and seat.till <= now + 15)\\n",
    suite: 'tests/faults/exclusive-holds.test.ts',
    caughtBy: 'no seat has two holders, and every hold is kept, when every answer comes',
    breaks: 'I4',
  },
]
