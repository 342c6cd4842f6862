import { systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { endSession, readSession, stampOf } from './sessions.ts'
import { signedIn, testAdmins } from './testing.ts'

const platform = systemPlatform
const [root, sam = root] = testAdmins
let store: Store
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

const read = async (
  said: Awaited<ReturnType<typeof signedIn>>,
  admins: readonly (typeof root)[] = testAdmins,
) => readSession({ store, platform, admins }, said.operator)

test('a session is of the admin whom its token names, with the role that they have now', async () => {
  const session = await signedIn(platform, sam)
  const id = session.operator.id
  expect(await read(session)).toMatchObject({ name: 'sam', role: 'support', session: id })
  expect(await read(session, [root, { ...sam, role: 'viewer' }])).toMatchObject({ role: 'viewer' })
})

test('a session of one admin is none of another, whatever their token says', async () => {
  const session = await signedIn(platform, sam, { name: 'root' })
  expect(await read(session)).toBeNull()
})

test('a session ends when its admin is none any more, or has another password or second factor', async () => {
  const session = await signedIn(platform)
  expect(await read(session)).not.toBeNull()
  expect(await read(session, testAdmins.slice(1))).toBeNull()
  expect(await read(session, [{ ...root, passwordHash: 'plain:another' }])).toBeNull()
  expect(await read(session, [{ ...root, totpSecret: 'JBSWY3DPEHPK3PXP' }])).toBeNull()
})

test('a stamp tells neither password nor second factor, and differs by each', async () => {
  const stamps = [
    await stampOf(platform, root),
    await stampOf(platform, { ...root, passwordHash: 'plain:another' }),
    await stampOf(platform, { ...root, totpSecret: 'A' }),
    await stampOf(platform, { ...root, totpSecret: 'B' }),
  ]
  expect(new Set(stamps).size).toBe(4)
  for (const stamp of stamps) expect(stamp).toMatch(/^[\w-]{22}$/)
})

test('signing out ends the session that calls, and no other', async () => {
  const [one, other] = [await signedIn(platform), await signedIn(platform)]
  const mine = await read(one)
  if (!mine) throw new Error('no session')
  await endSession({ store, platform }, mine, false)
  expect([await read(one), await read(other)]).toEqual([null, expect.anything()])
  // Somebody who did not hear the answer sends it again.
  await endSession({ store, platform }, mine, false)
})

test('signing out everywhere ends all sessions of this admin that were made before, and of nobody else', async () => {
  const now = Math.floor(platform.now() / 1_000)
  const [old, next] = [
    await signedIn(platform, root, { issuedAt: now - 60 }),
    await signedIn(platform, root, { issuedAt: now + 1 }),
  ]
  const others = await signedIn(platform, sam, { issuedAt: now - 60 })
  const mine = await read(old)
  if (!mine) throw new Error('no session')
  await endSession({ store, platform }, mine, true)
  expect(await read(await signedIn(platform, root, { issuedAt: now - 3_600 }))).toBeNull()
  expect([await read(old), await read(next), await read(others)]).toEqual([
    null,
    expect.anything(),
    expect.anything(),
  ])
})
