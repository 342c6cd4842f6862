/**
 * `node tests/formats/make.ts <folder>`: sells on a stack of this very tree, stops it, and keeps what it left: the
 * SQLite file, the export, a MongoDB with the same, Redis, and what a client needs to go on. Once for each format, at the
 * last commit that writes it; `tests/contract/formats` reads it ever after.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { createClient } from '@holdfast/client'
import { EJSON } from 'bson'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { openStore } from '../../core/src/store/open.ts'
import { everyApp } from '../../core/src/store/store.ts'
import { runToEnd } from '../../edge/dev/processes.ts'
import { openAdmin } from '../../edge/dev/seed.ts'
import { type Stack, startStack } from '../../edge/dev/stack.ts'
import { codePrintedFor } from '../support/letters.ts'
import { startMongo } from '../support/mongo/index.ts'
import { limitless, seatsTo } from '../support/selling.ts'

const origin = 'https://shop.example'
const node = (...args: string[]) => runToEnd({ name: args.join(' '), command: [process.execPath, ...args] })
const holdfast = (...args: string[]) => node('core/src/cli/main.ts', ...args)

/** Sells in every way that leaves something behind, and gives what a client needs to go on. */
async function sell(stack: Stack) {
  const { edgeUrl, secrets } = stack
  const makeApp = await openAdmin(edgeUrl, secrets)
  const app = { paymentProvider: 'simulated', rateLimits: limitless, allowedOrigins: [origin] }
  const [shop, other] = [
    await makeApp({ name: 'Theatre', ...app }),
    await makeApp({ name: 'Cinema', ...app }),
  ]
  const server = createClient({ baseUrl: edgeUrl, apiKey: shop.secretKey })
  const page = createClient({ baseUrl: edgeUrl, apiKey: shop.publishableKey, headers: { origin } })
  await server.putWebhook({
    endpointId: 'tills',
    url: 'http://127.0.0.1:9/tills',
    events: ['booking.confirmed', 'booking.cancelled'],
  })
  for (const eventId of ['gala', 'closed', 'past']) {
    const cancellation = { steps: [{ hoursBefore: 0, refundPercent: 50 }] }
    await server.putEvent({ eventId, name: eventId, currency: 'EUR', cancellation })
    await server.putSeats({ eventId, seats: seatsTo(40) })
  }
  const account = { email: 'ann@example.com', password: 'correct horse battery', name: 'Ann Example' }
  await page.sendCode({ email: account.email })
  const { token } = await page.signUp({ ...account, code: codePrintedFor(stack, account.email) })
  const guest = (await page.createGuest({})).token
  const buyers = {
    user: page.with({ userToken: token }),
    guest: page.with({ userToken: guest }),
    external: server.with({ externalUser: { id: 'till-7' } }),
  }
  type Buyer = keyof typeof buyers
  const booked: object[] = []
  let n = 0
  const buy = async (owner: Buyer, prefix: string, count: number, eventId = 'gala') => {
    const seats = Array.from({ length: count }, () => `S-${++n}`)
    const hold = await buyers[owner].createHold({ eventId, seats })
    const [payment, key] = [`${prefix}${n}`, `confirm-${n}`]
    const sold = { eventId, holdId: hold.id, payment: { id: payment } }
    const { id, receipt } = await buyers[owner].confirmHold(sold, { idempotencyKey: key })
    booked.push({ id, owner, eventId, holdId: hold.id, seats, payment, key, receipt })
    return id
  }
  await buy('user', 'pay_', 2)
  await buy('user', 'pay_auth_', 1)
  await buy('guest', 'pay_', 1)
  await buy('external', 'pay_', 3)
  await buy('guest', 'pay_pending_', 1)
  const failing = await buy('guest', 'pay_capture_fails_', 1)
  const cancelled = await buy('external', 'pay_', 2)
  await server.cancelBooking({ bookingId: cancelled })
  const partly = await buy('external', 'pay_', 3)
  await server.cancelBooking({ bookingId: partly, seats: [`S-${n}`] })
  await buy('external', 'pay_', 1, 'closed')
  for (const eventId of ['closed', 'past'])
    await server.putEvent({ eventId, name: eventId, currency: 'EUR', sale: 'closed' })
  const declined = await buyers.guest.createHold({ eventId: 'gala', seats: ['S-30'] })
  await buyers.guest
    .confirmHold({ eventId: 'gala', holdId: declined.id, payment: { id: 'pay_declined_30' } })
    .catch(() => {})
  const released = await buyers.guest.createHold({ eventId: 'gala', seats: ['S-31'] })
  await buyers.guest.releaseHold({ eventId: 'gala', holdId: released.id })
  const open = await buyers.external.createHold({ eventId: 'gala', seats: ['S-32', 'S-33'] })
  await server.blockSeats({ eventId: 'gala', seats: ['S-40'] })
  const made = createClient({ baseUrl: edgeUrl, apiKey: other.secretKey })
  await made.putEvent({ eventId: 'gala', name: 'another gala', currency: 'INR' })
  await made.putSeats({ eventId: 'gala', seats: seatsTo(3) })
  const { d: _, ...receiptKey } = JSON.parse(secrets.receiptKey)
  return { ...shop, origin, account, booked, open: open.id, ended: [cancelled, failing], partly, receiptKey }
}

