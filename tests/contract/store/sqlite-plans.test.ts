import { DatabaseSync } from 'node:sqlite'
import { AppId } from '@holdfast/contract'
import { filterOf } from '@holdfast/core/src/audit-log/read-audit-log.ts'
import { changeOf } from '@holdfast/core/src/store/documents.ts'
import { termsOf } from '@holdfast/core/src/store/filters.ts'
import type { CollectionName, Documents } from '@holdfast/core/src/store/schema.ts'
import { findSql, type Sql, totalSql, updateSql } from '@holdfast/core/src/store/sqlite/sql.ts'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { everyApp, type Filter, type ReadScope } from '@holdfast/core/src/store/store.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventId, grant, seatId } from './fixtures.ts'
import { temporaryPaths } from './folder.ts'

const app = AppId.parse('app_one')
const newPath = temporaryPaths()
let db: DatabaseSync
beforeAll(async () => {
  const path = newPath()
  await openSqliteStore({ path }).close()
  db = new DatabaseSync(path, { readOnly: true })
})
afterAll(() => db.close())

/** How SQLite would run it. */
const stepsOf = ({ text, params }: Sql): string[] =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all(...params)
    .map(({ detail }) => String(detail))

/** The indexes by which it would, and the tables that it would read whole. */
const planOf = (sql: Sql): string[] =>
  stepsOf(sql).flatMap((step) => {
    const [, table, index] = /^(?:SEARCH|SCAN) (\w+)(?:.* INDEX (\S+))?/.exec(step) ?? []
    return table === undefined || table === 'json_each' ? [] : [index ?? `all of ${table}`]
  })

/** A page, newest first, of what an admin asks for. */
const page = <Name extends CollectionName>(scope: ReadScope, name: Name, filter: Filter<Documents[Name]>) =>
  findSql(name, termsOf(scope, name, filter), { orderBy: 'cursor', order: 'descending', limit: 51 })

describe('a statement of a sale finds its documents by their key', () => {
  test.each(['AVAILABLE', 'BOOKED'] as const)('the seats that are %s', (state) => {
    const terms = termsOf(app, 'seats', { eventId, seatId: { in: [seatId(1), seatId(2)] }, state })
    const change = changeOf('seats', { set: { state: 'BOOKED' }, inc: { rev: 1 } })
    expect(planOf(updateSql('seats', terms, change))).toEqual(['seats.primary'])
  })

  test('its booking, by the grant', () => {
    const terms = termsOf(app, 'bookings', { eventId, grantId: grant(1) })
    expect(planOf(findSql('bookings', terms, { limit: 1 }))).toEqual(['bookings.grant'])
  })
})

describe('a list of the admin has an index for each filter', () => {
  const owner = 'guest:g1' as never
  test.each([
    ['all bookings', page(everyApp, 'bookings', {}), 'bookings.newest'],
    ['of a time', page(everyApp, 'bookings', { cursor: { gte: 'a', lt: 'b' } }), 'bookings.newest'],
    ['of an app', page(app, 'bookings', {}), 'bookings.cursor'],
    ['of an event', page(app, 'bookings', { eventId }), 'bookings.event'],
    ['of a domain', page(everyApp, 'bookings', { domain: 'BUS' }), 'bookings.domain'],
    ['of a status', page(everyApp, 'bookings', { status: 'CANCELLED' }), 'bookings.status'],
    ['of a payment', page(everyApp, 'bookings', { paymentStatus: 'PENDING' }), 'bookings.payment'],
    ['of a buyer', page(everyApp, 'bookings', { owner }), 'bookings.buyer'],
    ['of a buyer of an app', page(app, 'bookings', { owner }), 'bookings.owner'],
    ['all apps', page(everyApp, 'apps', {}), 'apps.cursor'],
    ['apps of a domain', page(everyApp, 'apps', { domain: 'BUS' }), 'apps.domain'],
    ['apps that are active', page(everyApp, 'apps', { active: true }), 'apps.active'],
    ['all users', page(app, 'users', {}), 'users.cursor'],
    ['users that are not active', page(app, 'users', { active: false }), 'users.active'],
    ['the user of an e-mail', page(app, 'users', { email: 'a@b.example' }), 'users.email'],
  ])('%s', (_, sql, index) => {
    expect(planOf(sql)).toEqual([index])
    // One document needs no order; any other list comes in that of its index.
    if (index !== 'users.email') expect(stepsOf(sql).join()).not.toContain('TEMP B-TREE')
  })
})

describe('the audit log has an index for each filter, in the order of its pages', () => {
  const of = (scope: ReadScope, query: Parameters<typeof filterOf>[0]) =>
    page(scope, 'auditLog', filterOf(query, '000000000000001-x'))
  test.each([
    ['all of it', of(everyApp, {}), 'newest'],
    ['of a time', of(everyApp, { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }), 'newest'],
    ['of an actor', of(everyApp, { actor: 'key' }), 'actor'],
    ['of a user', of(everyApp, { user: 'guest:g1' }), 'user'],
    ['of an operation', of(everyApp, { operation: 'putSeats' }), 'operation'],
    ['of an object', of(everyApp, { object: 'theatre' }), 'object'],
    ['of an app', of(app, {}), 'app'],
    ['of an operation of an app', of(app, { operation: 'putSeats' }), 'appOperation'],
    ['of an object of an app', of(app, { object: 'theatre' }), 'appObject'],
  ])('%s', (_, sql, index) => {
    expect(planOf(sql)).toEqual([`auditLog.${index}`])
    expect(stepsOf(sql).join()).not.toContain('TEMP B-TREE')
  })

  test('of an actor or a user of an app', () => {
    for (const query of [{ actor: 'key' }, { user: 'guest:g1' }]) {
      expect(planOf(of(app, query))).toEqual([expect.stringMatching(/^auditLog\.(app|actor|user)$/)])
      expect(stepsOf(of(app, query)).join()).not.toContain('TEMP B-TREE')
    }
  })
})

