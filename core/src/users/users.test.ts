import {
  AppId,
  LogInRequest,
  PoolSignUpRequest,
  Principal,
  systemPlatform,
  UsersQuery,
} from '@holdfast/contract'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope, type Store, StoreError } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { issueGuest } from './issue-guest.ts'
import { logIn } from './log-in.ts'
import { listUsers } from './read-users.ts'
import { signUp } from './sign-up.ts'
import { atPool, plainPasswords, testTokens } from './testing.ts'

const tokens = testTokens()
const platform = systemPlatform
let store: Store
let passwords: ReturnType<typeof plainPasswords>
const ctx = () => ({
  ...{ store, platform, tokens, passwords: passwords.hasher },
  ...{ inventory: yesInventory(), log: () => {} },
})
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  passwords = plainPasswords()
})
afterEach(() => store.close())

const ada = PoolSignUpRequest.parse({ email: 'Ada@Example.org', password: 'correct horse', name: 'Ada' })
const [app, client] = [AppId.parse('app_1'), { address: '192.0.2.1', failuresMax: 100 }]
const users = () => store.find(poolScope, 'users', {}, { limit: 10 })
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )

describe('signing up', () => {
  test('stores a hash, answers with a view and a token, and never shows the hash', async () => {
    const session = await signUp(ctx(), { ...ada, phone: '+39 055' }, atPool)
    const [stored] = await users()
    expect(stored).toMatchObject({
      email: 'ada@example.org',
      passwordHash: 'plain:correct horse',
      active: true,
    })
    expect(session.user).toEqual({
      id: stored?.userId,
      email: 'ada@example.org',
      emailVerified: false,
      name: 'Ada',
      phone: '+39 055',
      createdAt: stored?.createdAt.toISOString(),
    })
    expect(decodeJwt(session.token).sub).toBe(Principal.parse(`pool:${session.user.id}`))
    expect(JSON.stringify(session)).not.toContain('correct horse')
  })

  test('twice with one e-mail is refused, however it is written', async () => {
    await signUp(ctx(), ada, atPool)
    const again = PoolSignUpRequest.parse({ ...ada, email: 'ADA@EXAMPLE.ORG', password: 'something else' })
    expect(await codeOf(signUp(ctx(), again, atPool))).toBe('email_taken')
    const taken = logIn(ctx(), { email: ada.email, password: again.password, app, client, place: atPool })
    expect(await codeOf(taken)).toBe('invalid_credentials')
  })

  test('one international address is one account, however its domain, its accents and its spaces are typed', async () => {
    const typed = { ...ada, email: ' José@Bücher.example ' }
    const { user } = await signUp(ctx(), PoolSignUpRequest.parse(typed), atPool)
    expect(user.email).toBe('josé@xn--bcher-kva.example')
    for (const email of [typed.email, 'JOSE\u0301@xn--bcher-kva.example', 'josé@bu\u0308cher.example']) {
      expect(await codeOf(signUp(ctx(), PoolSignUpRequest.parse({ ...ada, email }), atPool))).toBe(
        'email_taken',
      )
      const request = LogInRequest.parse({ email, password: ada.password })
      expect((await logIn(ctx(), { ...request, app, client, place: atPool })).user.id).toBe(user.id)
    }
  })

  test('many at once with one e-mail makes one user', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => codeOf(signUp(ctx(), ada, atPool))))
    expect(answers.toSorted()).toEqual([...Array(19).fill('email_taken'), 'ok'])
    expect(await users()).toHaveLength(1)
  })

  test('lets a fault of the store be one', async () => {
    const broken = { ...store, insert: () => Promise.reject(new StoreError('unavailable', 'no disk')) }
    await expect(signUp({ ...ctx(), store: broken }, ada, atPool)).rejects.toThrow(StoreError)
  })
})

describe('logging in', () => {
  test.each(['ada..b@intranet', 'ada lovelace <ada@x>', 'ada.@docomo.example'])(
    'an account that came with the address %s, which no new one may have, is signed in and told',
    async (email) => {
      await signUp(ctx(), { ...ada, email, password: 'short' }, atPool)
      const typed = LogInRequest.parse({ email: ` ${email.toUpperCase()} `, password: 'short' })
      expect((await logIn(ctx(), { ...typed, app, client, place: atPool })).user.email).toBe(email)
      const query = UsersQuery.parse({ email: email.toUpperCase() })
      expect((await listUsers(ctx(), query)).users).toMatchObject([{ email }])
    },
  )

  test('with the right password gives a token of the same user', async () => {
    const { user } = await signUp(ctx(), ada, atPool)
    const typed = LogInRequest.parse({ email: 'ADA@example.org', password: ada.password })
    const session = await logIn(ctx(), { ...typed, app, client, place: atPool })
    expect(session.user).toEqual(user)
    expect(decodeJwt(session.token).sub).toBe(`pool:${user.id}`)
  })

  test('gives one answer after the same work to a wrong password and an unknown e-mail', async () => {
    await signUp(ctx(), ada, atPool)
    await signUp(ctx(), { ...ada, email: 'off@example.org' }, atPool)
    await store.updateIf(poolScope, 'users', { email: 'off@example.org' }, { set: { active: false } })
    const attempts = [
      { email: ada.email, password: 'wrong horse', app, client, place: atPool },
      { email: 'nobody@example.org', password: ada.password, app, client, place: atPool },
      { email: 'off@example.org', password: 'wrong horse', app, client, place: atPool },
    ]
    for (const attempt of attempts) {
      const work = passwords.verified.length
      await expect(logIn(ctx(), attempt)).rejects.toMatchObject({ code: 'invalid_credentials', extras: {} })
      expect(passwords.verified.length - work).toBe(1)
    }
    expect(passwords.verified).toEqual(['plain:correct horse', null, 'plain:correct horse'])
  })

  test.each(["' OR '1'='1", 'ada@example.org%', '*', '$ne', '{"$gt":""}', 'ada@example.org\0'])(
    'reads an e-mail as nothing but text: %j',
    async (email) => {
      await signUp(ctx(), ada, atPool)
      const attempt = logIn(ctx(), { email, password: ada.password, app, client, place: atPool })
      expect(await codeOf(attempt)).toBe('invalid_credentials')
    },
  )

  test.each([{ $gt: '' }, { in: ['ada@example.org'] }, ['ada@example.org'], null, 1])(
    'takes no operator for an e-mail or a password: %j',
    (value) => {
      expect(LogInRequest.safeParse({ email: value, password: ada.password }).success).toBe(false)
      expect(LogInRequest.safeParse({ email: ada.email, password: value }).success).toBe(false)
    },
  )
})

describe('a guest', () => {
  test('is new each time, bound to one app, and stored nowhere', async () => {
    const appId = AppId.parse('app_one')
    const [one, two] = [await issueGuest(ctx(), { appId }), await issueGuest(ctx(), { appId })]
    expect(one.guest.id).not.toBe(two.guest.id)
    expect(decodeJwt(one.token)).toMatchObject({ sub: `guest:${one.guest.id}`, app: 'app_one' })
    expect(one.expiresInSeconds).toBe(86_400)
    expect(await users()).toEqual([])
  })
})
