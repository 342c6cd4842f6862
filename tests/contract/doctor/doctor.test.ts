import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as serve } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clockFinding } from '@holdfast/core/src/cli/doctor/clock.ts'
import { concealing } from '@holdfast/core/src/cli/doctor/conceal.ts'
import { edgeFindings } from '@holdfast/core/src/cli/doctor/edge.ts'
import { fail } from '@holdfast/core/src/cli/doctor/finding.ts'
import { passwordFindings } from '@holdfast/core/src/cli/doctor/passwords.ts'
import { mailFindings, paymentFindings } from '@holdfast/core/src/cli/doctor/providers.ts'
import { readWhatFits, type Source, settingsFindings } from '@holdfast/core/src/cli/doctor/settings.ts'
import { hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { runHoldfast } from '../../support/holdfast.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'
import { findingsIn, healthy } from './sickbed.ts'

const key = () => randomBytes(24).toString('hex')
const finding = (check: string, result: 'ok' | 'warn' | 'FAIL', found: RegExp) =>
  expect.objectContaining({ check, result, found: expect.stringMatching(found) })

describe('of settings', () => {
  test('that are good, nothing is said but how many there are', async () => {
    expect(await settingsFindings(healthy)).toEqual([
      finding('settings', 'ok', /^8 of \d+ variables are set/),
    ])
  })

  test.each<[what: string, change: Source, check: string, result: 'warn' | 'FAIL', found: RegExp]>([
    ['a weak secret', { USER_TOKEN_SECRET: 'short' }, 'USER_TOKEN_SECRET', 'FAIL', /32 random bytes/],
    ['a missing one', { EDGE_ASSERTION_KEYS: undefined }, 'EDGE_ASSERTION_KEYS', 'FAIL', /is missing/],
    [
      'one secret for two things',
      { ADMIN_TOKEN_SECRET: healthy.USER_TOKEN_SECRET },
      'ADMIN_TOKEN_SECRET',
      'FAIL',
      /another secret than USER_TOKEN_SECRET/,
    ],
    [
      'a sample password',
      { ADMIN_PASSWORD_HASH: hashSync('changeme', 10) },
      'ADMIN_PASSWORD_HASH',
      'FAIL',
      /everybody tries/,
    ],
    ['a cheap hash', { ADMIN_PASSWORD_HASH: hashSync(key(), 4) }, 'ADMIN_PASSWORD_HASH', 'FAIL', /cost/],
    [
      'a sample password of another admin',
      {
        ADMINS: JSON.stringify([
          { name: 'ann', email: 'ann@example.com', passwordHash: hashSync('admin', 10), role: 'viewer' },
        ]),
      },
      'ADMINS',
      'FAIL',
      /ann@example.com.*everybody tries/,
    ],
    ['a switch of laptops', { ALLOW_SIMULATED_PAYMENTS: '1' }, 'ALLOW_SIMULATED_PAYMENTS', 'warn', /laptops/],
    ['a rebuild that does not wait', { REBUILD_WAIT_MS: '500' }, 'REBUILD_WAIT_MS', 'warn', /below 8000/],
    ['a name that is nearly one', { STRIPE_ACCOUNT: '{}' }, 'STRIPE_ACCOUNT', 'warn', /no setting of core/],
  ])('%s is found', async (_, change, check, result, found) => {
    expect(await settingsFindings({ ...healthy, ADMIN_PASSWORD_HASH: undefined, ...change })).toContainEqual(
      finding(check, result, found),
    )
  })
})

describe('of clocks', () => {
  const at = (offByMs: number, tookMs = 0, stepMs = 0) =>
    clockFinding('x', { askedAtMs: 10_000, answeredAtMs: 10_000 + tookMs, theirMs: 10_000 + offByMs, stepMs })
      .result

  test('what tokens cannot bear fails, what people notice is told, the way there is forgiven', () => {
    expect([at(0), at(-900), at(1_500), at(-4_900), at(5_100), at(-60_000)]).toEqual([
      'ok',
      'ok',
      'warn',
      'warn',
      'FAIL',
      'FAIL',
    ])
    expect([at(1_500, 1_200), at(-1_900, 0, 1_000), at(1_100, 0, 1_000)]).toEqual(['ok', 'ok', 'warn'])
  })
})

describe('of payment accounts', () => {
  const webhookSecret = `whsec_${key()}`
  const stripeAt = (apiUrl: string, secretKey: string) => ({
    STRIPE_ACCOUNTS: JSON.stringify({
      berlin: { secretKey, publishableKey: `pk_test_${key()}`, webhookSecret, apiUrl },
    }),
  })

  test('nobody is called who was not asked for, and two modes beside each other are told', async () => {
    const live = { secretKey: `sk_live_${key()}`, publishableKey: `pk_live_${key()}`, webhookSecret }
    const nowhere = 'http://127.0.0.1:1'
    const test_ = JSON.parse(stripeAt(nowhere, `sk_test_${key()}`).STRIPE_ACCOUNTS)
    const settings = readWhatFits({ STRIPE_ACCOUNTS: JSON.stringify({ ...test_, paris: live }) })
    expect(await paymentFindings(settings, false)).toEqual([
      finding('payments', 'warn', /stripe berlin \(test\), stripe paris \(live\)/),
    ])
    expect(await paymentFindings(readWhatFits({}), true)).toEqual([finding('payments', 'ok', /no accounts/)])
  })

  test('a key that is taken is told from one that is refused and from a provider that is away', async () => {
    const [stripe, razorpay] = [await startFakeStripe(), await startFakeRazorpay()]
    try {
      const { secretKey, apiUrl = '' } = stripe.account
      const {
        isLive: _,
        isElsewhere: __,
        webhookSecrets,
        ...account
      } = { isLive: 0, isElsewhere: 0, ...razorpay.account }
      const good = {
        ...stripeAt(apiUrl, secretKey),
        RAZORPAY_ACCOUNTS: JSON.stringify({ default: { ...account, webhookSecret: webhookSecrets[0] } }),
      }
      expect(await paymentFindings(readWhatFits(good), true)).toEqual([
        finding('payments', 'ok', /stripe berlin \(test\), razorpay default \(test\)/),
        finding('payments stripe berlin', 'ok', /takes the key/),
        finding('payments razorpay default', 'ok', /takes the key/),
      ])
      const wrong = readWhatFits(stripeAt(apiUrl, `sk_test_${key()}`))
      expect(await paymentFindings(wrong, true)).toContainEqual(
        finding('payments stripe berlin', 'FAIL', /refuses the key \(401\)/),
      )
      const away = readWhatFits(stripeAt('http://127.0.0.1:1', secretKey))
      expect(await paymentFindings(away, true)).toContainEqual(
        finding('payments stripe berlin', 'FAIL', /does not answer/),
      )
    } finally {
      await stripe.stop()
      await razorpay.stop()
    }
  })
})

test('of mail, a server that takes us is told from one that is away', async () => {
  const server = createServer((socket) => {
    socket.write('220 here\r\n')
    socket.on('error', () => {})
    socket.on('data', () => socket.write('250 ok\r\n'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const at = (SMTP_URL: string) => mailFindings(readWhatFits({ SMTP_URL }))
  expect(await at(`smtp://127.0.0.1:${port}`)).toEqual([finding('mail', 'ok', /takes this user/)])
  server.close()
  expect(await at('smtp://127.0.0.1:1')).toEqual([finding('mail', 'FAIL', /cannot be sent/)])
})

test('of passwords that nobody may choose, a list that can be read is told from one that cannot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'))
  const file = join(folder, 'list.txt')
  await writeFile(file, `${'0'.repeat(40)}:7\n${'F'.repeat(40)}:9\n`)
  const at = (REFUSED_PASSWORDS_FILE: string) => passwordFindings(readWhatFits({ REFUSED_PASSWORDS_FILE }))
  expect(await at(file)).toEqual([finding('refused passwords', 'ok', /is a sorted list/)])
  expect(await at(join(folder, 'other'))).toEqual([finding('refused passwords', 'FAIL', /ENOENT/)])
  expect(await passwordFindings({})).toEqual([])
  await rm(folder, { recursive: true })
})

test('of an edge, nothing is wrong where the operator’s routes are kept from the address that it is asked from', async () => {
  const edge = serve((request, response) => {
    response.writeHead(request.url === '/readyz' ? 200 : 404).end()
  }).listen(0)
  const { port } = edge.address() as AddressInfo
  const found = await edgeFindings(`http://127.0.0.1:${port}`, readWhatFits(healthy))
  edge.close()
  expect(found).toContainEqual(finding('edge', 'ok', /is ready/))
  expect(found).toContainEqual(
    expect.objectContaining({
      ...{ check: 'edge admin tokens', result: 'warn' },
      next: expect.stringMatching('ADMIN_NETWORKS'),
    }),
  )
})

describe('what is told', () => {
  test('has no secret in it, whatever a library puts into its message', () => {
    const source = {
      ...healthy,
      STORE_URL: 'mongodb://app:p%40ss%20word@db/shop',
      STRIPE_ACCOUNTS: '{"a":{"secretKey":"sk_test_hunter2"}}',
    }
    const conceal = concealing(source)
    const own = Object.entries(source).filter(([name]) => name !== 'ADMIN_EMAIL')
    for (const secret of [
      ...own.map(([, value]) => value),
      'p@ss word',
      'p%40ss%20word',
      'sk_test_hunter2',
    ]) {
      expect(JSON.stringify(conceal(fail('x', `no ${secret}!`, `not ${secret}`)))).not.toContain(secret)
    }
    const [, edgeKey = ''] = healthy.EDGE_ASSERTION_KEYS.split(':')
    expect(conceal(fail('x', `bad ${edgeKey}`)).found).toBe('bad ***')
  })

  test('goes on after what fails, and each thing is told of', async () => {
    const found = await findingsIn({ ...healthy, STORE_URL: 'postgres://x', USER_TOKEN_SECRET: 'short' })
    const failed = found.filter(({ result }) => result === 'FAIL').map(({ check }) => check)
    expect(failed).toEqual(['STORE_URL', 'USER_TOKEN_SECRET', 'Redis'])
    expect(found.map(({ check }) => check)).toContain('payments')
  })

  test('is lines for people or JSON for programs, and a failure is the exit code', async () => {
    const source = { ...healthy, REDIS_URL: 'redis://:hunter2@127.0.0.1:1' }
    const [lines, json] = await Promise.all([
      runHoldfast(['doctor'], source),
      runHoldfast(['doctor', '--json'], source),
    ])
    expect(lines.code).toBe(1)
    expect(lines.told).toMatch(/^ok {3}settings +8 of \d+/m)
    expect(lines.told).toMatch(/^FAIL Redis +cannot be asked.*\n {5}-> start it/m)
    expect(lines.complained).toMatch(/^1 of \d+ checks failed/)
    expect(JSON.parse(json.told)).toContainEqual(finding('Redis', 'FAIL', /cannot be asked/))
    expect(json.code).toBe(1)
    for (const secret of Object.values(healthy).filter((value) => value.length > 40)) {
      expect(lines.told + lines.complained + json.told + json.complained).not.toContain(secret)
    }
  })
})
