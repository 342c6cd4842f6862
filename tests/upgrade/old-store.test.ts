import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createClient } from '@holdfast/client'
import { expect, onTestFinished, test } from 'vitest'
import { rootDir } from '../../edge/dev/processes.ts'
import { startRedis } from '../../edge/dev/redis/start.ts'
import { type Stack, startStack } from '../../edge/dev/stack.ts'
import { chooseStore, ownStore } from '../../edge/dev/store.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Fixture, fixtureOf, oldFormats } from '../formats/fixtures.ts'
import { auditEvent } from '../support/audit.ts'
import { type StoreKind, sqlite, storeKinds } from '../support/databases.ts'

/** Runs the CLI to its end, and gives what it printed. */
async function holdfast(...args: string[]): Promise<string> {
  const command = [join(rootDir, 'core/src/cli/main.ts'), ...args]
  return (await promisify(execFile)(process.execPath, command, { cwd: rootDir })).stdout
}

/** The whole of this version on what is kept of an old one: its store of either kind, by a migration or an import, and its Redis. */
async function stackOn(fixture: Fixture, { start }: StoreKind, way: 'migrated' | 'imported'): Promise<Stack> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-old-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const databases = await start()
  onTestFinished(() => databases.stop())
  const url = databases.create()
  const store = chooseStore(dir, url)
  if (way === 'imported') {
    const file = join(dir, 'old.ndjson')
    writeFileSync(file, `${fixture.exported.join('\n')}\n`)
    await holdfast('migrate', '--store', store.url)
    await holdfast('import', '--quiet', '--store', store.url, file)
  } else if (url === undefined) fixture.writeSqlite(ownStore(dir).url.slice('sqlite:'.length))
  else await fixture.fillMongo({ url })
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  await fixture.fillRedis(redis)
  // The stack migrates what is there, as an operator does.
  const coreEnv = { RECEIPT_KEYS_OLD: JSON.stringify([fixture.shop.receiptKey]) }
  const stack = await startStack({ dir, edge: 'node', store, redis, coreEnv })
  onTestFinished(() => stack.stop())
  return stack
}

/** An import makes the same documents as a migration, which `tests/contract/store/formats.test.ts` proves: once is enough. */
const ways = oldFormats.flatMap((format) => [
  ...storeKinds.map((kind) => ({ format, kind, way: 'migrated', store: kind.store }) as const),
  { format, kind: sqlite, way: 'imported', store: sqlite.store } as const,
])

test.for(ways)(
  'a store of format $format, $way on $store, keeps every user, key, booking and receipt, is whole, and sells on',
  {
    timeout: 600_000,
  },
  async ({ format, kind, way }) => {
    const fixture = fixtureOf(format)
    const { shop } = fixture
    const stack = await stackOn(fixture, kind, way)
    const once = { baseUrl: stack.edgeUrl, headers: { origin: shop.origin } }
    const server = createClient({ baseUrl: stack.edgeUrl, apiKey: shop.secretKey })
    const page = createClient({ ...once, apiKey: shop.publishableKey })
    const { email, password, name } = shop.account
    const { token, user } = await page.logIn({ email, password })
    expect(user.name).toBe(name)
    const owners = {
      user: page.with({ userToken: token }),
      external: server.with({ externalUser: { id: 'till-7' } }),
    }

    const gala = { eventId: 'gala' }
    const gone = [...shop.ended, shop.partly]
    // Money that was on its way in that time never came: repair ends such a booking when its days are over.
    const isSold = (payment: string) => !payment.startsWith('pay_pending_')
    const kept = shop.booked.filter(
      ({ id, eventId, payment }) => !gone.includes(id) && isSold(payment) && eventId === gala.eventId,
    )
    for (const { id, owner, eventId, holdId, receipt, key, payment } of shop.booked) {
      const client = owner === 'guest' ? server : owners[owner]
      const booking = await client.readBooking({ bookingId: id })
      expect(booking).toMatchObject({ id, receipt, payment: { id: payment } })
      if (owner === 'guest') continue
      // The same key gets the same answer, although the hold is of another time.
      const again = await client.confirmHold(
        { eventId, holdId, payment: { id: payment } },
        { idempotencyKey: key },
      )
      expect(again).toMatchObject({ id, receipt })
    }

    const { external } = owners
    // Its inventory is gone with the format, and its time was over long ago: core may have decided that already.
    await until(async () =>
      ['lost', 'expired'].includes((await external.readHold({ ...gala, holdId: shop.open })).status),
    )
    for (const { seats } of kept)
      await expect(external.createHold({ ...gala, seats })).rejects.toMatchObject({
        code: 'seats_unavailable',
      })
    const hold = await external.createHold({ ...gala, seats: ['S-32', 'S-33'] })
    const sold = await external.confirmHold({ ...gala, holdId: hold.id, payment: { id: 'pay_new' } })
    await server.cancelBooking({ bookingId: shop.partly })
    // An event whose sale was long over is shown as it was.
    await until(async () => (await page.readSeats({ eventId: 'past' }).catch(() => undefined)) !== undefined)

    const told = new Set([...kept.map(({ id }) => id), sold.id])
    const audit = await auditEvent(stack, { appId: shop.appId, ...gala }, told)
    expect(audit).toMatchObject({
      ...{ doubleSales: 0, seatsInDisagreement: 0, undecidedBookings: 0 },
      ...{ overlappingHolds: 0, partialBookings: 0, lostBookings: 0 },
    })
    const keys = await page.readSigningKeys()
    const jwks = join(stack.dir, 'jwks.json')
    writeFileSync(jwks, JSON.stringify(keys))
    expect(await holdfast('audit', '--quiet', '--store', stack.storeUrl, '--jwks', jwks)).toMatch(
      / receipts, whole/,
    )
  },
)
