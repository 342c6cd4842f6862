import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PoolSignUpRequest, Problem, systemPlatform } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { assertPasswordAllowed, openRefusedPasswords, type RefusedPasswords } from './refused-passwords.ts'
import { signUp } from './sign-up.ts'
import { atPool, patientPlatform, plainPasswords, testTokens } from './testing.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-passwords-'))
})
afterAll(() => rm(folder, { recursive: true }))

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase()
const bad = Array.from({ length: 1_000 }, (_, n) => `password-${n}`)
const sorted = bad.map(sha1).sort()

let files = 0
async function openList(text: string): Promise<RefusedPasswords> {
  const path = join(folder, `list-${files++}`)
  await writeFile(path, text)
  return openRefusedPasswords(path, patientPlatform)
}

describe('a list of passwords', () => {
  const ending = (n: number) => `:${n ** 3 + 1}`
  test.each<[string, string]>([
    ['with counts, as it is downloaded', sorted.map((line, n) => `${line}${ending(n)}\r\n`).join('')],
    ['without them', sorted.map((line) => `${line}\n`).join('')],
    ['in small letters, its last line without an end', sorted.join('\n').toLowerCase()],
  ])('%s has each of its own, and no other', async (_, text) => {
    const list = await openList(text)
    for (const password of bad.filter((_, n) => n % 5 === 0))
      expect(await list.has(password), password).toBe(true)
    for (const end of [sorted[0], sorted.at(-1)])
      expect(await list.has(bad.find((one) => sha1(one) === end) ?? '')).toBe(true)
    for (let n = 0; n < 200; n++) expect(await list.has(`another-${n}`)).toBe(false)
    await list.close()
  })

  test.each([1, 2, 3])('of %s lines has them', async (count) => {
    const list = await openList(bad.slice(0, count).map(sha1).sort().join('\n'))
    const found = await Promise.all(bad.slice(0, 5).map((password) => list.has(password)))
    expect(found.filter(Boolean)).toHaveLength(count)
    await list.close()
  })

  test.each<[string, string, string]>([
    ['ordered by how often each was seen', bad.map(sha1).join('\n'), 'is not sorted'],
    ['of passwords themselves', bad.join('\n'), 'no hash'],
    ['of other hashes', sorted.map((line) => line.slice(8)).join('\n'), 'no hash'],
    ['with an empty line at its end', `${sorted.join('\n')}\n\n`, 'no hash'],
    ['that is empty', '', 'is empty'],
  ])('%s is refused at once, with what it must be', async (_, text, what) => {
    await expect(openList(text)).rejects.toThrow(what)
    await expect(openList(text)).rejects.toThrow(/^REFUSED_PASSWORDS_FILE .*SHA-1.*ordered by hash/)
  })

  test('that is missing is refused, with why it cannot be opened', async () => {
    const missing = openRefusedPasswords(join(folder, 'nowhere'), patientPlatform)
    await expect(missing).rejects.toThrow('cannot be opened (ENOENT)')
    await expect(openRefusedPasswords(folder, patientPlatform)).rejects.toThrow()
  })

  test('that cannot be read in time lets nobody choose', async () => {
    const path = join(folder, 'slow')
    await writeFile(path, sorted.join('\n'))
    const timer = new AbortController()
    const list = await openRefusedPasswords(path, { deadline: () => timer.signal })
    const asked = list.has('password-1')
    timer.abort()
    await expect(asked).rejects.toMatchObject({ code: 'dependency_unavailable', retryAfterSeconds: 1 })
    await list.close()
  })
})

describe('a password that is chosen', () => {
  const refusedPasswords = { has: async (password: string) => password === 'correct horse' }

  test('is refused with why, if a list has it, and is good without a list', async () => {
    const refusal = await assertPasswordAllowed({ refusedPasswords }, 'correct horse').catch((error) => error)
    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ code: 'invalid_request', extras: { errors: [{ path: 'password' }] } })
    expect(refusal.extras.errors[0].message).toContain('became known elsewhere')
    await assertPasswordAllowed({ refusedPasswords }, 'correct horse battery')
    await assertPasswordAllowed({}, 'correct horse')
  })

  test('at sign-up makes no account if a list has it', async () => {
    const store = openSqliteStore({ path: ':memory:' })
    const ctx = {
      ...{ store, platform: systemPlatform, tokens: testTokens(), passwords: plainPasswords().hasher },
      ...{ inventory: yesInventory(), log: () => {} },
    }
    const request = PoolSignUpRequest.parse({
      email: 'ada@example.org',
      password: 'correct horse',
      name: 'Ada',
    })
    await expect(signUp({ ...ctx, refusedPasswords }, request, atPool)).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await store.count(poolScope, 'users', {})).toBe(0)
    await signUp({ ...ctx, refusedPasswords }, { ...request, password: 'correct horse battery' }, atPool)
    await store.close()
  })
})
