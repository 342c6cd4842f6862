import { AppId, keyOverlapSecondsMax, liveKeysPerKindMax, RotateKeyRequest } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { everyApp } from '../store/store.ts'
import { isLive } from './live-keys.ts'
import { rotateKey } from './rotate-key.ts'
import { appsWorld } from './testing.ts'
import { verifyKey } from './verify-key.ts'

let world: ReturnType<typeof appsWorld>
beforeEach(() => {
  world = appsWorld(openSqliteStore({ path: ':memory:' }))
})
afterEach(() => world.store.close())

const rotate = (appId: AppId, request: object) =>
  rotateKey(world.ctx, { appId, request: RotateKeyRequest.parse(request) })
const kindOf = async (key: string, appId?: AppId) =>
  (await verifyKey(world.ctx, { key, ...(appId && { appId }) }))?.kind ?? null

describe('rotating a key', () => {
  test('without an overlap ends the ones before it at once, of that kind only', async () => {
    const { app, secretKey, publishableKey } = await world.create()
    const { key, kind, previousUntil } = await rotate(app.id, { kind: 'secret' })
    expect([kind, key.startsWith('hf_sk_')]).toEqual(['secret', true])
    expect(previousUntil).toBe('2026-11-23T12:00:00.000Z')
    expect([await kindOf(secretKey), await kindOf(key), await kindOf(publishableKey)]).toEqual([
      null,
      'secret',
      'publishable',
    ])
  })

  test('with an overlap lets the old key work until then, and not a moment longer', async () => {
    const { app, publishableKey } = await world.create()
    const { key } = await rotate(app.id, { kind: 'publishable', overlapSeconds: 60 })
    world.advance(59_999)
    expect([await kindOf(publishableKey), await kindOf(key)]).toEqual(['publishable', 'publishable'])
    world.advance(1)
    expect([await kindOf(publishableKey), await kindOf(key)]).toEqual([null, 'publishable'])
  })

  test('a second time never makes an old key live longer, and an emergency ends all of them', async () => {
    const { app, secretKey } = await world.create()
    const second = await rotate(app.id, { kind: 'secret', overlapSeconds: 60 })
    await rotate(app.id, { kind: 'secret', overlapSeconds: 3_600 })
    world.advance(60_000)
    expect([await kindOf(secretKey), await kindOf(second.key)]).toEqual([null, 'secret'])
    const last = await rotate(app.id, { kind: 'secret' })
    expect([await kindOf(second.key), await kindOf(last.key)]).toEqual([null, 'secret'])
  })

  test('leaves a few live keys at most, however often it is done', async () => {
    const { app } = await world.create()
    const made = []
    for (let i = 0; i < 5; i++) {
      world.advance(1)
      made.push((await rotate(app.id, { kind: 'secret', overlapSeconds: 3_600 })).key)
    }
    const keys = await world.store.find(everyApp, 'keys', { kind: 'secret' }, { limit: 10 })
    const now = new Date(world.ctx.platform.now())
    expect(keys.filter((key) => isLive(key, now))).toHaveLength(liveKeysPerKindMax)
    expect(await Promise.all(made.map((key) => kindOf(key)))).toEqual([
      null,
      null,
      'secret',
      'secret',
      'secret',
    ])
  })

  test('keeps a hash only, and ended keys are cleared away', async () => {
    const { app } = await world.create()
    const { key } = await rotate(app.id, { kind: 'secret' })
    const kept = await world.store.find(app.id, 'keys', {}, { limit: 10 })
    expect(kept.map(({ hash }) => hash)).toContain(`plain:${key}`)
    world.advance(1)
    await world.store.purgeExpired(new Date(world.ctx.platform.now()))
    expect(await world.store.count(app.id, 'keys', {})).toBe(2)
  })

  test('of an app that is none, or of another app, changes nothing', async () => {
    const [one, other] = [await world.create(), await world.create()]
    await expect(rotate(AppId.parse('app_none'), { kind: 'secret' })).rejects.toMatchObject({
      code: 'not_found',
    })
    await rotate(one.app.id, { kind: 'secret' })
    expect(await kindOf(other.secretKey)).toBe('secret')
  })

  test.each([
    [{ kind: 'secret', overlapSeconds: keyOverlapSecondsMax + 1 }],
    [{ kind: 'secret', overlapSeconds: -1 }],
    [{ kind: 'secret', key: 'k'.repeat(40) }],
    [{ kind: 'admin' }],
    [{ kind: 'legacy', key: 'k'.repeat(31) }],
    [{ kind: 'legacy', key: 'k'.repeat(73) }],
    [{ kind: 'legacy', key: `hf_sk_${'k'.repeat(40)}` }],
    [{ kind: 'legacy', key: 'é'.repeat(32) }],
    [{ kind: 'legacy', key: { $gt: '' } }],
    [{ kind: 'legacy', use: 'browser' }],
    [{ kind: 'secret', use: 'server' }],
    [{}],
  ])('refuses %j', (request) => {
    expect(RotateKeyRequest.safeParse(request).success).toBe(false)
  })
})

