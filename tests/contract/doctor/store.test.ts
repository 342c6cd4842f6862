import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, AppInput } from '@holdfast/contract'
import { diskFinding, storeFindings } from '@holdfast/core/src/cli/doctor/store.ts'
import { migrateMongo } from '@holdfast/core/src/store/mongo/migrate.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import { systemScope } from '@holdfast/core/src/store/store.ts'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureOf } from '../../formats/fixtures.ts'
import { type Mongo, type MongoOptions, startMongo } from '../../support/mongo/index.ts'
import { finding } from './finding.ts'

/** What is found of the store at this address. */
const look = (url: string) => storeFindings({ STORE_URL: url })
const unfit = (found: RegExp) =>
  expect.objectContaining({ check: 'store', result: 'FAIL', found: expect.stringMatching(found) })

describe('of a MongoDB', () => {
  let mongo: Mongo
  let client: MongoClient
  beforeAll(async () => {
    mongo = await startMongo({ transactionLifetimeMs: 15_000 })
    client = new MongoClient(mongo.url)
  })
  afterAll(async () => {
    await client.close()
    await mongo.stop()
  })
  const migrated = async (server = mongo) => {
    const database = `doctor_${crypto.randomUUID().slice(0, 8)}`
    await migrateMongo({ url: server.url, database })
    return { database, url: server.url.replace('/?', `/${database}?`) }
  }
  const on = async <Result>(options: MongoOptions, work: (server: Mongo) => Promise<Result>) => {
    const server = await startMongo(options)
    try {
      return await work(server)
    } finally {
      await server.stop()
    }
  }

  test('that is as it must be, nothing fails, and nothing is left in it', async () => {
    const { url, database } = await migrated()
    const found = await look(url)
    expect(found).toEqual([
      finding('store', 'warn', /^MongoDB 7\.0\.0, replica set rs0 of 1, answers/, /add two/),
      finding('store transactions', 'ok', /up to 15 s/),
      finding('store format', 'ok', /^format \d+$/),
      finding('store indexes', 'ok', /^\d+ collections with all/),
      finding('clock of the store', 'ok', /^0\.\d s/),
      finding('store writes', 'ok', /durable within \d+ ms/),
    ])
    expect(await client.db(database).collection('leases').countDocuments()).toBe(0)
  })

  test('that has an older format, is told what to do, and nothing else of it is judged', async () => {
    const url = mongo.url.replace('/?', '/old?')
    await fixtureOf(1).fillMongo({ url })
    const found = await look(url)
    expect(found).toContainEqual(
      finding('store format', 'FAIL', /^it has format 1 and/, /npx holdfast migrate/),
    )
    expect(found.map(({ check }) => check)).not.toContain('store indexes')
  })

  test('that nobody has migrated, or that lacks an index, the names are told', async () => {
    expect(await look(mongo.url.replace('/?', '/empty?'))).toContainEqual(
      finding('store indexes', 'FAIL', /^empty lacks .*bookings/, /holdfast migrate/),
    )
    const { url, database } = await migrated()
    await client.db(database).dropCollection('bookings')
    await client.db(database).createCollection('bookings')
    expect(await look(url)).toContainEqual(finding('store indexes', 'FAIL', /lacks .*bookings\.grant/))
  })

  test('that deletes live documents by their age, the index is told', async () => {
    const { url, database } = await migrated()
    const options = { name: 'old', expireAfterSeconds: 60 }
    await client.db(database).collection('bookings').createIndex({ createdAt: 1 }, options)
    expect(await look(url)).toContainEqual(finding('store indexes', 'FAIL', /bookings\.old lets/, /drop it/))
  })

  test('whose transactions live for a minute, or that does not say, somebody is told to look', async () => {
    const longLived = await on({}, async (server) => look((await migrated(server)).url))
    expect(longLived).toContainEqual(finding('store transactions', 'warn', /up to 60 s/, /setParameter/))
    const { url } = await migrated()
    const refused = { kind: 'fail', when: 'before', code: 13, codeName: 'Unauthorized' } as const
    const met = mongo.failPoints.add({ command: 'getParameter', action: refused })
    expect(await look(url)).toContainEqual(
      finding('store transactions', 'warn', /cannot be read/, /see that it is 15/),
    )
    expect(met()).toBe(1)
  })

  test('that no majority acknowledges, writing fails', async () => {
    const { url } = await migrated()
    const where = { command: 'commitTransaction', times: 100 }
    const met = mongo.failPoints.add({ ...where, action: { kind: 'refuseMajority' } })
    expect(await look(url)).toContainEqual(expect.objectContaining({ check: 'store writes', result: 'FAIL' }))
    expect(met()).toBeGreaterThan(0)
  })

  test.each([
    ['is a standalone server', { setName: undefined, hosts: undefined }, /standalone.*rs\.initiate/],
    ['is too old', { maxWireVersion: 9 }, /older than 5\.0/],
  ])('that %s is refused', async (_, hello, found) => {
    const findings = await on({ hello }, (server) => {
      const { host } = new URL(server.url.replace('mongodb:', 'http:'))
      return look(`mongodb://${host}/?directConnection=true`)
    })
    expect(findings).toEqual([unfit(found)])
  })

  test('whose clock is off, it is told by how much', async () => {
    const hello = { localTime: new Date(Date.now() - 60_000) }
    const findings = await on({ hello }, async (server) => look((await migrated(server)).url))
    expect(findings).toContainEqual(finding('clock of the store', 'FAIL', /^60\.\d s behind/, /NTP/))
  })

  test('that is not there, or whose address asks for weak writes, it is told without the password', async () => {
    const url = 'mongodb://app:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=200&replicaSet=rs0'
    const findings = [...(await look(url)), ...(await look(`${url}&w=1`))]
    expect(findings).toEqual([unfit(/no MongoDB could be used/), unfit(/can lose a booking/)])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  })
})

