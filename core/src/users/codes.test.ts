import {
  CodeSignUpRequest,
  codeGuessesMax,
  codesPerAddressMax,
  codesWindowMs,
  codeTtlMs,
  PoolSignUpRequest,
  systemPlatform,
  ticketsCodeDigits,
} from '@holdfast/contract'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope, type Store } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { sendCode } from './codes.ts'
import type { Mail } from './mailer.ts'
import { signUp, signUpWithCode } from './sign-up.ts'
import { atApp, atPool, plainPasswords, testTokens } from './testing.ts'

let store: Store
let nowMs: number
let mails: Mail[]
let passwords: ReturnType<typeof plainPasswords>
const ctx = () => ({
  store,
  platform: { ...systemPlatform, now: () => nowMs },
  passwords: passwords.hasher,
  tokens: testTokens(),
  inventory: yesInventory(),
  log: () => {},
  mailer: async (mail: Mail) => {
    mails.push(mail)
  },
})
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  nowMs = Date.UTC(2026, 10, 23)
  mails = []
  passwords = plainPasswords()
})
afterEach(() => store.close())

const email = 'ada@example.org'
const send = () => sendCode(ctx(), { email, digits: ticketsCodeDigits })
const codeIn = (mail: Mail | undefined) => /^\d{6}/.exec(mail?.text ?? '')?.[0] ?? 'no code'
const redeem = (code: string, more: object = {}) =>
  signUpWithCode(ctx(), CodeSignUpRequest.parse({ email, code, password: 'correct horse', ...more }), atApp)
const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )

test('a mailed code makes a user of the pool, with their phone, and signs them in, once', async () => {
  expect(await send()).toEqual({ expiresInSeconds: 600 })
  expect(mails).toMatchObject([{ to: email }])
  const code = codeIn(mails[0])
  const session = await redeem(code, { phone: '+39 055' })
  expect(session.user).toMatchObject({ email, name: 'ada', phone: '+39 055' })
  expect(decodeJwt(session.token).sub).toBe(`pool:${session.user.id}`)
  expect(await codeOf(redeem(code))).toBe('invalid_credentials')
  expect(await store.count(poolScope, 'users', {})).toBe(1)
})

test('a code stays good where the password that came with it may not be chosen', async () => {
  await send()
  const refusedPasswords = { has: async (password: string) => password === 'correct horse' }
  const redeemWith = (password: string) => {
    const request = CodeSignUpRequest.parse({ email, code: codeIn(mails[0]), password })
    return codeOf(signUpWithCode({ ...ctx(), refusedPasswords }, request, atApp))
  }
  expect(await redeemWith('correct horse')).toBe('invalid_request')
  expect(await redeemWith('correct horse battery')).toBe('ok')
})

test('neither the code nor the address is in the store', async () => {
  await send()
  const [kept] = await store.find(poolScope, 'codes', {}, { limit: 2 })
  expect(kept?.hash).toBe(`plain:${codeIn(mails[0])}`)
  expect(kept?.subject).not.toContain('ada')
})

test('the letter, the answer and the work are the same for who has an account, whom the code tells that they have one', async () => {
  const told = await send()
  await redeem(codeIn(mails[0]))
  const before = passwords.verified.length
  expect(await send()).toEqual(told)
  const [first = '', second = ''] = mails.map(({ text }) => text.replace(/^\d{6}/, '######'))
  expect(second).toBe(first)
  expect(await codeOf(redeem(codeIn(mails[1])))).toBe('email_taken')
  expect(passwords.verified.length - before).toBe(1)
})

test('the short code takes nothing from an account whose address nobody has proven', async () => {
  const squatter = PoolSignUpRequest.parse({ email, password: 'another one', name: 'Eve' })
  const { user } = await signUp(ctx(), squatter, atPool)
  expect(user.emailVerified).toBe(false)
  await send()
  expect(await codeOf(redeem(codeIn(mails[0])))).toBe('email_taken')
})

test('only the last code is good, and only for its time', async () => {
  await send()
  await send()
  const [first, last] = mails.map(codeIn)
  if (first !== last) expect(await codeOf(redeem(first ?? ''))).toBe('invalid_credentials')
  nowMs += codeTtlMs
  expect(await codeOf(redeem(last ?? ''))).toBe('invalid_credentials')
})

test('after a few wrong guesses, many at once or not, the right code is refused as well', async () => {
  await send()
  const code = codeIn(mails[0])
  const guesses = await Promise.all(Array.from({ length: 20 }, () => codeOf(redeem(wrongOf(code)))))
  expect(new Set(guesses)).toEqual(new Set(['invalid_credentials']))
  expect(passwords.verified.filter((hash) => hash !== null)).toHaveLength(codeGuessesMax)
  expect(await codeOf(redeem(code))).toBe('invalid_credentials')
})

test('a code for another address is none', async () => {
  await send()
  expect(await codeOf(redeem(codeIn(mails[0]), { email: 'eve@example.org' }))).toBe('invalid_credentials')
  expect(await store.count(poolScope, 'users', {})).toBe(0)
})

test('an address gets a few codes an hour, and no more mail than that', async () => {
  for (let i = 0; i < codesPerAddressMax; i++) await send()
  nowMs += 60_000
  const wait = { code: 'rate_limited', retryAfterSeconds: codesWindowMs / 1_000 - 60 }
  await expect(send()).rejects.toMatchObject(wait)
  expect(mails).toHaveLength(codesPerAddressMax)
  nowMs += codesWindowMs - 60_000
  await send()
  expect(mails).toHaveLength(codesPerAddressMax + 1)
})

test('without a mailer nobody is let to wait for a mail; with one that fails it may be asked again', async () => {
  const { mailer: _, ...silent } = ctx()
  expect(await codeOf(sendCode(silent, { email, digits: 8 }))).toBe('mail_not_configured')
  const failing = { ...ctx(), mailer: () => Promise.reject(new Error('550 ada@example.org: no')) }
  expect(await codeOf(sendCode(failing, { email, digits: ticketsCodeDigits }))).toBe('dependency_unavailable')
  await send()
  expect(await codeOf(redeem(codeIn(mails[0])))).toBe('ok')
})