/** Every key of a Redis as the commands that make it again. */
async function commandsOf(url: string): Promise<string[][]> {
  const redis = new Redis(url)
  const commands: string[][] = []
  for (const key of (await redis.keys('hf:{*')).sort()) {
    const type = await redis.type(key)
    if (type === 'hash') commands.push(['HSET', key, ...Object.entries(await redis.hgetall(key)).flat()])
    if (type === 'string') commands.push(['SET', key, (await redis.get(key)) ?? ''])
    if (type === 'zset')
      for (let all = await redis.zrange(key, 0, -1, 'WITHSCORES'); all.length > 0; all = all.slice(2))
        commands.push(['ZADD', key, all[1] ?? '', all[0] ?? ''])
    if (type === 'stream')
      for (const [id, values] of await redis.xrange(key, '-', '+'))
        commands.push(['XADD', key, id, ...values])
  }
  redis.disconnect()
  return commands
}

/** Everything in a database, with its indexes. */
async function collectionsOf(url: string): Promise<object> {
  const client = await new MongoClient(url).connect()
  const all: Record<string, object> = {}
  const names = (await client.db().listCollections().toArray()).map(({ name }) => name)
  for (const name of names.sort()) {
    const collection = client.db().collection(name)
    const indexes = (await collection.indexes()).filter((index) => index.name !== '_id_')
    all[name] = { indexes, documents: await collection.find({}).toArray() }
  }
  await client.close()
  return all
}

const [folder = ''] = process.argv.slice(2)
const target = resolve(folder)
mkdirSync(target, { recursive: true })
const dir = mkdtempSync(join(tmpdir(), 'holdfast-format-'))
const write = (name: string, content: string | Buffer) =>
  writeFileSync(join(target, `${name}.gz`), gzipSync(content, { level: 9 }))
const stack = await startStack({ dir, edge: 'node', redis: 'server' })
const shop = await sell(stack)
// Payments, receipts, deliveries and the ledger are worked off long before the event that is past comes to rest.
const store = await openStore(stack.storeUrl)
while (!(await store.find(everyApp, 'events', {}, { limit: 10 })).some((event) => event.restsSince !== null))
  await pause(1_000)
await store.close()
write('redis.json', JSON.stringify(await commandsOf(stack.redis.url ?? '')))
await stack.stop()
const file = join(dir, 'copy.db')
await holdfast('export', '--quiet', '--store', stack.storeUrl, join(dir, 'export.ndjson'))
write('export.ndjson', readFileSync(join(dir, 'export.ndjson')))
const db = new DatabaseSync(stack.storeUrl.slice('sqlite:'.length))
db.prepare('VACUUM INTO ?').run(file)
db.close()
write('store.db', readFileSync(file))
const mongo = await startMongo()
const url = mongo.url.replace('/?', '/fixture?')
await holdfast('migrate', '--store', url)
await holdfast('import', '--quiet', '--store', url, join(dir, 'export.ndjson'))
write('mongo.json', EJSON.stringify(await collectionsOf(url), { relaxed: false }))
await mongo.stop()
writeFileSync(join(target, 'shop.json'), `${JSON.stringify(shop, null, 2)}\n`)
rmSync(dir, { recursive: true })
