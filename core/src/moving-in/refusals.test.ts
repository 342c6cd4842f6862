import { EventId, seatMetadataBytesMax, UserId } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cursorOf } from '../cursor.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope } from '../store/store.ts'
import { LegacyError } from './legacy.ts'
import {
  hash,
  hex,
  type Moving,
  oid,
  oldApp,
  openMoving,
  unifiedApp,
  unifiedBooking,
  unifiedSeat,
  unifiedUser,
} from './testing.ts'

let moving: Moving
beforeEach(async () => {
  moving = await openMoving(openSqliteStore({ path: ':memory:' }))
  await moving.write('apps', [unifiedApp()])
  await moving.write('users', [unifiedUser(1)])
  await moving.write('seats', [unifiedSeat(1)])
  await moving.write('bookings', [unifiedBooking(1)])
})
afterEach(() => moving.close())

/** What an import is refused with, line by line. */
async function refusal(): Promise<string[]> {
  const before = await moving.everything()
  const error = await moving.unified().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LegacyError)
  expect(await moving.everything()).toEqual(before)
  const lines = String(error).replaceAll(`${moving.folder}/`, '').split('\n')
  return lines.slice(1, -1).map((line) => line.trim())
}

test('Every fault of every file is told with its line, its field and what to do, before anything is written', async () => {
  await moving.write('apps', [unifiedApp(), unifiedApp({ _id: oid(2), appId: 'app 2', domain: 'TRAIN' })])
  await moving.write('users', [
    unifiedUser(1),
    unifiedUser(2, { email: 'nobody' }),
    unifiedUser(3, { email: undefined, password: 'hunter2' }),
    unifiedUser(4, { password: undefined }),
    unifiedUser(5, { password: hash.replace('10', '13') }),
    unifiedUser(6, { password: hash.replace('10', '00') }),
  ])
  await moving.write('seats', [
    unifiedSeat(1),
    unifiedSeat(2, { price: 'twelve', status: 'SOLD' }),
    unifiedSeat(3, { appId: 'app 2' }),
    unifiedSeat(4, { appId: 'app_3' }),
  ])
  await moving.write('bookings', [
    unifiedBooking(1, { amount: -1 }),
    unifiedBooking(2),
    unifiedBooking(9, { paymentStatus: 'PAID' }),
    unifiedBooking(8),
  ])
  const faults = await refusal()
  expect(faults).toEqual([
    'apps.json, line 2: appId: must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -',
    'apps.json, line 2: domain: must be one of EVENT, BUS, MOVIE',
    'users.json, line 2: email: is no mail address',
    'users.json, line 3: email: is missing',
    'users.json, lines 3, 6: password: is no bcrypt hash: give the account one, or take the line out and let its owner sign up anew',
    'users.json, line 4: password: is missing: give the account one, or take the line out and let its owner sign up anew',
    'users.json, line 5: password: has a cost of 13, and 12 at most are taken: give the account one, or take the line out and let its owner sign up anew',
    'seats.json, line 2: price: is no amount of INR: it must be a decimal number from 0, with at most 2 decimals',
    'seats.json, line 2: status: must be one of AVAILABLE, LOCKED, BOOKED',
    'bookings.json, line 1: amount: is no amount of INR: it must be a decimal number from 0, with at most 2 decimals',
    'bookings.json, line 3: paymentStatus: must be one of PENDING, SUCCESS, FAILED',
    // What names a document that was refused is not told again, as that on line 3 of seats and on 2 of bookings.
    'seats.json, line 4: appId: is of no app in apps.json',
    'bookings.json, line 4: seatId: is of no seat in seats.json',
  ])
  expect(faults.join()).not.toContain('hunter2')
})

