import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, entityEventId, foreignUserId, systemPlatform } from '@holdfast/contract'
import {
  at,
  gala,
  hex,
  later,
  oid,
  oldApp,
  ticketsSeat,
  ticketsUser,
  unifiedApp,
  unifiedBooking,
  unifiedSeat,
  unifiedUser,
} from '@holdfast/core/src/moving-in/testing.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import type { Store } from '@holdfast/core/src/store/store.ts'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { runHoldfast } from '../../support/holdfast.ts'
import { temporaryPaths } from './folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'))
afterAll(() => rmSync(folder, { recursive: true }))

const paths = temporaryPaths()
const RECEIPT_KEY = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))

const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, `${name}.json`), text)
const lines = (docs: readonly object[]) => docs.map((doc) => `${JSON.stringify(doc)}\n`).join('')

/** Runs `holdfast import` on the folder; what it says names no folder of this run. */
async function importInto(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ending = await runHoldfast(['import', ...args, '--store', `sqlite:${path}`, folder], {
    RECEIPT_KEY,
    ...env,
  })
  const plain = (text: string) => text.replaceAll(`${folder}/`, '').replaceAll(path, 'store.db')
  return { code: ending.code, told: plain(ending.told), complained: plain(ending.complained) }
}

async function inStore<Result>(path: string, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(`sqlite:${path}`)
  return work(store).finally(() => store.close())
}

const entityId = 'Bus 7: Pune → Mumbai'
const ownIds = ['auth0|7', 'ada@example.org'] as const

/** Exports of the Unified Booking Backend with all the oddities that its databases have. */
beforeEach(() => {
  const domains = ['http://localhost:3000/', 'Shop.Example', '*.example.com', 'https://shop.example/book']
  write('apps', lines([unifiedApp({ domain: 'BUS', allowedDomains: domains })]))
  write('users', `\ufeff${lines([unifiedUser(1), unifiedUser(2, { phone: 919_876_543_210 })])}`)
  const seat = (n: number, fields: object = {}) => unifiedSeat(n, { domain: 'BUS', entityId, ...fields })
  write(
    'seats',
    lines([
      seat(1, { status: 'BOOKED', price: { $numberDecimal: '499.50' } }),
      // Freed by a sync, and sold again.
      seat(2, { status: 'AVAILABLE' }),
      seat(3, { status: 'BOOKED' }),
      seat(4, { seatNumber: 4, price: { $numberInt: '250' } }),
    ]).replaceAll('\n', '\r\n'),
  )
  write(
    'bookings',
    lines([
      unifiedBooking(1, { createdAt: { $date: { $numberLong: String(Date.parse(at.$date)) } } }),
      unifiedBooking(2, {
        userId: `ext_app_old_${ownIds[1]}`,
        createdAt: later,
        bookingId: 'BK-20240502-ZZZZZZ',
      }),
      unifiedBooking(2, { userId: `ext_app_old_${ownIds[0]}`, _id: oid(399) }),
      unifiedBooking(4, { paymentStatus: 'FAILED', paymentId: '' }),
    ]),
  )
})

/** What is told below the first line, which a dry run has of its own. */
const below = (told: string) => told.slice(told.indexOf('\n'))

