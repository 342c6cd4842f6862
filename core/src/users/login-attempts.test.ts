import {
  AppId,
  dayMs,
  freeLoginFailuresPerAccount,
  freeLoginFailuresPerAddress,
  knownClientMs,
  knownClientsPerAccountMax,
  loginFailuresPerClient,
  Problem,
  systemPlatform,
} from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { everyApp, poolScope, type Store, systemScope } from '../store/store.ts'
import { type Attempt, judgeAttempt } from './login-attempts.ts'

let store: Store
let nowMs: number
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  nowMs = Date.UTC(2026, 10, 23)
})
afterEach(() => store.close())

const [one, two] = [AppId.parse('app_1'), AppId.parse('app_2')]
const from = (address: string) => ({ client: { address, failuresMax: loginFailuresPerClient } })
const ada: Attempt = { scope: poolScope, app: one, email: 'ada@example.org', ...from('192.0.2.1') }
const ctx = () => ({ store, platform: { ...systemPlatform, now: () => nowMs } })
/** How an attempt is refused that somebody makes; null when it was let in. */
const refused = (changes: Partial<Attempt>, judge = async (): Promise<true | null> => null) =>
  judgeAttempt(ctx(), { ...ada, ...changes }, judge).then(
    () => null,
    (error: Problem) => error,
  )
/** The seconds that a wrong attempt must wait, or 0 when it was let in. */
const attempt = async (changes: Partial<Attempt> = {}): Promise<number> => {
  const refusal = await refused(changes)
  if (refusal) expect(refusal.code).toBe('rate_limited')
  return refusal?.retryAfterSeconds ?? 0
}
const signIn = (changes: Partial<Attempt> = {}) => refused(changes, async () => true)
/** As many wrong ones as an address has, each for another account. */
const spend = async (count: number, changes: Partial<Attempt> = {}) => {
  for (let i = 0; i < count; i++) expect(await attempt({ email: `${i}@example.org`, ...changes })).toBe(0)
}
const attempts = async (count: number, changes: Partial<Attempt> = {}) => {
  for (let i = 0; i < count; i++) expect(await attempt(changes)).toBe(0)
}

test('a few failures cost no time, and each further one doubles it up to a minute', async () => {
  await attempts(freeLoginFailuresPerAddress)
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    expect(await attempt()).toBe(0)
    waits.push(await attempt())
    nowMs += (waits.at(-1) ?? 0) * 1_000
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('who waits is not counted, so an owner who is patient gets in', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  for (let i = 0; i < 5; i++) expect(await attempt()).toBe(1)
  nowMs += 1_000
  expect(await attempt()).toBe(0)
})

test('another account, another address and the admin are counted by themselves', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  expect(await attempt()).toBe(1)
  expect(await attempt({ email: 'bob@example.org' })).toBe(0)
  expect(await attempt(from('192.0.2.2'))).toBe(0)
  expect(await attempt({ app: two }), 'the same account at another app').toBe(0)
  expect(await attempt({ scope: systemScope, app: null })).toBe(0)
})

test('an account that is guessed at from everywhere is slowed down everywhere', async () => {
  for (let i = 0; i <= freeLoginFailuresPerAccount; i++) {
    expect(await attempt(from(`198.51.100.${i}`))).toBe(0)
  }
  expect(await attempt(from('203.0.113.1'))).toBe(1)
  expect(await attempt({ ...from('203.0.113.1'), app: two }), 'at another app').toBe(0)
})

test('many at once are no more than one after the other', async () => {
  const waits = await Promise.all(Array.from({ length: 40 }, () => attempt()))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(freeLoginFailuresPerAddress + 1)
})

test('a right password forgets them, and so does an hour', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  nowMs += 1_000
  expect(await signIn()).toBeNull()
  await attempts(freeLoginFailuresPerAddress + 1)
  nowMs += 3_600_000
  await attempts(freeLoginFailuresPerAddress + 1)
  nowMs += 3_600_000
  await store.purgeExpired(new Date(nowMs))
  expect(await store.count(everyApp, 'attempts', {})).toBe(0)
})

test('nothing of what was typed is kept', async () => {
  await attempt({ email: 'correct horse' })
  const kept = await store.find(everyApp, 'attempts', {}, { limit: 9 })
  expect(kept).toHaveLength(3)
  expect(JSON.stringify(kept)).not.toContain('horse')
})

test('right passwords are free, however many come from one address', async () => {
  for (let i = 0; i < 3 * loginFailuresPerClient; i++)
    expect(await signIn({ email: `${i % 7}@example.org` })).toBeNull()
  expect(await attempt()).toBe(0)
})

test('an address has a hundred wrong ones an hour of an app, is told what to do, and is let in again', async () => {
  await spend(50)
  nowMs += 1_800_000
  await spend(loginFailuresPerClient - 50)
  const refusal = await refused({ email: 'last@example.org' })
  expect(refusal).toMatchObject({
    retryAfterSeconds: 1_800,
    extras: { scope: 'address', limit: loginFailuresPerClient },
  })
  expect(refusal?.body().detail).toMatch(/wrong passwords from your address.*Retry-After/)
  expect(await signIn({ email: 'last@example.org' }), 'a right one too').not.toBeNull()
  expect([await attempt(from('192.0.2.2')), await attempt({ app: two })]).toEqual([0, 0])
  nowMs += 1_800_000
  expect(await attempt({ email: 'last@example.org' })).toBe(0)
})