test.each<[what: string, name: string, doc: object, fault: string]>([
  [
    'a negative userId',
    'bookings',
    unifiedBooking(1, { userId: -1 }),
    'userId: must be text, or a whole number',
  ],
  [
    'a fractional userId',
    'bookings',
    unifiedBooking(1, { userId: 1.5 }),
    'userId: must be text, or a whole number',
  ],
  [
    'the userId 1e21',
    'bookings',
    unifiedBooking(1, { userId: 1e21 }),
    'userId: must be text, or a whole number',
  ],
  [
    'an own id of spaces',
    'bookings',
    unifiedBooking(1, { userId: 'ext_app_old_  ' }),
    'userId: the id after ext_app_old_ must not be empty',
  ],
  [
    'an own id of 513 characters',
    'bookings',
    unifiedBooking(1, { userId: `ext_app_old_${'x'.repeat(513)}` }),
    'userId: the id after ext_app_old_ must have at most 512 characters',
  ],
  [
    'the user of another app',
    'bookings',
    unifiedBooking(1, { userId: 'ext_app_x_1' }),
    'userId: is neither the id of an account nor that of an own user of app_old',
  ],
  [
    'an amount of three decimals',
    'bookings',
    unifiedBooking(1, { amount: '1.005' }),
    'amount: is no amount of INR',
  ],
  ['an amount in words', 'bookings', unifiedBooking(1, { amount: 'free' }), 'amount: is no amount of INR'],
  [
    'an amount in a form of its own',
    'bookings',
    unifiedBooking(1, { amount: '1,50' }),
    'amount: is no amount of INR',
  ],
  ['a price beyond all', 'seats', unifiedSeat(1, { price: 1e8 }), 'price: is more than 10000000 INR'],
  [
    'a date that is none',
    'bookings',
    unifiedBooking(1, { createdAt: 'today' }),
    'createdAt: is no date from 1970 on',
  ],
  [
    'an operator for an id',
    'users',
    unifiedUser(1, { _id: { $gt: '' } }),
    '_id: must be text, or a whole number',
  ],
  ['an entity id of spaces', 'seats', unifiedSeat(1, { entityId: ' ' }), 'entityId: must not be empty'],
  [
    'an entity id of 201 characters',
    'seats',
    unifiedSeat(1, { entityId: 'x'.repeat(201) }),
    'entityId: must have at most 200 characters',
  ],
  [
    'too much metadata',
    'seats',
    unifiedSeat(1, { metadata: { venue: 'é'.repeat(seatMetadataBytesMax / 2) } }),
    `metadata: must have at most ${seatMetadataBytesMax} bytes as JSON`,
  ],
  ['metadata that is a list', 'seats', unifiedSeat(1, { metadata: [1] }), 'metadata: must be an object'],
  [
    'metadata that is a date',
    'seats',
    unifiedSeat(1, { metadata: { $date: 0 } }),
    'metadata: must be an object',
  ],
  [
    '51 domains',
    'apps',
    unifiedApp({ allowedDomains: Array.from({ length: 51 }, (_, n) => `h${n}.example`) }),
    'allowedDomains: has more than 50 entries',
  ],
])('A document with %s is refused', async (_, name, doc, fault) => {
  await moving.write(name, [doc])
  expect(await refusal()).toContainEqual(expect.stringContaining(`${name}.json, line 1: ${fault}`))
})

test('Documents of which only one can be here are refused by both lines', async () => {
  await moving.write('users', [
    unifiedUser(1),
    unifiedUser(2, { email: 'BUYER1@example.org' }),
    unifiedUser(1, { email: 'x@example.org' }),
  ])
  await moving.write('seats', [
    unifiedSeat(1),
    unifiedSeat(1, { seatNumber: 'B1' }),
    unifiedSeat(2, { seatNumber: 'A1' }),
  ])
  await moving.write('bookings', [unifiedBooking(1), unifiedBooking(1, { paymentStatus: 'FAILED' })])
  expect(await refusal()).toEqual([
    'users.json, line 3: _id: is that of line 1 too: take one of them out',
    'users.json, line 2: email: is that of line 1 too: an address is one account, in capitals or not: change one of them, or take it out',
    'seats.json, line 2: _id: is that of line 1 too: take one of them out',
    'seats.json, line 3: seatNumber: is that of line 1 too: one place is one seat, take one of them out',
    'bookings.json, line 2: bookingId: is that of line 1 too: take one of them out',
  ])
})

