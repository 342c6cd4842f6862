import {
  AppId,
  PoolSignUpRequest,
  type Principal,
  revocationKeptMs,
  sessionsPerUserMax,
  systemPlatform,
} from '@holdfast/contract'
import type { Revocation } from '@holdfast/inventory'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope, type Store } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { changeEmail, changePassword, changeProfile, resetPassword } from './change-account.ts'
import { sendCode } from './codes.ts'
import { logIn } from './log-in.ts'
import type { Mail } from './mailer.ts'
import { goodSince, tellRevocations } from './revocations.ts'
import { endSession, endSessions, endToken, listSessions } from './sessions.ts'
import { signUp, signUpWithCode } from './sign-up.ts'
import { atApp, atPool, plainPasswords, testTokens } from './testing.ts'
import { updateUser } from './update-user.ts'

let store: Store
let nowMs: number
let mails: Mail[]
/** What edges were told, and whether Redis has it all. */
let told: Revocation[]
let redis: 'whole' | 'lost' | 'away'
const client = { address: '192.0.2.1' }
const email = 'ada@example.org'
const password = 'correct horse'
const platform = { ...systemPlatform, now: () => nowMs }
const ctx = () => ({
  ...{ store, platform, tokens: testTokens(platform), passwords: plainPasswords().hasher, log: () => {} },
  inventory: {
    ...yesInventory(() => nowMs),
    revoke: async (revocations: readonly Revocation[], isWhole: boolean) => {
      if (redis === 'away') throw new Error('no redis')
      told.push(...revocations.map(({ subject, since }) => ({ subject, since })))
      if (isWhole) redis = 'whole'
      return { word: 'revoked', nowMs } as const
    },
    revocations: async () => {
      if (redis === 'away') throw new Error('no redis')
      return { word: 'revocations', isWhole: redis === 'whole', count: 0, told: [], nowMs } as const
    },
  },
  mailer: async (mail: Mail) => void mails.push(mail),
})
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  nowMs = Date.UTC(2026, 10, 23)
  mails = []
  told = []
  redis = 'whole'
})
afterEach(() => store.close())

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )
const mailed = async (to = email) => {
  await sendCode(ctx(), { email: to, digits: 8 })
  return /^\d{8}/.exec(mails.at(-1)?.text ?? '')?.[0] ?? 'none'
}
const join = async () => signUpWithCode(ctx(), { email, code: await mailed(), password, name: 'Ada' }, atApp)
const enter = (typed: string, place: typeof atApp | typeof atPool = atApp) =>
  logIn(ctx(), { email, password: typed, app: atApp.app, client, place })
const tokenOf = ({ token }: { token: string }) => {
  const { jti = '', iat = 0, sub = '' } = decodeJwt(token)
  return { id: jti, iat, owner: sub as Principal }
}
const isEnded = async ({ token }: { token: string }) => {
  const { id, iat, owner } = tokenOf({ token })
  return iat < Math.max(await goodSince(store, id), await goodSince(store, owner))
}

describe('sessions', () => {
  test('are listed newest first, with the one that asks, and end one by one', async () => {
    const { user, token } = await join()
    nowMs += 1_000
    const second = await logIn(ctx(), {
      ...{ email, password, app: atApp.app, client },
      place: { app: null, device: 'a telephone' },
    })
    const { id } = tokenOf(second)
    const { sessions } = await listSessions(ctx(), user.id, { app: atApp.app, current: id })
    expect(sessions.map(({ app, device, current }) => [app, device, current])).toEqual([
      [null, 'a telephone', true],
      ['app_1', null, false],
    ])
    await endSession(ctx(), user.id, tokenOf({ token }).id)
    expect([await isEnded({ token }), await isEnded(second)]).toEqual([true, false])
    expect(
      (await listSessions(ctx(), user.id, { app: atApp.app, current: id })).sessions.map((one) => one.id),
    ).toEqual([id])
  })

  test('with another app are told without its name', async () => {
    const { user } = await join()
    const { sessions } = await listSessions(ctx(), user.id, { app: AppId.parse('app_2') })
    expect(sessions).toMatchObject([{ app: null, current: false }])
  })

  test('of somebody else are not found', async () => {
    const { token } = await join()
    expect(await codeOf(endSession(ctx(), 'usr_other', tokenOf({ token }).id))).toBe('not_found')
    expect(await isEnded({ token })).toBe(false)
  })

  test('all end at once, and one that is opened in the same second is good', async () => {
    const { user, token } = await join()
    await endSessions(ctx(), user.id)
    expect(await isEnded({ token })).toBe(true)
    const again = await enter(password)
    expect(await isEnded(again)).toBe(false)
    expect(tokenOf(again).iat).toBe(Math.floor(nowMs / 1_000) + 1)
  })

  test(`are ${sessionsPerUserMax} at most: the oldest ends when there is one more`, async () => {
    const { user, token } = await join()
    for (let n = 1; n <= sessionsPerUserMax; n++) {
      nowMs += 1_000
      await enter(password)
    }
    expect((await listSessions(ctx(), user.id, { app: null })).sessions).toHaveLength(sessionsPerUserMax)
    expect(await isEnded({ token })).toBe(true)
  })

  test('end with the deactivation of their user, and stay ended when they are let in again', async () => {
    const { user, token } = await join()
    await updateUser(ctx(), { userId: user.id, patch: { active: false } })
    await updateUser(ctx(), { userId: user.id, patch: { active: true } })
    expect(await isEnded({ token })).toBe(true)
    expect(told.map(({ subject }) => subject)).toContain(`pool:${user.id}`)
  })
})

