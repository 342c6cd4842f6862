import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type * as z from 'zod'
import { hasLiveAccount, RazorpayAccounts, StripeAccounts } from './account-settings.ts'

const random = (prefix: string) => prefix + randomBytes(24).toString('hex')
const stripe = () => ({
  secretKey: random('sk_test_'),
  publishableKey: random('pk_test_'),
  webhookSecret: random('whsec_'),
})
const razorpay = () => ({
  keyId: random('rzp_test_'),
  keySecret: random(''),
  webhookSecret: random(''),
})

/** What is wrong, as start-up tells it. */
const complaintsOf = (schema: z.ZodType, accounts: unknown): string => {
  const text = typeof accounts === 'string' ? accounts : JSON.stringify(accounts)
  const { error } = schema.safeParse(text)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}

test('accounts are read by name, and an account without an address is asked at its provider', () => {
  const [one, two] = [stripe(), razorpay()]
  const { webhookSecret, ...keys } = one
  expect(StripeAccounts.parse(JSON.stringify({ default: one, berlin: stripe() }))).toMatchObject({
    default: { ...keys, webhookSecrets: [webhookSecret], isLive: false },
    berlin: { apiUrl: 'https://api.stripe.com' },
  })
  expect(RazorpayAccounts.parse(JSON.stringify({ default: two }))).toMatchObject({
    default: { keyId: two.keyId, apiUrl: 'https://api.razorpay.com' },
  })
  expect(StripeAccounts.parse(undefined)).toEqual({})
})

test('two webhook secrets may work side by side while they rotate, three may not', () => {
  const secrets = [random('whsec_'), random('whsec_'), random('whsec_')]
  const rotating = (count: number) => ({
    default: { ...stripe(), webhookSecret: secrets.slice(0, count) },
  })
  expect(StripeAccounts.parse(JSON.stringify(rotating(2))).default?.webhookSecrets).toEqual(
    secrets.slice(0, 2),
  )
  expect(complaintsOf(StripeAccounts, rotating(3))).toContain('default.webhookSecret')
})

test.each([
  ['no JSON', StripeAccounts, '{', ''],
  ['a list', StripeAccounts, [], ''],
  [
    'a publishable key for a secret one',
    StripeAccounts,
    { a: { ...stripe(), secretKey: random('pk_test_') } },
    'a.secretKey',
  ],
  [
    'keys of two modes',
    StripeAccounts,
    { a: { ...stripe(), publishableKey: random('pk_live_') } },
    'a.publishableKey',
  ],
  [
    'a sample',
    StripeAccounts,
    { a: { ...stripe(), secretKey: 'sk_test_xxxxxxxxxxxxxxxxxxxxxxxx' } },
    'a.secretKey',
  ],
  [
    'a word',
    RazorpayAccounts,
    { a: { ...razorpay(), webhookSecret: 'aaaaaaaaaaaaaaaaaaaaaaaa' } },
    'a.webhookSecret',
  ],
  ['a short secret', RazorpayAccounts, { a: { ...razorpay(), keySecret: 'a8Fh2kLq9Zx1' } }, 'a.keySecret'],
  ['a missing part', RazorpayAccounts, { a: { ...razorpay(), keySecret: undefined } }, 'a.keySecret'],
  ['a part too many', StripeAccounts, { a: { ...stripe(), keyId: 'k' } }, 'a'],
  ['a name that is no id', StripeAccounts, { 'a/b': stripe() }, ''],
  [
    'a key in the clear over a network',
    StripeAccounts,
    { a: { ...stripe(), apiUrl: 'http://example.com' } },
    'a.apiUrl',
  ],
  [
    'a live key sent elsewhere',
    RazorpayAccounts,
    { a: { ...razorpay(), keyId: random('rzp_live_'), apiUrl: 'https://example.com' } },
    'a.apiUrl',
  ],
])('%s is refused by its name, without a value', (_, schema, accounts, path) => {
  const complaints = complaintsOf(schema, accounts)
  expect(complaints).not.toBe('')
  expect(complaints.split('\n').some((line) => line.startsWith(path))).toBe(true)
  for (const value of JSON.stringify(accounts).match(/[A-Za-z0-9_]{20,}/g) ?? []) {
    expect(complaints).not.toContain(value)
  }
})

test('an account is live by its key', () => {
  const live = { ...stripe(), secretKey: random('rk_live_'), publishableKey: random('pk_live_') }
  expect(hasLiveAccount(StripeAccounts.parse(JSON.stringify({ a: live })))).toBe(true)
  expect(hasLiveAccount(StripeAccounts.parse(JSON.stringify({ a: stripe() })), {})).toBe(false)
})