test('The same fault of many lines is told once, and more kinds than can be read are counted', async () => {
  await moving.write(
    'users',
    Array.from({ length: 15 }, (_, n) => unifiedUser(n, { email: 'nobody' })),
  )
  expect(await refusal()).toContainEqual(
    'users.json, lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 5 more: email: is no mail address',
  )
  await moving.write(
    'users',
    Array.from({ length: 121 }, (_, n) => unifiedUser(n >> 1, { email: `b${n}@example.org` })),
  )
  expect(await refusal()).toHaveLength(60)
  await moving.write(
    'users',
    Array.from({ length: 301 }, (_, n) => unifiedUser(n >> 1, { email: `b${n}@example.org` })),
  )
  expect((await refusal()).at(-1)).toBe('and 50 more that are not shown')
})

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each<[what: string, bytes: string | Uint8Array, fault: RegExp]>([
  ['UTF-16 with its mark', utf16('\ufeff{"a":1}\n'), /^users\.json: is UTF-16.*export with --out/],
  ['UTF-16 without a mark', utf16('{"a":1}\n'), /^users\.json: is UTF-16/],
  ['UTF-16 of the other order', utf16('\ufeff{"a":1}\n').swap16(), /^users\.json: is UTF-16/],
  [
    'one JSON array',
    '\n [{"a":1},\n{"a":2}]\n',
    /^users\.json: is one JSON array: export without --jsonArray/,
  ],
  ['documents over several lines', '{\n"a":1\n}\n', /^users\.json: .*export without --pretty/],
  ['CSV', '_id,email\n1,x\n', /^users\.json, lines 1, 2: is no JSON document: export with mongoexport/],
  ['Latin-1', Buffer.from('{"name":"Ré"}\n', 'latin1'), /^users\.json, line 1: is not UTF-8/],
  [
    'dates of its own',
    '{"createdAt":{"$date":true}}\n',
    /^users\.json, line 1: has a value in Extended JSON/,
  ],
  ['something else on a line', '7\n', /^users\.json, line 1: must be a document/],
])('A file of %s is refused for what it is', async (_, bytes, fault) => {
  await moving.writeText('users', bytes)
  expect(await refusal()).toEqual([expect.stringMatching(fault)])
})

test('An import without apps is refused', async () => {
  await moving.write('apps', [])
  expect(await refusal()).toContainEqual(expect.stringMatching(/^apps\.json: is not there, or is empty/))
})

test('What is against the files in the store is told with all other faults, before anything is written', async () => {
  await moving.unified()
  const { store } = moving
  const createdAt = new Date(0)
  const userId = UserId.parse('usr_other')
  await store.insert(poolScope, 'users', {
    ...{ appId: poolScope, userId, email: 'buyer2@example.org', emailVerified: true, name: 'B', phone: null },
    ...{ passwordHash: hash },
    ...{
      active: true,
      deactivatedAt: null,
      signedInAt: null,
      cursor: cursorOf(createdAt, userId),
      createdAt,
    },
  })
  await store.updateIf(oldApp, 'events', { eventId: EventId.parse('concert') }, { set: { currency: 'EUR' } })
  await moving.write('users', [unifiedUser(1), unifiedUser(2), unifiedUser(3, { email: '' })])
  await moving.write('seats', [unifiedSeat(1), unifiedSeat(2)])
  await moving.write('bookings', [
    unifiedBooking(7, { seatId: oid(201) }),
    unifiedBooking(1, { seatId: oid(202) }),
  ])
  expect(await refusal()).toEqual([
    'users.json, line 3: email: is no mail address',
    'users.json, line 2: email: has an account here under another id, usr_other: change one of them',
    'seats.json, line 1: price: the event "concert" sells in EUR here, not INR: see --currency',
    'bookings.json, line 1: seatId: the seat "A1" of "concert" is sold to somebody else here, by BK-20240501-000001: cancel one of the two bookings',
    'bookings.json, line 2: bookingId: BK-20240501-000001 is the booking of another seat here',
  ])
  expect(await store.count(poolScope, 'users', { userId: hex(102) })).toBe(0)
})
