import { crc32 } from 'node:zlib'
import { AppInput, AppVerdict, CreatedApp, systemPlatform } from '@holdfast/contract'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { simulatedProvider } from '../payments/simulated.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { everyApp, type Store, StoreError } from '../store/store.ts'
import { createPasswordHasher, keyHashing } from '../users/passwords.ts'
import { patientPlatform } from '../users/testing.ts'
import { createApp } from './create-app.ts'
import { makeKey, parseKey } from './keys.ts'
import { verifyKey } from './verify-key.ts'

const keyHasher = createPasswordHasher(patientPlatform, keyHashing)
afterAll(() => keyHasher.close())

let store: Store
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

const ctx = () => ({ store, platform: systemPlatform, keyHasher, findProvider: () => null })
const input = AppInput.parse({ name: 'Theatre', allowedOrigins: ['https://shop.example'] })
const create = (more: Partial<AppInput> = {}) => createApp(ctx(), { ...input, ...more })
const verify = (key: string) => verifyKey(ctx(), { key })
const keyDocs = () => store.find(everyApp, 'keys', {}, { limit: 10 })

/** A key made up by somebody who knows how: the checksum is right. */
const forge = (body: string) => body + crc32(body).toString(16).padStart(8, '0')

describe('creating an app', () => {
  test('stores it with a key of each kind, of which only hashes are kept', async () => {
    const created = await create()
    expect(CreatedApp.parse(created)).toEqual(created)
    expect(created.app).toMatchObject({ name: 'Theatre', active: true, paymentProvider: 'none' })
    expect(await store.get(created.app.id, 'apps', {})).toMatchObject({ name: 'Theatre', active: true })
    const keys = await keyDocs()
    expect(keys.map((key) => [key.appId, key.kind]).sort()).toEqual([
      [created.app.id, 'publishable'],
      [created.app.id, 'secret'],
    ])
    const kept = JSON.stringify(keys)
    for (const text of [created.publishableKey, created.secretKey]) {
      expect(kept).toContain(parseKey(text)?.keyId)
      expect(kept).not.toContain(text.slice(28))
    }
    for (const { hash, digest } of keys) {
      expect(hash).toMatch(/^\$2b\$10\$/)
      expect(digest).toMatch(/^[\w-]{43}$/)
    }
  })

  test('leaves nothing behind when its keys cannot be stored', async () => {
    const half: Pick<Store, 'transaction'> = {
      transaction: (budgetMs, work) =>
        store.transaction(budgetMs, (tx) =>
          work({
            ...tx,
            insert: (appId, name, docs) =>
              name === 'keys'
                ? Promise.reject(new StoreError('unavailable', 'no disk'))
                : tx.insert(appId, name, docs),
          }),
        ),
    }
    await expect(createApp({ ...ctx(), store: half }, input)).rejects.toThrow(StoreError)
    expect(await store.count(everyApp, 'apps', {})).toBe(0)
  })

  test('with simulated payments is refused unless core allows them', async () => {
    await expect(create({ paymentProvider: 'simulated' })).rejects.toMatchObject({
      code: 'invalid_request',
      extras: { errors: [{ path: 'paymentProvider' }] },
    })
    expect(await store.count(everyApp, 'apps', {})).toBe(0)
    const allowed = await createApp(
      { ...ctx(), findProvider: () => simulatedProvider(systemPlatform) },
      { ...input, paymentProvider: 'simulated' },
    )
    expect(allowed.app.paymentProvider).toBe('simulated')
  })
})