describe('edges', () => {
  test('are told at once and once more a minute later, and of no more then', async () => {
    await endToken(ctx(), 'tok_1')
    expect(told).toHaveLength(1)
    for (const seconds of [30, 31, 60]) {
      nowMs += seconds * 1_000
      await tellRevocations(ctx())
    }
    expect(told).toHaveLength(2)
    expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set(['tok_1']))
  })

  test('are told later when Redis was away, and of everything when it has lost all', async () => {
    redis = 'away'
    await endToken(ctx(), 'tok_1')
    expect(told).toEqual([])
    redis = 'lost'
    await tellRevocations(ctx())
    expect(told.map(({ subject }) => subject)).toEqual(['tok_1', 'tok_1'])
    expect(redis).toBe('whole')
  })
  test('are told of users whom a version before has deactivated, when Redis knows of nobody yet', async () => {
    const { user, token } = await join()
    const set = { active: false, deactivatedAt: new Date(nowMs) }
    await store.updateIf(poolScope, 'users', { userId: user.id }, { set })
    nowMs += 60_000
    redis = 'lost'
    await tellRevocations(ctx())
    expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set([`pool:${user.id}`]))
    expect(await isEnded({ token })).toBe(true)
  })

  test('are told anew of what a token may be as old as, and a question has the answer for years', async () => {
    const { user } = await join()
    await endSessions(ctx(), user.id)
    nowMs += 61_000
    await tellRevocations(ctx())
    nowMs += revocationKeptMs
    ;[told, redis] = [[], 'lost']
    await tellRevocations(ctx())
    expect(told).toEqual([])
    await store.purgeExpired(new Date(nowMs))
    expect(await goodSince(store, `pool:${user.id}`)).toBeGreaterThan(0)
  })
})

