import { AppId, type LoginClient, type Platform, PoolSignUpRequest, systemPlatform } from '@holdfast/contract'
import { decodeJwt } from 'jose'
import { TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { logIn } from '../users/log-in.ts'
import { signUp } from '../users/sign-up.ts'
import { atPool, plainPasswords, testTokens } from '../users/testing.ts'
import { logInAdmin } from './log-in-admin.ts'
import { makeTotpSecret } from './second-factor.ts'
import { testAdmins } from './testing.ts'

let store: Store
let passwords: ReturnType<typeof plainPasswords>
let nowMs: number
const platform: Platform = { ...systemPlatform, now: () => nowMs }
const client: LoginClient = { address: '192.0.2.1', failuresMax: 100 }
const [root] = testAdmins
const { secret: totpSecret } = makeTotpSecret('otto', systemPlatform)
const otto = { ...root, name: 'otto', email: 'otto@example.org', passwordHash: 'plain:two', totpSecret }

beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  passwords = plainPasswords()
  nowMs = Date.parse('2026-11-23T12:00:10Z')
})
afterEach(() => store.close())

const ctx = () => ({
  ...{ store, platform, tokens: testTokens(), passwords: passwords.hasher },
  ...{ inventory: yesInventory(), log: () => {} },
})
const enter = (name: string, password: string, code?: string, from = client) => {
  const admins = { admins: [...testAdmins, otto] as const, adminPasswords: passwords.hasher }
  return logInAdmin({ ...ctx(), ...admins }, { name, password, code, client: from })
}
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )
/** What the authenticator shows, so many steps from now. */
const shown = (steps = 0) =>
  new TOTP({ secret: totpSecret, period: 30 }).generate({ timestamp: nowMs + steps * 30_000 })

describe('an admin without a second factor', () => {
  test('gets a token for eight hours, which says whose it is', async () => {
    const { token, expiresInSeconds } = await enter('root@example.org', 'open sesame')
    expect(expiresInSeconds).toBe(28_800)
    expect(decodeJwt(token)).toMatchObject({ sub: 'root', aud: 'holdfast-admin', stamp: expect.any(String) })
  })

  test('gets in by the name as well, and every mistake by either counts against one account', async () => {
    expect((await enter('Root', 'open sesame')).token).toMatch(/^ey/)
    for (let i = 0; i < 3; i++) await codeOf(enter('root', 'open barley'))
    for (let i = 0; i < 3; i++) await codeOf(enter('root@example.org', 'open barley'))
    expect(await codeOf(enter('root', 'open sesame'))).toBe('rate_limited')
    expect(await codeOf(enter('sam', 'open barley'))).toBe('ok')
  })

  test('costs the same work and gets the same answer with a wrong e-mail as with a wrong password', async () => {
    expect(await codeOf(enter('root@example.org', 'open barley'))).toBe('invalid_credentials')
    expect(await codeOf(enter('ada@example.org', 'open sesame'))).toBe('invalid_credentials')
    expect(await codeOf(enter('otto', 'wrong', shown()))).toBe('invalid_credentials')
    expect(passwords.verified).toEqual([root.passwordHash, root.passwordHash, otto.passwordHash])
  })

  test('does not get in with the password of another', async () => {
    expect(await codeOf(enter('sam', 'open sesame'))).toBe('invalid_credentials')
    expect(decodeJwt((await enter('sam', 'open barley')).token).sub).toBe('sam')
  })

  test('is no user of the pool, and no user is an admin', async () => {
    const [app, user] = [AppId.parse('app_1'), { email: root.email, password: 'correct horse', name: 'Ada' }]
    await signUp(ctx(), PoolSignUpRequest.parse(user), atPool)
    expect(await codeOf(enter(root.email, user.password))).toBe('invalid_credentials')
    const asUser = logIn(ctx(), { email: root.email, password: 'open sesame', app, client, place: atPool })
    expect(await codeOf(asUser)).toBe('invalid_credentials')
  })
})

describe('an admin with a second factor', () => {
  test('gets in with what the authenticator shows, a step early or late, and not more', async () => {
    for (const steps of [-1, 0, 1]) {
      expect(await codeOf(enter('otto', 'two', shown(steps)))).toBe('ok')
    }
    nowMs += 3_600_000
    for (const steps of [-2, 2]) {
      expect(await codeOf(enter('otto', 'two', shown(steps)))).toBe('second_factor_required')
    }
  })

  test('gets in with each code once, and with none before one that was taken', async () => {
    const [before, now] = [shown(-1), shown()]
    expect(await codeOf(enter('otto', 'two', now))).toBe('ok')
    expect(await codeOf(enter('otto', 'two', now))).toBe('second_factor_required')
    expect(await codeOf(enter('otto', 'two', before))).toBe('second_factor_required')
    nowMs += 30_000
    expect(await codeOf(enter('otto', 'two', shown()))).toBe('ok')
  })

  test('gets in once by one code that is sent many times at once', async () => {
    const code = shown()
    const from = (n: number) => ({ address: `192.0.2.${n}` })
    const answers = await Promise.all([1, 2, 3, 4].map((n) => codeOf(enter('otto', 'two', code, from(n)))))
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1)
  })

  test('hears of it only with the right password', async () => {
    expect(await codeOf(enter('otto', 'two'))).toBe('second_factor_required')
    expect(await codeOf(enter('otto', 'one'))).toBe('invalid_credentials')
    expect(await codeOf(enter('otto', 'one', shown()))).toBe('invalid_credentials')
  })

  test('waits after wrong codes as after wrong passwords, and leaving the code out makes none of them undone', async () => {
    const wrong = (Number(shown()) + 1).toString().padStart(6, '0').slice(-6)
    for (let i = 0; i < 6; i++) {
      expect(await codeOf(enter('otto', 'two', wrong))).toBe('second_factor_required')
      if (i < 5) expect(await codeOf(enter('otto', 'two'))).toBe('second_factor_required')
    }
    expect(await codeOf(enter('otto', 'two', shown()))).toBe('rate_limited')
    nowMs += 1_000
    expect(await codeOf(enter('otto', 'two', shown()))).toBe('ok')
  })
})