test('a right password gives the address none of its wrong ones back', async () => {
  await spend(loginFailuresPerClient - 1)
  expect(await signIn()).toBeNull()
  await spend(1)
  expect(await signIn()).not.toBeNull()
})

test('a pause of an account says that the right password ends it', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  expect((await refused({}))?.body().detail).toMatch(/wrong passwords for this account.*Retry-After/)
})

test('where it is not known which client it is, no address is counted', async () => {
  await spend(2 * loginFailuresPerClient, { client: { address: 'unknown' } })
})

test('who could not be judged has failed nothing', async () => {
  const overloaded = async () => Promise.reject(new Problem('overloaded', {}, 1))
  for (let i = 0; i < 2 * loginFailuresPerClient; i++)
    expect((await refused({}, overloaded))?.code).toBe('overloaded')
  await attempts(freeLoginFailuresPerAddress + 1)
})

describe('a client that has signed in to the account', () => {
  const home = { client: { address: '203.0.113.7', failuresMax: loginFailuresPerClient } }
  /** So many wrong ones for the account, each from an address of its own. */
  const fromElsewhere = async (count: number, changes: Partial<Attempt> = {}) => {
    for (let i = 0; i < count; i++) expect(await attempt({ ...from(`198.51.100.${i}`), ...changes })).toBe(0)
  }
  const tooMany = freeLoginFailuresPerAccount + 1

  test.each([
    ['a user', {}],
    ['the operator', { scope: systemScope, app: null }],
  ])('waits for no failures that were made elsewhere, as %s', async (_, who) => {
    await signIn({ ...home, ...who })
    await fromElsewhere(tooMany, who)
    expect(await attempt({ ...from('192.0.2.99'), ...who })).toBe(1)
    expect(await signIn({ ...home, ...who })).toBeNull()
    expect(await attempt({ ...from('192.0.2.99'), ...who }), 'which ends no pause of others').toBe(1)
  })

  test('waits for its own failures as everybody does, which are no one else’s', async () => {
    await signIn(home)
    await attempts(freeLoginFailuresPerAddress + 1, home)
    expect(await attempt(home)).toBe(1)
    await fromElsewhere(freeLoginFailuresPerAccount)
    expect(await attempt(from('192.0.2.99')), 'the first above those that are free').toBe(0)
  })

  test('is known of that account at every app, and of no other', async () => {
    await signIn(home)
    await fromElsewhere(tooMany, { app: two })
    expect(await attempt({ ...home, app: two })).toBe(0)
    await fromElsewhere(tooMany, { email: 'bob@example.org' })
    expect(await attempt({ ...home, email: 'bob@example.org' })).toBe(1)
  })

  test('is known for 90 days after it did last, and then its digests are gone', async () => {
    await signIn(home)
    nowMs += knownClientMs - 1
    await fromElsewhere(tooMany)
    expect(await signIn(home)).toBeNull()
    nowMs += knownClientMs
    await fromElsewhere(tooMany)
    expect(await signIn(home)).not.toBeNull()
    await store.purgeExpired(new Date(nowMs))
    expect(await store.count(everyApp, 'knownClients', {})).toBe(0)
  })

  test('is noted once a day, beside the others that are still known', async () => {
    let writes = 0
    const counting: Store = {
      ...store,
      transaction: (budgetMs, work) =>
        store.transaction(budgetMs, (tx) =>
          work({
            ...tx,
            putIf: (appId, name, doc, when) => {
              writes += Number(name === 'knownClients')
              return tx.putIf(appId, name, doc, when)
            },
          }),
        ),
    }
    const right = (address: string) =>
      judgeAttempt({ ...ctx(), store: counting }, { ...ada, ...from(address) }, async () => true)
    for (let i = 0; i < 3; i++) await right('203.0.113.7')
    expect(writes).toBe(1)
    await right('203.0.113.8')
    nowMs += dayMs
    await right('203.0.113.7')
    expect(writes).toBe(3)
    const [kept] = await store.find(poolScope, 'knownClients', {}, { limit: 2 })
    expect(kept?.clients).toHaveLength(2)
    expect(JSON.stringify(kept)).not.toMatch(/ada|203\.0/)
  })

  test('is forgotten for those of last where there are very many', async () => {
    for (let i = 0; i <= knownClientsPerAccountMax; i++) await signIn(from(`203.0.113.${i}`))
    await fromElsewhere(tooMany)
    expect(await signIn(from('203.0.113.0'))).not.toBeNull()
    expect(await signIn(from('203.0.113.1'))).toBeNull()
  })
})

test('where it is not known which client it is, none is remembered, and no few failures keep all of them out', async () => {
  const nameless = { client: { address: 'unknown' } }
  await signIn(nameless)
  expect(await store.count(everyApp, 'knownClients', {})).toBe(0)
  await attempts(freeLoginFailuresPerAccount + 1, nameless)
  expect(await attempt(nameless)).toBe(1)
})