describe('verifying a key', () => {
  test('says what each key of an app is good for', async () => {
    const { app, publishableKey, secretKey } = await create()
    const verdict = AppVerdict.strict().parse(await verify(publishableKey))
    expect(verdict).toEqual({
      appId: app.id,
      kind: 'publishable',
      keyId: parseKey(publishableKey)?.keyId,
      allowedOrigins: ['https://shop.example'],
      allowedDomains: [],
      allowNoOrigin: false,
      browserVouching: false,
      botMode: 'observe',
      addressBudget: 'enforce',
      clientNetworks: [],
      rateLimits: input.rateLimits,
      paymentProvider: app.paymentProvider,
    })
    const { keyId } = parseKey(secretKey) ?? {}
    expect(await verify(secretKey)).toEqual({ ...verdict, kind: 'secret', keyId })
  })

  test('never takes a key of one app for another', async () => {
    const [a, b] = [await create(), await create()]
    expect((await verify(a.secretKey))?.appId).toBe(a.app.id)
    expect((await verify(b.secretKey))?.appId).toBe(b.app.id)
    const mixed = forge(b.secretKey.slice(0, 28) + a.secretKey.slice(28, 50))
    expect(parseKey(mixed)?.keyId).toBe(parseKey(b.secretKey)?.keyId)
    expect(await verify(mixed)).toBeNull()
  })

  test('refuses the right id with a wrong secret, and the other kind with the right one', async () => {
    const { app, secretKey, publishableKey } = await create()
    const guess = makeKey('secret', systemPlatform).text.slice(28, 50)
    expect(await verify(forge(secretKey.slice(0, 28) + guess))).toBeNull()
    const raised = forge(publishableKey.slice(0, 50).replace('hf_pk_', 'hf_sk_'))
    expect(parseKey(raised)?.kind).toBe('secret')
    expect(await verify(raised)).toBeNull()
    // Even if the store took the key for a secret one, the hash knows the prefix.
    const keyId = parseKey(publishableKey)?.keyId ?? ''
    await store.updateIf(app.id, 'keys', { keyId }, { set: { kind: 'secret' } })
    expect(await verify(raised)).toBeNull()
  })

  test('refuses every key of a deactivated app, and takes them again later', async () => {
    const { app, secretKey, publishableKey } = await create()
    await store.updateIf(app.id, 'apps', {}, { set: { active: false } })
    expect([await verify(secretKey), await verify(publishableKey)]).toEqual([null, null])
    await store.updateIf(app.id, 'apps', {}, { set: { active: true } })
    expect((await verify(secretKey))?.appId).toBe(app.id)
  })

  test('refuses a key that was withdrawn, or whose app is gone', async () => {
    const { app, secretKey, publishableKey } = await create()
    await store.delete(app.id, 'keys', { keyId: parseKey(secretKey)?.keyId ?? '' })
    expect(await verify(secretKey)).toBeNull()
    await store.delete(app.id, 'apps', {})
    expect(await verify(publishableKey)).toBeNull()
  })

  test('asks neither store nor bcrypt of what cannot be a key', async () => {
    const untouched = () => Promise.reject(new Error('was asked'))
    const deaf = {
      ...ctx(),
      store: { find: untouched, get: untouched, updateIf: untouched },
      keyHasher: { verify: untouched },
    }
    const mistyped = makeKey('secret', systemPlatform).text.replace(/.$/, (last) =>
      last === '0' ? '1' : '0',
    )
    for (const text of [mistyped, '', "' OR '1'='1", '{"$gt":""}', 'hf_sk_%', 'x'.repeat(200), '\0']) {
      expect(await verifyKey(deaf, { key: text })).toBeNull()
    }
  })

  test('spends no bcrypt on a key whose digest is known, right or wrong', async () => {
    const { app, secretKey } = await create()
    const verify = () => Promise.reject(new Error('was asked'))
    const busy = { ...ctx(), keyHasher: { verify } }
    const guess = makeKey('secret', systemPlatform).text.slice(28, 50)
    expect(await verifyKey(busy, { key: forge(secretKey.slice(0, 28) + guess) })).toBeNull()
    expect((await verifyKey(busy, { key: secretKey }))?.appId).toBe(app.id)
  })

  test('learns the digest of a key from a version before, which has only bcrypt’s hash, at its first good use', async () => {
    const { app, secretKey } = await create()
    const keyId = parseKey(secretKey)?.keyId ?? ''
    const kept = async () => (await store.get(app.id, 'keys', { keyId }))?.digest
    const digest = await kept()
    await store.updateIf(app.id, 'keys', { keyId }, { set: { digest: null } })
    const guess = forge(secretKey.slice(0, 28) + makeKey('secret', systemPlatform).text.slice(28, 50))
    expect([await verify(guess), await kept()]).toEqual([null, null])
    expect((await verify(secretKey))?.kind).toBe('secret')
    expect(await kept()).toBe(digest)
  })

  test('takes a good key although its digest cannot be stored', async () => {
    const { app, secretKey } = await create()
    await store.updateIf(app.id, 'keys', { kind: 'secret' }, { set: { digest: null } })
    const updateIf = () => Promise.reject(new StoreError('unavailable', 'no disk'))
    const { find, get } = store
    const full = { ...ctx(), store: { find, get, updateIf } }
    expect((await verifyKey(full, { key: secretKey }))?.appId).toBe(app.id)
  })

  test('spends no bcrypt on an id that nobody has', async () => {
    const verify = () => Promise.reject(new Error('was asked'))
    const unknown = makeKey('secret', systemPlatform).text
    expect(await verifyKey({ ...ctx(), keyHasher: { verify } }, { key: unknown })).toBeNull()
  })
})