describe('holdfast import --from unified', () => {
  test('A real export is brought in in one go, exactly as the dry run before has told, which writes nothing', async () => {
    const path = paths()
    const args = ['--from', 'unified', '--resolve', 'first', '--quiet']
    const dry = await importInto(path, [...args, '--dry-run'])
    expect(dry).toMatchObject({ code: 0, complained: '' })
    expect(dry.told).toMatch(/^Dry run, nothing is written\./)
    expect(existsSync(path)).toBe(false)

    const done = await importInto(path, args)
    expect(done).toMatchObject({ code: 0, complained: '' })
    expect(below(done.told)).toBe(below(dry.told))
    const eventId = await entityEventId(systemPlatform, entityId)
    const ofApp = AppId.parse('app_old')
    const logged = await inStore(path, ({ find }) =>
      find(ofApp, 'auditLog', { operation: 'import', actor: 'cli' }, { limit: 9 }),
    )
    expect(logged.map(({ object }) => object).sort()).toEqual(['app_old', eventId].sort())
    const [first, second] = await Promise.all(ownIds.map((id) => foreignUserId(systemPlatform, id)))
    expect(done.told.split('\n')).toEqual([
      'sqlite:store.db has what the files say:',
      '  apps      1 new, 0 there already',
      '  users     2 new, 0 there already',
      '  events    1 new, 0 there already',
      '  seats     4 new, 0 there already',
      '  bookings  3 new, 0 there already',
      '  blocked, since they are gone without a booking: 1 of the new seats',
      'Ids that can be none here, and stand for these:',
      `  entity "${entityId}" of app_old is event ${eventId}`,
      `  user "${ownIds[1]}" of app_old is ${second}`,
      `  user "${ownIds[0]}" of app_old is ${first}`,
      'Payments:',
      '  app_old ("Old shop") sees to payments itself (external): its pages cannot take money, only its server can say what was paid',
      expect.stringContaining('PATCH /v1/admin/apps/app_old {"paymentProvider"'),
      'Keys:',
      expect.stringMatching(
        /^ {2}app_old \("Old shop"\): a page's key, .* but 2 of its bookings .* --server-keys app_old, or/,
      ),
      'Passwords:',
      expect.stringContaining('of a password over 72 bytes only the first 72 ever counted'),
      'Left out, since their seats were sold twice; tell and refund their buyers:',
      `  seat "A2" of "${entityId}": BK-20240502-ZZZZZZ of 2024-05-02T10:00:00.000Z, 499.5 INR, SUCCESS by pay_2, bought by "ext_app_old_${ownIds[1]}"`,
      'To look at:',
      expect.stringContaining('apps.json, line 1: allowedDomains: "*.example.com" is left out'),
      expect.stringContaining('"https://shop.example/book" is left out: it has a path'),
      'Settings of the edge:',
      '  UNIFIED_APP_ID=app_old',
      '',
    ])
    await inStore(path, async (store) => {
      const bookings = await store.find(oldApp, 'bookings', {}, { limit: 9 })
      expect(bookings.map(({ bookingId, owner, eventId: of }) => [bookingId, owner, of])).toEqual([
        ['BK-20240501-000001', `pool:${hex(101)}`, eventId],
        ['BK-20240501-000002', `ext:app_old:${first}`, eventId],
        ['BK-20240501-000004', `pool:${hex(101)}`, eventId],
      ])
      const seats = await store.find(oldApp, 'seats', { eventId }, { limit: 9 })
      expect(seats.map(({ number, state, blocked, metadata }) => [number, state, blocked, metadata])).toEqual(
        [
          ['A1', 'BOOKED', false, '{"row":1,"column":1}'],
          ['A2', 'BOOKED', false, '{"row":1,"column":2}'],
          ['A3', 'AVAILABLE', true, '{"row":1,"column":3}'],
          ['4', 'AVAILABLE', false, '{"row":1,"column":4}'],
        ],
      )
      expect((await store.get(oldApp, 'apps', {}))?.allowedDomains).toEqual([
        'http://localhost:3000',
        'shop.example',
      ])
    })

    const repeated = await importInto(path, args)
    expect(repeated.told).toMatch(/bookings {2}0 new, 3 there already/)
  })

  test('A faulty export is refused in one go, with every fault, no secret, and nothing written', async () => {
    write('users', Buffer.from(`\ufeff${lines([unifiedUser(1)])}`, 'utf16le'))
    write('apps', lines([unifiedApp({ apiKeyHash: 'hunter2-hunter2-hunter2-hunter2-hunter2' })]))
    write('seats', `${JSON.stringify([unifiedSeat(1)])}\n`)
    write(
      'bookings',
      lines([unifiedBooking(1, { amount: '1.005', userId: 1e21 }), unifiedBooking(2, { bookingId: 'BK 2' })]),
    )
    const path = paths()
    for (const more of [['--dry-run'], []]) {
      const { code, told, complained } = await importInto(path, ['--from', 'unified', '--quiet', ...more])
      expect([code, told]).toEqual([1, ''])
      expect(complained.split('\n')).toEqual([
        'nothing was written, for there are 6 faults:',
        expect.stringContaining('apps.json, line 1: apiKeyHash: is no bcrypt hash'),
        expect.stringContaining('users.json: is UTF-16'),
        expect.stringContaining('seats.json: is one JSON array: export without --jsonArray'),
        expect.stringContaining('bookings.json, line 1: userId: must be text, or a whole number'),
        expect.stringContaining('bookings.json, line 1: amount: is no amount of INR'),
        expect.stringContaining('bookings.json, line 2: bookingId: must be 1 to 64 characters'),
        'Correct the files, or the old database and export again; then run the same import.',
        '',
      ])
      expect(complained).not.toContain('hunter2')
    }
    expect(await inStore(path, (store) => store.count(oldApp, 'apps', {}))).toBe(0)
  })

  test('The provider of imported apps is that of the command, or of UNIFIED_DEFAULT_PROVIDER, at its account', async () => {
    const dry = ['--from', 'unified', '--resolve', 'none', '--quiet', '--dry-run']
    const env = { UNIFIED_DEFAULT_PROVIDER: 'razorpay:concerts' }
    const paidBy = async (
      ...args: Parameters<typeof importInto> extends [string, ...infer More] ? More : never
    ) => /is paid by (.*), which/.exec((await importInto(paths(), ...args)).told)?.[1]
    expect(await paidBy(dry, env)).toBe('razorpay, account concerts')
    expect(await paidBy([...dry, '--payment-account', 'coaches'], env)).toBe('razorpay, account coaches')
    expect(await paidBy([...dry, '--payment-provider', 'stripe'], env)).toBe('stripe, account default')
  })

  test('A key is a page’s where an app has domains, and a server’s where it has none or the operator says so', async () => {
    const apps = ['app_old', 'app_shop', 'app_coach', 'app_none']
    const docs = apps.map((appId, n) => unifiedApp({ _id: oid(n + 1), appId, name: appId }))
    write('apps', lines([...docs.slice(0, 3), { ...docs[3], allowedDomains: [] }]))
    const path = paths()
    const args = ['--from', 'unified', '--resolve', 'none', '--quiet', '--server-keys']
    const { code, told } = await importInto(path, [...args, 'app_coach,app_old'])
    expect(code).toBe(0)
    const lineOf = (appId: string) =>
      told.split('\n').find((line) => line.startsWith(`  ${appId} ("${appId}"): a `))
    expect(apps.map(lineOf)).toEqual([
      expect.stringContaining("a server's key, as --server-keys says"),
      expect.stringMatching(/a page's key, for it has domains$/),
      expect.stringContaining("a server's key, as --server-keys says"),
      expect.stringContaining("a server's key, it has no domains"),
    ])
    await inStore(path, async (store) => {
      const uses = apps.map(async (name) => {
        const [key] = await store.find(AppId.parse(name), 'keys', {}, { limit: 2 })
        return key?.use
      })
      expect(await Promise.all(uses)).toEqual(['server', null, 'server', null])
    })
    const again = await importInto(path, [...args, 'app_shop'])
    expect(again.told).toContain(
      'app_shop is there already and stays as it is: npx holdfast apps use app_shop',
    )
    const unknown = await importInto(path, [...args, 'app_shop,app_lost'])
    expect(unknown.complained).toContain('--server-keys: there is no app "app_lost" in apps.json')
  })

  test('An import without RECEIPT_KEY is refused, and its dry run tells that it will be', async () => {
    const args = ['--from', 'unified', '--resolve', 'none', '--quiet']
    const path = paths()
    const refused = await importInto(path, args, { RECEIPT_KEY: '' })
    expect(refused).toMatchObject({
      code: 1,
      complained: expect.stringMatching(/^set RECEIPT_KEY to that of/),
    })
    expect(existsSync(path)).toBe(false)
    const { code, told } = await importInto(path, [...args, '--dry-run'], { RECEIPT_KEY: '' })
    expect([code, told]).toEqual([
      0,
      expect.stringMatching(/To look at:\n(?: .*\n)* {2}RECEIPT_KEY: is to be set/),
    ])
  })

  test('Several active apps are named for the operator to choose from', async () => {
    write('apps', lines([unifiedApp(), unifiedApp({ _id: oid(2), appId: 'app_2' })]))
    const { told } = await importInto(paths(), ['--from', 'unified', '--resolve', 'none', '--dry-run', '-q'])
    expect(told).toMatch(/UNIFIED_APP_ID: the app that people sign up at; choose one of app_old, app_2\n/)
  })
})

test('holdfast import --from tickets brings in seats with their buyers, and prints what binds the edge to them', async () => {
  const path = paths()
  await importInto(path, ['--from', 'unified', '--resolve', 'none', '--quiet'])
  write('users', lines([ticketsUser(1), ticketsUser(2, { email: 'Late@Example.org' })]))
  const booked = (userId: unknown) => ({ status: 'booked', userId })
  write(
    'seats',
    lines([
      ticketsSeat(1),
      ticketsSeat(2, booked(hex(102))),
      ticketsSeat(3, booked(null)),
      ticketsSeat(4, booked(0)),
    ]),
  )
  const place = ['--app', 'app_old', '--event', 'gala', '--currency', 'USD']
  const { code, told, complained } = await importInto(path, ['--from', 'tickets', ...place])
  expect([code, complained]).toEqual([0, expect.stringMatching(/^reading\ncomparing \d+ documents\napps 0/)])
  expect(told).toContain('bookings  2 new, 0 there already')
  expect(told).toMatch(/Settings of the edge:\n {2}TICKETS_APP_ID=app_old\n {2}TICKETS_EVENT_ID=gala\n$/)
  await inStore(path, async (store) => {
    expect(await store.find(oldApp, 'bookings', { eventId: gala.eventId }, { limit: 9 })).toMatchObject([
      { bookingId: 'TK-A2', owner: `pool:${hex(102)}`, buyerEmail: 'late@example.org' },
      { bookingId: 'TK-A4', owner: 'pool:0' },
    ])
  })
})

test.each<[what: string, args: readonly string[], complaint: RegExp]>([
  ['a dry run of our own export', ['--dry-run'], /--dry-run is for --from unified and --from tickets/],
  ['an app for the wrong predecessor', ['--from', 'unified', '--app', 'a'], /--app is for --from tickets/],
  ['TicketS without its event', ['--from', 'tickets', '--app', 'a'], /needs --app and --event/],
  [
    'server keys of the wrong predecessor',
    ['--from', 'tickets', '--server-keys', 'a'],
    /is for --from unified/,
  ],
  ['server keys of what can be no app', ['--from', 'unified', '--server-keys', 'a,b c'], /must be 1 to 64/],
  ['an account of no provider', ['--from', 'unified', '--payment-account', 'x'], /needs --payment-provider/],
  ['a provider that is none', ['--from', 'unified', '--payment-provider', 'paypal'], /must be one of none, /],
  ['a currency that is none', ['--from', 'unified', '--currency', 'rupees'], /must be an ISO 4217 code/],
])('holdfast import with %s is a call in a wrong way', async (_, args, complaint) => {
  const { code, complained } = await importInto(paths(), args)
  expect(code).toBe(2)
  expect(complained).toMatch(complaint)
})
