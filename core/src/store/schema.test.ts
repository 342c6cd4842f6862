import { expect, test } from 'vitest'
import type * as z from 'zod'
import { indexesOf } from './mongo/layout.ts'
import { collectionNames, schema } from './schema.ts'

test('F39: keys, sessions, revocations, codes, counts, what was heard, what ended unsold, work that is done and who changed what have a time to live, and nothing else', () => {
  const mortal = [
    ...[
      'keys',
      'sessions',
      'revocations',
      'erasures',
      'attempts',
      'knownClients',
      'codes',
      'endedSessions',
      'usedCodes',
      'reservations',
      'tallies',
      'payments',
      'orders',
    ],
    ...['providerEvents', 'idempotency', 'outbox', 'deliveries', 'auditLog'],
  ]
  expect(collectionNames.filter((name) => schema[name].expires !== undefined)).toEqual(mortal)
  const isDeleted = (name: (typeof collectionNames)[number]) =>
    indexesOf(name).some(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)
  expect(collectionNames.filter(isDeleted)).toEqual(mortal)
})

/** The members that every document has had since format 1. */
const since1 = {
  apps: [
    ...['appId', 'name', 'domain', 'active', 'allowedOrigins', 'allowedDomains', 'allowNoOrigin'],
    ...['paymentProvider', 'paymentAccount', 'botMode', 'rateLimits', 'eventDefaults', 'browserVouching'],
    ...['metadata', 'cursor', 'createdAt'],
  ],
  events: [
    ...['appId', 'eventId', 'name', 'currency', 'domain', 'startsAt', 'sale', 'onSaleAt', 'offSaleAt'],
    ...[
      'holdTtlMs',
      'holdLifetimeMs',
      'seatsHeldPerOwner',
      'holdsPerMinute',
      'lapsedHoldsPerOwner',
      'coolDownMs',
    ],
    ...['rev', 'epoch', 'seatCount', 'frame', 'createdAt'],
  ],
}

test.each(['apps', 'events'] as const)(
  'a setting that %s get later has a default, since what the version before has written is without it',
  (name) => {
    const shape: Record<string, z.ZodType> = schema[name].doc.shape
    const needed = Object.keys(shape).filter((member) => !shape[member]?.safeParse(undefined).success)
    expect(needed).toEqual(since1[name])
  },
)

test('a setting of an app that a newer core has written does not make the app unreadable', () => {
  const { rateLimits, eventDefaults } = schema.apps.doc.shape
  const limits = {
    userPerSecond: 1,
    clientPerSecond: 1,
    appPerSecond: 1,
    unpaidOrdersPerHour: 1,
    freeSeatsPerDay: 1,
  }
  expect(rateLimits.parse({ ...limits, perHour: 9 })).toEqual(limits)
  expect(eventDefaults.parse({ holdTtlMs: 60_000, maxPerBuyer: 4 })).toEqual({ holdTtlMs: 60_000 })
})