describe('of a SQLite file', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'))
  })
  afterAll(() => rmSync(dir, { recursive: true }))

  test('that core has made, it can be written durably', async () => {
    const url = `sqlite:${join(dir, 'store.db')}`
    await (await openStore(url)).close()
    const found = await look(url)
    expect(found).toContainEqual(finding('store', 'ok', /store\.db$/))
    expect(found).toContainEqual(finding('store writes', 'ok', /durable/))
    expect(found).toContainEqual(expect.objectContaining({ check: 'store disk' }))
  })

  test('that has an older format, is told what to do', async () => {
    const path = join(dir, 'old.db')
    fixtureOf(1).writeSqlite(path)
    const found = await look(`sqlite:${path}`)
    expect(found).toContainEqual(
      finding('store format', 'FAIL', /^it has format 1 and/, /npx holdfast migrate/),
    )
    expect(found.map(({ check }) => check)).not.toContain('store writes')
  })

  test('that is not there yet, none is made', async () => {
    const empty = mkdtempSync(join(dir, 'empty-'))
    expect(await look(`sqlite:${join(empty, 'store.db')}`)).toContainEqual(
      finding('store', 'ok', /is made when/),
    )
    expect(readdirSync(empty)).toEqual([])
  })

  test('that cannot be one, it fails', async () => {
    expect(await look(`sqlite:${join(dir, 'no/such/folder/store.db')}`)).toEqual([
      finding('store', 'FAIL', /cannot be written/),
    ])
    const other = join(dir, 'other.db')
    writeFileSync(other, 'this is no database, and long enough to be seen as none'.repeat(20))
    expect(await look(`sqlite:${other}`)).toContainEqual(
      expect.objectContaining({ result: 'FAIL', found: expect.stringMatching(/other\.db/) }),
    )
  })

  test('that is half imported, it must not sell', async () => {
    const url = `sqlite:${join(dir, 'half.db')}`
    const store = await openStore(url)
    const begun = {
      appId: systemScope,
      name: 'store',
      digest: 'x',
      status: 'RUNNING',
      startedAt: new Date(),
    } as const
    await store.insert(systemScope, 'imports', begun)
    await store.close()
    expect(await look(url)).toContainEqual(
      expect.objectContaining({
        check: 'store writes',
        result: 'FAIL',
        found: expect.stringMatching(/import/),
      }),
    )
  })

  test('A store with apps of a predecessor whose pages cannot take money, or whose keys may be anybody’s, has them named, with what to do', async () => {
    const url = `sqlite:${join(dir, 'moved.db')}`
    const store = await openStore(url)
    const createdAt = new Date(0)
    for (const [name, paymentProvider, active, kind] of [
      ['app_paid', 'razorpay', true, 'legacy'],
      ['app_none', 'none', true, 'legacy'],
      ['app_external', 'external', true, 'legacy'],
      ['app_ended', 'none', false, 'legacy'],
      ['app_own', 'none', true, 'secret'],
    ] as const) {
      const appId = AppId.parse(name)
      const app = { ...AppInput.parse({ name: 'Shop', paymentProvider }), appId, active, metadata: '{}' }
      await store.insert(appId, 'apps', { ...app, buyersForgottenTo: '', cursor: appId, createdAt })
      const use = name === 'app_paid' ? ('page' as const) : null
      const key = { appId, keyId: `key_${name}`, kind, hash: 'x', digest: null, use }
      await store.insert(appId, 'keys', { ...key, expiresAt: null, createdAt })
    }
    await store.close()
    expect(await look(url)).toContainEqual(
      finding(
        'payments of old apps',
        'warn',
        /: app_external \("Shop"\) is external, app_none \("Shop"\) is none$/,
        /PATCH .* paymentProvider/,
      ),
    )
    expect(await look(url)).toContainEqual(
      finding(
        'keys of old apps',
        'warn',
        /: app_external \("Shop"\) as a server's, app_none \("Shop"\) as a server's$/,
        /npx holdfast apps use {app} page, or server/,
      ),
    )
  })

  test.each([
    ['external', undefined, 'warn', /402/, /TICKETS_PAY=unpaid/],
    ['external', 'unpaid', 'warn', /for nothing/, /TICKETS_PAY/],
    ['none', 'unpaid', 'warn', /402/, /paymentProvider/],
    ['simulated', undefined, 'warn', /nobody pays/, /ALLOW_SIMULATED_PAYMENTS/],
  ] as const)(
    'an app of TicketS whose payments are %s, with TICKETS_PAY %s, is told of: %s',
    async (paymentProvider, pay, result, found, next) => {
      const url = `sqlite:${join(dir, `tickets-${paymentProvider}-${pay}.db`)}`
      const store = await openStore(url)
      const appId = AppId.parse('app_tickets')
      const app = {
        ...AppInput.parse({ name: 'Cinema', paymentProvider }),
        appId,
        active: true,
        metadata: '{}',
      }
      await store.insert(appId, 'apps', {
        ...app,
        buyersForgottenTo: '',
        cursor: appId,
        createdAt: new Date(0),
      })
      await store.close()
      const bound = { TICKETS_APP_ID: appId, TICKETS_PAY: pay }
      expect(await storeFindings({ STORE_URL: url }, bound)).toContainEqual(
        finding('payments of TicketS', result, found, next),
      )
      expect(await storeFindings({ STORE_URL: url }, { TICKETS_APP_ID: 'app_nobodys' })).toContainEqual(
        finding('payments of TicketS', 'FAIL', /no active app/, /TICKETS_APP_ID/),
      )
    },
  )

  test('on a disk that fills up, somebody is told in time', () => {
    expect(diskFinding(10 * 2 ** 20)).toEqual(finding('store disk', 'FAIL', /^0\.0 GiB/, /room/))
    expect(diskFinding(500 * 2 ** 20)).toEqual(finding('store disk', 'warn', /^0\.5 GiB/))
    expect(diskFinding(50 * 2 ** 30)).toEqual(finding('store disk', 'ok', /^50\.0 GiB/))
  })

  test('in memory, somebody is told that it ends with the process', async () => {
    expect(await look('sqlite::memory:')).toEqual([finding('store', 'warn', /ends with the process/)])
  })
})
