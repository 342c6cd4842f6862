/** A mistake that somebody could make, and the test that must not let it pass. */
export interface PlantedBug {
  readonly name: string
  /** Where it is planted: a file from the root, the text that is there once, and what stands there instead. */
  readonly file: string
  readonly find: string
  readonly plant: string
  /** What is run, and a part of the names of the tests that must fail. */
  readonly suite: string
  readonly caughtBy: string
}

/** The bugs that are planted, one at a time, by `planted.test.ts`. */
export const bugs: readonly PlantedBug[] = [
  {
    name: 'the body of a transaction runs again after an unknown commit',
    file: 'core/src/store/mongo/transactions.ts',
    find: 'if (isAborted(cause)) return false',
    plant: 'if (cause) return false',
    suite: 'tests/contract/store/mongo-commit.test.ts',
    caughtBy: 'a transaction whose commit may have happened is never run again > no majority has it yet',
  },
  {
    name: 'a commit is acknowledged by one server (w: 1)',
    file: 'core/src/store/mongo/transactions.ts',
    find: "w: 'majority'",
    plant: 'w: 1',
    suite: 'tests/contract/store/confirm-wire.test.ts',
    caughtBy: 'reads one snapshot and is acknowledged by a majority, within the budget',
  },
  {
    name: 'the number of seats that were sold is not checked',
    file: 'core/src/bookings/commit-booking.ts',
    find: 'if (sold !== ids.length) throw new SeatsTaken()',
    plant: 'void sold',
    suite: 'tests/contract/store/confirm-mongo.test.ts',
    caughtBy: 'is sold once although the inventory says ok to everybody',
  },
  {
    name: 'a statement runs outside of the session of its transaction',
    file: 'core/src/store/mongo/statements.ts',
    find: 'await collection(name).insertOne(first, bounds)',
    plant: 'await collection(name).insertOne(first, { maxTimeMS: bounds.maxTimeMS } as never)',
    suite: 'tests/contract/store/confirm-wire.test.ts',
    caughtBy: 'is one transaction of five statements and a commit',
  },
  {
    name: 'money is taken before the booking is committed',
    file: 'core/src/payments/take-payment.ts',
    find: 'return heed(ctx, payment, sight)',
    plant:
      "if (sight.state === 'authorised') await provider.capture(chargeOf(payment), 'BK-1' as never, callMs); return heed(ctx, payment, sight)",
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: capture',
  },
  {
    name: 'a request that lost its claim lets the money go',
    file: 'core/src/bookings/confirm-hold.ts',
    find: 'if (error instanceof ClaimLost) return',
    plant:
      "if (error instanceof ClaimLost) await ctx.findProvider('stripe', 'default')?.void({ paymentId: call.command.payment?.id as never, amount: 0, currency: 'EUR' }, 1_000); if (error instanceof ClaimLost) return",
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: transaction',
  },
  {
    name: 'the refund of money that came for a failed booking is left for later',
    file: 'core/src/payments/record-state.ts',
    find: "      await tx.insert(appId, 'refunds', refund)\n    }),",
    plant: '    }),',
    suite: 'tests/contract/payments/settle.test.ts',
    caughtBy: 'money that came for a failed booking is promised back with the record of it',
  },
  {
    name: 'a refund has another name each time that it is asked for',
    file: 'core/src/payments/settle-refund.ts',
    find: 'reference: refund.refundId,',
    plant: 'reference: refund.refundId + Math.random(),',
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: refund',
  },
  {
    name: 'a cancelled seat gives back what the whole booking cost',
    file: 'core/src/bookings/cancel-booking.ts',
    find: 'refundOf({ booking, seats, nowMs',
    plant: 'refundOf({ booking, seats: booking.seats, nowMs',
    suite: 'tests/contract/payments/ends.test.ts',
    caughtBy: 'the books balance when every process ends, or stalls, > at the step: refund',
  },
  {
    name: 'one payment may be named for several grants',
    file: 'core/src/payments/take-payment.ts',
    find: 'if (known?.eventId !== due.eventId || known.grantId !== due.grantId)',
    plant: 'if (known === null)',
    suite: 'tests/contract/payments/settle.test.ts',
    caughtBy: 'one payment for two holds: the second is refused with payment_already_used',
  },
  {
    name: 'a payment that was given back may buy the seats when they are free again',
    file: 'core/src/payments/record-state.ts',
    find: "if (await tx.get(appId, 'refunds', { refundId })) return 'given_back'",
    plant: 'void refundId',
    suite: 'tests/contract/store/confirm-mongo.test.ts',
    caughtBy: 'a payment that pays for nothing is given back or gets another grant, never both',
  },
  {
    name: 'one public address of a name is enough for a webhook',
    file: 'core/src/webhooks/pin-address.ts',
    find: 'addresses.every(isPublicAddress)',
    plant: 'addresses.some(isPublicAddress)',
    suite: 'core/src/webhooks/pin-address.test.ts',
    caughtBy: 'is none if that of the name is public and private',
  },
  {
    name: 'a webhook looks its name up again when it connects',
    file: 'core/src/webhooks/post-to.ts',
    find: 'host: address,',
    plant: 'host: url.hostname,',
    suite: 'core/src/webhooks/sender.test.ts',
    caughtBy: 'asks for the certificate of the name, at the pinned address',
  },
  {
    name: 'a queue that was found empty sleeps whatever came meanwhile',
    file: 'core/src/webhooks/work-off-queue.ts',
    find: '{ endpointId, wakes }, { set: { dueAt: next?.dueAt ?? null } }',
    plant: '{ endpointId, wakes: { gte: 0 } }, { set: { dueAt: next?.dueAt ?? null } }',
    suite: 'core/src/webhooks/webhooks.test.ts',
    caughtBy: 'that comes while its queue is found empty is not left lying',
  },
  {
    name: 'a hold gives its seats away a moment before its time is over',
    file: 'core/inventory/generated/scripts.ts',
    find: "(seat.state == 'H' and seat.till <= now)\\n",
    plant: "(seat.state == 'H' and seat.till <= now + 15)\\n",
    suite: 'tests/faults/exclusive-holds.test.ts',
    caughtBy: 'no seat has two holders, and every hold is kept, when every answer comes',
  },
]
