import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { draftCancellation } from '@holdfast/core/src/bookings/record-cancellation.ts'
import { confirm, pinned, told } from '@holdfast/core/src/bookings/testing.ts'
import { growChain } from '@holdfast/core/src/receipts/grow-chain.ts'
import { migrateMongo } from '@holdfast/core/src/store/mongo/migrate.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import { testCore } from '@holdfast/core/src/testing.ts'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Mongo, startMongo } from '../../support/mongo/index.ts'

const holdfast = fileURLToPath(new URL('../../../node_modules/.bin/holdfast', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-receipts-'))
const files = { receipt: join(folder, 'receipt.jwt'), jwks: join(folder, 'jwks.json') }
let mongo: Mongo
const server = createServer((_, answer) => answer.end(published))
let published = ''
let jwksUrl = ''

beforeAll(async () => {
  mongo = await startMongo()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`
})
afterAll(async () => {
  server.close()
  await mongo.stop()
  rmSync(folder, { recursive: true })
})

/** Runs a program to its end. */
async function runProgram(program: string, args: readonly string[], input = '') {
  const child = spawn(program, args, { cwd: folder })
  child.stdin.end(input)
  const [out, complained] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  return { code: child.exitCode, told: out, complained }
}
const run = (args: readonly string[], input = '') => runProgram(process.execPath, [holdfast, ...args], input)

/** A store with two bookings in their chain; its keys are published, and the receipt of the first is in a file. */
async function soldAt(url: string) {
  const world = await testCore({ store: await openStore(url) })
  const first = told(await confirm(world, { n: 1, pin: pinned('A-1', 'A-2') }))
  await growChain(world.core, world.appId)
  const second = told(await confirm(world, { n: 2, pin: pinned('A-3') }))
  await growChain(world.core, world.appId)
  published = JSON.stringify(world.core.receipts.jwks)
  writeFileSync(files.jwks, published)
  writeFileSync(files.receipt, first.receipt)
  return { ...world, first, second }
}

describe('verify-receipt', () => {
  test('tells people what a receipt says, and programs as JSON, from a file or standard input', async () => {
    const { core, first } = await soldAt('sqlite::memory:')
    await core.store.close()
    const read = await run(['verify-receipt', files.receipt, '--jwks', files.jwks])
    expect(read).toMatchObject({ code: 0, complained: '' })
    for (const line of [
      'the receipt of a booking is valid',
      `booking    ${first.id}`,
      'seats      A-1 (45 EUR), A-2 (45 EUR)',
      'total      90 EUR',
      'payment    pay_1',
    ])
      expect(read.told.split('\n')).toContain(line)
    const json = await run(['verify-receipt', '--json', '--jwks', jwksUrl], `${first.receipt}\n`)
    expect(json.code).toBe(0)
    expect(JSON.parse(json.told)).toMatchObject({ booking: first.id, total: 9000, sub: 'guest:g1' })
  })

  test('tells what the receipt of a cancellation says', async () => {
    const { core, appId, first } = await soldAt('sqlite::memory:')
    const booking = await core.store.get(appId, 'bookings', { bookingId: first.id })
    if (!booking) throw new Error('nothing is sold')
    const charges = [{ name: 'VAT', kind: 'tax', amount: 639 }] as const
    const ending = {
      by: 'owner',
      seats: booking.seats.slice(1),
      refund: 4000,
      retained: 500,
      charges,
    } as const
    const { doc } = await draftCancellation(core, booking, ending)
    await core.store.close()
    const { code, told: lines } = await run(['verify-receipt', '--jwks', files.jwks], doc.receipt)
    expect(code).toBe(0)
    for (const line of [
      'the receipt of a cancellation is valid',
      'cancelled  A-2 (45 EUR)',
      'refund     40 EUR',
      'tax        6.39 EUR (VAT)',
      'kept       5 EUR',
    ])
      expect(lines.split('\n')).toContain(line)
  })

  test('refuses what is no receipt of these keys, in a line', async () => {
    const { core, first, second } = await soldAt('sqlite::memory:')
    await core.store.close()
    const [head, said] = first.receipt.split('.')
    const [, otherSaid, signature] = second.receipt.split('.')
    const hmac = new SignJWT({ iss: 'holdfast' }).setProtectedHeader({ alg: 'HS256', typ: 'receipt+jwt' })
    for (const [receipt, reason] of [
      [`${head}.${otherSaid}.${first.receipt.split('.')[2]}`, 'its signature is wrong'],
      [`${head}.${said}.${signature}`, 'its signature is wrong'],
      [await hmac.sign(new TextEncoder().encode(published)), 'it is not signed with EdDSA'],
      ['hello', 'it is no signed text that can be read'],
    ]) {
      expect(await run(['verify-receipt', '-', '--jwks', jwksUrl], receipt)).toEqual({
        code: 1,
        told: '',
        complained: `the receipt is not valid: ${reason}\n`,
      })
    }
  })

  test('says what it lacks, and that it was called in a wrong way', async () => {
    expect(await run(['verify-receipt', files.receipt])).toMatchObject({ code: 2 })
    expect(await run(['verify-receipt', '-', '--jwks', join(folder, 'none')])).toMatchObject({
      code: 1,
      complained: expect.stringContaining('the keys cannot be read from'),
    })
    writeFileSync(join(folder, 'else.json'), '[]')
    expect(await run(['verify-receipt', '-', '--jwks', join(folder, 'else.json')])).toMatchObject({
      code: 1,
      complained: expect.stringContaining('has no keys as /.well-known/jwks.json publishes them'),
    })
  })

  test('can be done without Holdfast, as its help says', async () => {
    const { core, first, second } = await soldAt('sqlite::memory:')
    await core.store.close()
    const { told: help } = await run(['verify-receipt', '--help'])
    const command = help.split('Without Holdfast:\n')[1]?.replace(/https:\S.*jwks\.json/, jwksUrl) ?? ''
    const good = await runProgram('bash', ['-c', command])
    expect(good).toMatchObject({ code: 0, complained: '' })
    expect(JSON.parse(good.told)).toMatchObject({ booking: first.id, total: 9000 })
    const [head, said] = first.receipt.split('.')
    writeFileSync(files.receipt, `${head}.${said}.${second.receipt.split('.')[2]}`)
    expect(await runProgram('bash', ['-c', command])).toMatchObject({
      code: 1,
      told: '',
      complained: expect.stringContaining('NOT a receipt'),
    })
  })
})

describe('audit', () => {
  const stores: [string, () => Promise<string>][] = [
    ['SQLite', async () => `sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`],
    [
      'the MongoDB for tests',
      async () => {
        const url = mongo.url.replace('/?', `/audit_${crypto.randomUUID().slice(0, 8)}?`)
        await migrateMongo({ url })
        return url
      },
    ],
  ]

  test.each(stores)(
    'of %s ends with 0 when all is whole, in a copy too, and names what is not',
    async (_, newStore) => {
      const url = await newStore()
      const { core, appId, second } = await soldAt(url)
      const whole = await run(['audit', '--store', url, '--jwks', jwksUrl])
      expect(whole).toEqual({
        code: 0,
        told: expect.stringMatching(/^app_test: 2 receipts, whole; the last link is [\w-]{43}\n$/),
        complained: 'auditing 4 documents\n',
      })
      const [copy, file] = [join(folder, `${crypto.randomUUID()}.db`), join(folder, 'copy.ndjson')]
      expect(await run(['export', '--store', url, file])).toMatchObject({ code: 0 })
      expect(await run(['import', '--store', `sqlite:${copy}`, file])).toMatchObject({ code: 0 })
      expect(await run(['audit', '--store', `sqlite:${copy}`, '--jwks', jwksUrl])).toMatchObject({
        code: 0,
        told: whole.told,
      })
      await rm(file)
      await core.store.updateIf(appId, 'bookings', { bookingId: second.id }, { set: { total: 1 } })
      const broken = await run(['audit', '--quiet', '--app', appId, '--store', url, '--jwks', files.jwks])
      await core.store.close()
      expect(broken).toEqual({
        code: 1,
        told: `app_test: BROKEN at link 2, booking ${second.id}: the receipt says another total than the booking\n`,
        complained: '1 of 1 chains are broken\n',
      })
    },
  )

  /** What somebody with write access does to one row, and what the command says of it. */
  const tamperings: {
    what: string
    tamper: (sold: Awaited<ReturnType<typeof soldAt>>) => Promise<unknown>
    names: (ids: { first: string; second: string }) => string
  }[] = [
    {
      what: 'one receipt',
      tamper: ({ core, appId, second }) => {
        const set = { receipt: `${second.receipt.slice(0, -8)}AAAAAAAA` }
        return core.store.updateIf(appId, 'bookings', { bookingId: second.id }, { set })
      },
      names: ({ second }) =>
        `link 2, booking ${second}: the receipt in the store is not the one in the chain`,
    },
    {
      what: 'one receipt, signed anew',
      tamper: async ({ core, appId, first }) => {
        const booking = await core.store.get(appId, 'bookings', { bookingId: first.id })
        if (!booking) throw new Error('nothing is sold')
        const forged = { ...booking, total: 1 }
        const receipt = await core.receipts.sign(forged)
        await core.store.putIf(appId, 'bookings', { ...forged, receipt }, {})
      },
      names: ({ first }) => `link 1, booking ${first}: the receipt in the store is not the one in the chain`,
    },
    {
      what: 'one row of the chain',
      tamper: ({ core, appId }) =>
        core.store.updateIf(appId, 'chain', { n: 2 }, { set: { receiptDigest: 'x' } }),
      names: ({ second }) => `link 2, booking ${second}: it is not what its digest says`,
    },
    {
      what: 'one row of the chain that was taken away',
      tamper: ({ core, appId }) => core.store.delete(appId, 'chain', { n: 1 }),
      names: () => 'link 1: it is missing: the next one is link 2',
    },
    {
      what: 'one booking that was taken away',
      tamper: ({ core, appId, first }) => core.store.delete(appId, 'bookings', { bookingId: first.id }),
      names: ({ first }) => `link 1, booking ${first}: there is no such booking`,
    },
  ]

  test.each(tamperings)('finds and names $what', async ({ tamper, names }) => {
    const url = `sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`
    const sold = await soldAt(url)
    await tamper(sold)
    await sold.core.store.close()
    expect(await run(['audit', '--quiet', '--store', url, '--jwks', files.jwks])).toEqual({
      code: 1,
      told: `app_test: BROKEN at ${names({ first: sold.first.id, second: sold.second.id })}\n`,
      complained: '1 of 1 chains are broken\n',
    })
  })

  test('says what it lacks', async () => {
    const url = `sqlite:${join(folder, 'lacks.db')}`
    const { core } = await soldAt(url)
    await core.store.close()
    expect(await run(['audit', '--store', url])).toMatchObject({
      code: 1,
      complained: expect.stringContaining('say --jwks, or set RECEIPT_KEY'),
    })
    expect(await run(['audit', '--store', url, '--jwks', files.jwks, '--app', 'none'])).toMatchObject({
      code: 1,
      complained: 'there is no app none\n',
    })
  })
})