describe('a legacy key', () => {
  const chosen = 'the-key-of-a-predecessor-0123456789'

  test('is found by its app, with or without a key of one’s own', async () => {
    const { app } = await world.create()
    expect((await rotate(app.id, { kind: 'legacy', key: chosen })).key).toBe(chosen)
    expect([await kindOf(chosen, app.id), await kindOf(chosen)]).toEqual(['legacy', null])
    const made = await rotate(app.id, { kind: 'legacy' })
    expect(made.key).toMatch(/^[A-Za-z0-9]{44}$/)
    expect([await kindOf(made.key, app.id), await kindOf(chosen, app.id)]).toEqual(['legacy', null])
  })

  test('of one use is not ended by a rotation of the other’s', async () => {
    const { app } = await world.create({ allowedDomains: ['shop.example'] })
    const useOf = async (key: string) => (await verifyKey(world.ctx, { key, appId: app.id }))?.use ?? null
    const first = (await rotate(app.id, { kind: 'legacy' })).key
    const server = (await rotate(app.id, { kind: 'legacy', use: 'server' })).key
    expect([await useOf(first), await useOf(server)]).toEqual(['page', 'server'])
    const page = (await rotate(app.id, { kind: 'legacy' })).key
    expect([await useOf(first), await useOf(page), await useOf(server)]).toEqual([null, 'page', 'server'])
    const next = (await rotate(app.id, { kind: 'legacy', use: 'server' })).key
    expect([await useOf(page), await useOf(server), await useOf(next)]).toEqual(['page', null, 'server'])
  })

  test('of which nothing is said is a page’s in an app with domains, and a server’s in one without', async () => {
    for (const [allowedDomains, use] of [
      [['*'], 'page'],
      [[], 'server'],
    ]) {
      const { app } = await world.create({ allowedDomains })
      const { key } = await rotate(app.id, { kind: 'legacy' })
      expect((await verifyKey(world.ctx, { key, appId: app.id }))?.use).toBe(use)
    }
  })

  test('that is the only one of its app passes its use on, where the rotation says nothing', async () => {
    const { app } = await world.create({ allowedDomains: ['*'] })
    await rotate(app.id, { kind: 'legacy', use: 'server' })
    const { key } = await rotate(app.id, { kind: 'legacy' })
    expect((await verifyKey(world.ctx, { key, appId: app.id }))?.use).toBe('server')
  })

  test('of one app is nothing to another, and the same text may belong to two', async () => {
    const [one, other] = [await world.create(), await world.create()]
    await rotate(one.app.id, { kind: 'legacy', key: chosen })
    expect(await kindOf(chosen, other.app.id)).toBeNull()
    await rotate(other.app.id, { kind: 'legacy', key: chosen })
    const verdicts = await Promise.all(
      [one, other].map(({ app }) => verifyKey(world.ctx, { key: chosen, appId: app.id })),
    )
    expect(verdicts.map((verdict) => verdict?.appId)).toEqual([one.app.id, other.app.id])
  })

  test('costs no hash where an app has none, whatever is presented', async () => {
    const { app, secretKey } = await world.create()
    const before = world.verified.length
    for (const key of [chosen, 'x'.repeat(31), 'x'.repeat(73), 'é'.repeat(40)]) {
      expect(await kindOf(key, app.id)).toBeNull()
    }
    expect(await kindOf(chosen, AppId.parse('app_none'))).toBeNull()
    expect(world.verified.length).toBe(before)
    expect(await kindOf(secretKey, app.id)).toBe('secret')
  })

  test('costs a few hashes at most, however many there were', async () => {
    const { app } = await world.create()
    for (let i = 0; i < 6; i++) {
      world.advance(1)
      await rotate(app.id, { kind: 'legacy', overlapSeconds: 3_600 })
    }
    const before = world.verified.length
    expect(await kindOf(chosen, app.id)).toBeNull()
    expect(world.verified.length - before).toBeLessThanOrEqual(liveKeysPerKindMax)
  })

  test('of a deactivated app is none', async () => {
    const { app } = await world.create()
    await rotate(app.id, { kind: 'legacy', key: chosen })
    await world.store.updateIf(app.id, 'apps', {}, { set: { active: false } })
    expect(await kindOf(chosen, app.id)).toBeNull()
  })

  test('a key of ours is not one when another app is named beside it', async () => {
    const [one, other] = [await world.create(), await world.create()]
    expect(await kindOf(one.secretKey, other.app.id)).toBeNull()
  })
})
