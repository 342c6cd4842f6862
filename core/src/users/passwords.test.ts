import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppId, systemPlatform } from '@holdfast/contract'
import { compareSync, getRounds, hashSync } from 'bcryptjs'
import { afterEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { logIn } from './log-in.ts'
import { hashOfNobody } from './password-worker.ts'
import {
  createPasswordHasher,
  type HasherLimits,
  keyHashing,
  loginHashing,
  type PasswordHasher,
} from './passwords.ts'
import { atApp, patientPlatform, testTokens } from './testing.ts'

const open: PasswordHasher[] = []
const hasherOf = (limits: HasherLimits) => {
  const hasher = createPasswordHasher(patientPlatform, limits)
  open.push(hasher)
  return hasher
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((hasher) => hasher.close()))
})

describe('a password', () => {
  test('is kept as a salted bcrypt hash of cost 10, and recognised', async () => {
    const hasher = hasherOf(loginHashing)
    const [one, two] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')])
    expect(one).toMatch(/^\$2b\$10\$[./A-Za-z0-9]{53}$/)
    expect(one).not.toBe(two)
    expect(await hasher.verify('correct horse', one)).toBe(true)
    expect(await hasher.verify('correct horsf', one)).toBe(false)
  })

  test('of nobody costs what a real one does', async () => {
    const real = await hasherOf(loginHashing).hash('correct horse')
    expect(getRounds(hashOfNobody)).toBe(getRounds(real))
    expect(hashOfNobody).toHaveLength(real.length)
    expect(compareSync('correct horse', hashOfNobody)).toBe(false)
  })

  test('is never right when there is no hash, or one that is no hash', async () => {
    const hasher = hasherOf(loginHashing)
    expect(await hasher.verify('correct horse', null)).toBe(false)
    expect(await hasher.verify('', null)).toBe(false)
    expect(await hasher.verify('correct horse', 'correct horse')).toBe(false)
  })

  test('counts to its last byte, a NUL inside and the 72nd included', async () => {
    const hasher = hasherOf(loginHashing)
    const nul = await hasher.hash('before\0after')
    expect(await hasher.verify('before\0other', nul)).toBe(false)
    const long = await hasher.hash('é'.repeat(36))
    expect(await hasher.verify(`${'é'.repeat(35)}è`, long)).toBe(false)
    expect(await hasher.verify('é'.repeat(36), long)).toBe(true)
  })

  test.each(['a'.repeat(73), 'é'.repeat(37)])('over 72 bytes is not hashed here: %s', async (text) => {
    const hasher = hasherOf(keyHashing)
    await expect(hasher.hash(text)).rejects.toThrow(RangeError)
    expect(await hasher.verify(text, null)).toBe(false)
  })

  test('over 72 bytes that was hashed elsewhere is recognised as it was there', async () => {
    const hasher = hasherOf(loginHashing)
    const long = `${'é'.repeat(35)} and so on for a while`
    expect(await hasher.verify(long, hashSync(long, 4))).toBe(true)
    expect(await hasher.verify(`other ${long}`, hashSync(long, 4))).toBe(false)
  })
})

describe('a rush', () => {
  test('of 50 logins leaves the event loop free for others', async () => {
    const store = openSqliteStore({ path: ':memory:' })
    const ctx = {
      store,
      platform: systemPlatform,
      passwords: hasherOf(loginHashing),
      tokens: testTokens(),
    }
    const who = { email: 'ada@example.org', password: 'correct horse' }

    let answered = 0
    const logins = Array.from({ length: 50 }, async (_, at) => {
      // Of nobody, each another one: the same work.
      const attempt = logIn(ctx, {
        ...who,
        place: atApp,
        email: `${at}@example.org`,
        app: AppId.parse('app_1'),
        client: { address: '192.0.2.1' },
      })
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_credentials' })
      answered += 1
    })
    // A hash on the event loop would let it turn a few times at most before all 50 are done.
    for (let turn = 0; turn < 1_000; turn++) await nextTurn()
    expect(answered).toBeLessThan(50)
    await Promise.all(logins)
    await store.close()
  })

  test('that fills the queue of logins is refused there, and keys are verified meanwhile', async () => {
    const [logins, keys] = [hasherOf({ ...loginHashing, threads: 1, waitingMax: 1 }), hasherOf(keyHashing)]
    const hash = await keys.hash('a key')
    const [first, second, third] = ['one', 'two', 'three'].map((text) => logins.hash(text))
    await expect(third).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
    expect(await keys.verify('a key', hash)).toBe(true)
    expect(await Promise.all([first, second])).toHaveLength(2)
  })

  test('that outlives its deadline is refused, and the hasher goes on', async () => {
    const over = new AbortController()
    const hasher = createPasswordHasher({ deadline: () => over.signal }, { ...keyHashing, threads: 1 })
    open.push(hasher)
    const first = hasher.hash('first')
    const refused = expect(hasher.hash('second')).rejects.toMatchObject({ code: 'overloaded' })
    over.abort()
    await refused
    expect(await hasher.verify('first', await first)).toBe(true)
  })
})