describe('an account', () => {
  test.each(['the password is changed', 'they are deactivated'])(
    'gives no session to a password that is compared while %s',
    async (what) => {
      const { user } = await join()
      const slow = plainPasswords().hasher
      const passwords = {
        ...slow,
        verify: async (text: string, hash: string | null) => {
          const isRight = await slow.verify(text, hash)
          const set = { passwordHash: 'plain:staple battery' }
          if (what.endsWith('deactivated'))
            await updateUser(ctx(), { userId: user.id, patch: { active: false } })
          else await store.updateIf(poolScope, 'users', { userId: user.id }, { set })
          return isRight
        },
      }
      const old = logIn({ ...ctx(), passwords }, { email, password, app: atApp.app, client, place: atApp })
      expect(await codeOf(old)).toBe('invalid_credentials')
      const { sessions } = await listSessions(ctx(), user.id, { app: null })
      expect(sessions.length).toBe(what.endsWith('deactivated') ? 0 : 1)
    },
  )

  test('that is deactivated, or erased, meanwhile is not changed by who had asked for that before', async () => {
    const { user } = await join()
    const between = {
      ...store,
      get: async (...of: Parameters<Store['get']>) => {
        const found = await store.get(...of)
        await updateUser(ctx(), { userId: user.id, patch: { active: false } })
        return found
      },
    } as Store
    expect(await codeOf(changeProfile({ ...ctx(), store: between }, user.id, { name: 'Eve' }))).toBe(
      'user_deactivated',
    )
    expect((await store.get(poolScope, 'users', { userId: user.id }))?.name).toBe('Ada')
  })

  test('whose address nobody had proven keeps nothing that somebody else has said of it', async () => {
    const squatter = { email, password, name: 'Eve', phone: '+1 555 0100' }
    await signUp(ctx(), PoolSignUpRequest.parse(squatter), atPool)
    const { user } = await resetPassword(
      ctx(),
      { email, code: await mailed(), password: 'staple battery' },
      atApp,
    )
    expect(user).toMatchObject({ name: 'ada', phone: null, emailVerified: true })
  })

  test('gets a new password from who has its address, and every session ends', async () => {
    const { user, token } = await join()
    const session = await resetPassword(
      ctx(),
      { email, code: await mailed(), password: 'staple battery' },
      atApp,
    )
    expect(session.user.id).toBe(user.id)
    expect([await isEnded({ token }), await isEnded(session)]).toEqual([true, false])
    expect([await codeOf(enter(password)), await codeOf(enter('staple battery'))]).toEqual([
      'invalid_credentials',
      'ok',
    ])
    expect(mails.at(-1)).toMatchObject({ to: email, subject: 'Your password was changed' })
  })

  test('that does not exist has no password to reset, which only who has the code learns', async () => {
    const reset = (code: string) => codeOf(resetPassword(ctx(), { email, code, password }, atApp))
    expect([await reset('00000000'), await reset(await mailed())]).toEqual([
      'invalid_credentials',
      'no_account',
    ])
  })

  test('whose address nobody has proven is for the predecessors alone, until who has it resets the password', async () => {
    await signUp(ctx(), PoolSignUpRequest.parse({ email, password, name: 'Eve' }), atPool)
    expect(await codeOf(enter(password))).toBe('email_unverified')
    expect(await codeOf(enter('wrong horse'))).toBe('invalid_credentials')
    expect(await codeOf(enter(password, atPool))).toBe('ok')
    await resetPassword(ctx(), { email, code: await mailed(), password: 'staple battery' }, atApp)
    expect(await codeOf(enter('staple battery'))).toBe('ok')
  })

  test('changes its password by the one before, which proves no address', async () => {
    const { user } = await signUp(ctx(), PoolSignUpRequest.parse({ email, password, name: 'Eve' }), atPool)
    const changer = { userId: user.id, app: atApp.app, client }
    const change = (typed: string) =>
      changePassword(ctx(), changer, { password: typed, newPassword: 'staple battery' }, atPool)
    expect(await codeOf(change('wrong horse'))).toBe('invalid_credentials')
    expect((await change(password)).user.emailVerified).toBe(false)
  })

  test('changes its address to one that it has proven, and the old one is told', async () => {
    const { user } = await join()
    const to = 'ada@example.net'
    const code = await mailed(to)
    const changer = { userId: user.id, app: atApp.app, client }
    const change = (typed: string, with_ = code) =>
      changeEmail(ctx(), changer, { email: to, code: with_, password: typed })
    expect(await codeOf(change('wrong horse'))).toBe('invalid_credentials')
    expect(await codeOf(change(password, '00000000'))).toBe('invalid_credentials')
    expect(await change(password)).toMatchObject({ email: to, emailVerified: true })
    expect(mails.at(-1)).toMatchObject({ to: email, subject: 'The address of your account was changed' })
    expect(await codeOf(enter(password))).toBe('invalid_credentials')
  })

  test('cannot take the address of another one', async () => {
    const other = await join()
    const { user } = await signUpWithCode(
      ctx(),
      { email: 'bob@example.org', code: await mailed('bob@example.org'), password, name: 'Bob' },
      atApp,
    )
    const changer = { userId: user.id, app: atApp.app, client }
    const code = await mailed()
    expect(await codeOf(changeEmail(ctx(), changer, { email, code, password }))).toBe('email_taken')
    expect((await store.get(poolScope, 'users', { userId: other.user.id }))?.email).toBe(email)
  })

  test('changes what it says of itself, and nothing else', async () => {
    const { user } = await join()
    expect(await changeProfile(ctx(), user.id, { name: 'Ada L.' })).toEqual({ ...user, name: 'Ada L.' })
    expect(await changeProfile(ctx(), user.id, { phone: '+39 055' })).toMatchObject({
      name: 'Ada L.',
      phone: '+39 055',
    })
    expect(await changeProfile(ctx(), user.id, {})).toMatchObject({ phone: '+39 055' })
  })
})
