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
]
