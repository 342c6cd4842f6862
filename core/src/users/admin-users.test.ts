import {
  AdminUserView,
  AppId,
  PoolSignUpRequest,
  systemPlatform,
  UserPatch,
  UsersQuery,
} from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { logIn } from './log-in.ts'
import { listUsers, readUser } from './read-users.ts'
import { signUp } from './sign-up.ts'
import { atPool, plainPasswords, testTokens } from './testing.ts'
import { updateUser } from './update-user.ts'
import { whoAmI } from './who-am-i.ts'

let store: Store
let nowMs: number
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  nowMs = Date.UTC(2026, 10, 23)
})
afterEach(() => store.close())

const tokens = testTokens()
const passwords = plainPasswords().hasher
const ctx = () => ({
  ...{ store, tokens, passwords, inventory: yesInventory(), log: () => {} },
  platform: { ...systemPlatform, now: () => nowMs },
})
const join = async (name: string) => {
  nowMs += 1
  const request = { email: `${name}@example.org`, password: 'correct horse', name }
  return (await signUp(ctx(), PoolSignUpRequest.parse(request), atPool)).user.id
}
const setActive = (userId: string, active: boolean) => updateUser(ctx(), { userId, patch: { active } })
const enter = (name: string, password = 'correct horse') =>
  logIn(ctx(), {
    email: `${name}@example.org`,
    password,
    app: AppId.parse('app_1'),
    client: { address: '192.0.2.1' },
    place: atPool,
  }).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )

describe('deactivating a user', () => {
  test('keeps them out, tells only who knows the password, and is undone', async () => {
    const ada = await join('ada')
    const off = await setActive(ada, false)
    expect(AdminUserView.parse(off)).toMatchObject({
      active: false,
      deactivatedAt: new Date(nowMs).toISOString(),
    })
    expect([await enter('ada'), await enter('ada', 'wrong horse')]).toEqual([
      'user_deactivated',
      'invalid_credentials',
    ])
    await expect(whoAmI(ctx(), ada)).rejects.toMatchObject({ code: 'user_deactivated' })
    expect(await setActive(ada, true)).toMatchObject({ active: true, deactivatedAt: null })
    expect(await enter('ada')).toBe('ok')
    expect((await whoAmI(ctx(), ada)).id).toBe(ada)
  })

  test('again does not move the day, and touches nobody else', async () => {
    const [ada, bob] = [await join('ada'), await join('bob')]
    const first = await setActive(ada, false)
    nowMs += 60_000
    expect(await setActive(ada, false)).toEqual(first)
    expect((await readUser(ctx(), bob)).active).toBe(true)
  })

  test('of nobody is not found', async () => {
    await expect(setActive('usr_none', false)).rejects.toMatchObject({ code: 'not_found' })
    await expect(readUser(ctx(), 'usr_none')).rejects.toMatchObject({ code: 'not_found' })
    await expect(whoAmI(ctx(), 'usr_none')).rejects.toMatchObject({ code: 'invalid_token' })
    expect(UserPatch.safeParse({ active: false, email: 'x@example.org' }).success).toBe(false)
    expect(UserPatch.safeParse({ active: { $ne: true } }).success).toBe(false)
  })
})

describe('listing users', () => {
  const list = async (query: object) => listUsers(ctx(), UsersQuery.parse(query))

  test('goes newest first, a page at a time, or finds one by e-mail', async () => {
    const ids = [await join('ada'), await join('bob'), await join('eve')].reverse()
    const first = await list({ limit: 2 })
    expect(first.users.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const rest = await list({ limit: 2, cursor: first.nextCursor })
    expect([rest.users.map(({ id }) => id), rest.nextCursor]).toEqual([ids.slice(2), undefined])
    expect((await list({ email: 'BOB@example.org' })).users.map(({ name }) => name)).toEqual(['bob'])
    expect((await list({ email: 'nobody@example.org' })).users).toEqual([])
    await setActive(ids[0] ?? '', false)
    expect((await list({ active: 'false' })).users.map(({ id }) => id)).toEqual([ids[0]])
  })

  test('never shows a hash', async () => {
    await join('ada')
    expect(JSON.stringify(await list({}))).not.toMatch(/plain:|password/i)
  })
})