describe('the numbers of a dashboard come from indexes', () => {
  test('of all bookings', () => {
    const by = ['currency', 'status', 'paymentStatus']
    const sql = totalSql('bookings', [], { by, sum: 'total', limit: 100 })
    expect(planOf(sql)).toEqual(['bookings.revenue'])
  })

  test('of the seats that are sold', () => {
    const terms = termsOf(everyApp, 'seats', { state: 'BOOKED' })
    const sql = totalSql('seats', terms, { by: ['appId', 'eventId'], sum: undefined, limit: 10 })
    expect(planOf(sql)).toEqual(['seats.state'])
  })
})

describe('the rounds of repair look at what is left only', () => {
  test('the keys whose holders died', () => {
    const terms = termsOf(everyApp, 'idempotency', { status: 'CLAIMED', claimedAt: { lte: new Date(0) } })
    const sql = findSql('idempotency', terms, { orderBy: 'claimedAt', limit: 100 })
    expect(planOf(sql)).toEqual(['idempotency.claimed'])
  })

  test('the events that do not rest', () => {
    const terms = termsOf(everyApp, 'events', { restsSince: null, seatCount: { gt: 0 } })
    expect(planOf(findSql('events', terms, { limit: 100 }))).toEqual(['events.rests'])
  })

  test('the rows of the outbox that the operator lists', () => {
    const terms = termsOf(everyApp, 'outbox', { status: 'DEAD', rowId: { lt: 'x' } })
    const sql = findSql('outbox', terms, { orderBy: 'rowId', order: 'descending', limit: 51 })
    expect(planOf(sql)).toEqual(['outbox.status'])
  })
})

describe('the rounds of the relay look at open rows of their kinds only', () => {
  const dueAt = { lte: new Date(0) }
  test('those that run one by one', () => {
    const terms = termsOf(everyApp, 'outbox', { status: 'READY', kind: { in: ['settle', 'apply'] }, dueAt })
    expect(planOf(findSql('outbox', terms, { orderBy: 'dueAt', limit: 100 }))).toEqual(['outbox.open'])
  })

  test('the apps with receipts for their chains', () => {
    const terms = termsOf(everyApp, 'outbox', { status: 'READY', kind: 'receipt', dueAt })
    const sql = totalSql('outbox', terms, { by: ['appId'], sum: undefined, limit: 10 })
    expect(planOf(sql)).toEqual(['outbox.open'])
  })

  test('the oldest receipts of one app, and those that its chain has', () => {
    const open = termsOf(app, 'outbox', { subject: '!chain', status: 'READY' })
    expect(planOf(findSql('outbox', open, { orderBy: 'rowId', limit: 200 }))).toEqual(['outbox.subject'])
    const known = termsOf(app, 'chain', { receiptDigest: { in: ['x', 'y'] } })
    expect(planOf(findSql('chain', known, { orderBy: 'receiptDigest', limit: 200 }))).toEqual([
      'chain.receipt',
    ])
  })
  test('an audit follows the chain, and the bookings by age', () => {
    const links = termsOf(app, 'chain', { n: { gt: 500 } })
    expect(planOf(findSql('chain', links, { orderBy: 'n', limit: 500 }))).toEqual(['chain.primary'])
    const bookings = termsOf(app, 'bookings', { cursor: { gt: 'a' } })
    expect(planOf(findSql('bookings', bookings, { orderBy: 'cursor', limit: 500 }))).toEqual([
      'bookings.cursor',
    ])
    const given = termsOf(app, 'cancellations', { bookingId: { in: ['BK-1' as never, 'BK-2' as never] } })
    expect(planOf(findSql('cancellations', given, { limit: 500 }))).toEqual(['cancellations.primary'])
  })
})

describe('a look at the queues of endpoints reads what is due, and no queue reads another', () => {
  const dueAt = { lte: new Date(0) }
  const endpointId = 'main' as never
  test.each([0, { gt: 0 }])('the endpoints with something due', (failures) => {
    const terms = termsOf(everyApp, 'endpoints', { status: 'ACTIVE', failures, dueAt })
    expect(planOf(findSql('endpoints', terms, { orderBy: 'dueAt', limit: 50 }))).toEqual(['endpoints.due'])
  })

  test('those of an app, which every sale asks for', () => {
    expect(planOf(findSql('endpoints', termsOf(app, 'endpoints', {}), { limit: 100 }))).toEqual([
      'endpoints.primary',
    ])
  })

  test('what is due to one, and what is due next', () => {
    for (const filter of [{ dueAt }, {}]) {
      const terms = termsOf(app, 'deliveries', { endpointId, status: 'PENDING', ...filter })
      const sql = findSql('deliveries', terms, { orderBy: 'dueAt', limit: 8 })
      expect(planOf(sql)).toEqual(['deliveries.due'])
      expect(stepsOf(sql).join()).not.toContain('TEMP B-TREE')
    }
  })

  test('its log', () => {
    const sql = page(app, 'deliveries', { endpointId })
    expect(planOf(sql)).toEqual(['deliveries.log'])
    expect(stepsOf(sql).join()).not.toContain('TEMP B-TREE')
  })
})
