import { AppId, AppPatch, type KeyUse, RotateKeyRequest } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { sayKeyUse } from './key-use.ts'
import { rotateKey } from './rotate-key.ts'
import { appsWorld } from './testing.ts'
import { updateApp } from './update-app.ts'
import { verifyKey } from './verify-key.ts'

let world: ReturnType<typeof appsWorld>
beforeEach(() => {
  world = appsWorld(openSqliteStore({ path: ':memory:' }))
})
afterEach(() => world.store.close())

const rotate = (appId: AppId, request: object) =>
  rotateKey(world.ctx, { appId, request: RotateKeyRequest.parse({ kind: 'legacy', ...request }) })
const useOf = async (key: string, appId: AppId) => (await verifyKey(world.ctx, { key, appId }))?.use
const say = (appId: AppId, use: KeyUse) =>
  sayKeyUse(world.ctx, { appId, use, now: new Date(world.ctx.platform.now()) })

describe('saying who has the predecessor’s key of an app', () => {
  test('gives its key the rights of that, in place of what follows from the domains', async () => {
    const { app } = await world.create({ allowedDomains: ['shop.example'] })
    const { key } = await rotate(app.id, {})
    expect(await say(app.id, 'server')).toEqual({ word: 'said', before: 'page', name: 'Shop' })
    expect(await useOf(key, app.id)).toBe('server')
    expect(await say(app.id, 'page')).toMatchObject({ word: 'said', before: 'server' })
    expect(await useOf(key, app.id)).toBe('page')
  })

  test('changes no key of an app that has one of each use', async () => {
    const { app } = await world.create({ allowedDomains: ['shop.example'] })
    const page = (await rotate(app.id, {})).key
    const server = (await rotate(app.id, { use: 'server' })).key
    for (const use of ['page', 'server'] as const) expect(await say(app.id, use)).toEqual({ word: 'both' })
    expect([await useOf(page, app.id), await useOf(server, app.id)]).toEqual(['page', 'server'])
  })

  test('says of an app without such a key, and of none, that it is that', async () => {
    const { app } = await world.create()
    expect(await say(app.id, 'server')).toEqual({ word: 'no key' })
    expect(await say(AppId.parse('app_none'), 'server')).toEqual({ word: 'no app' })
  })
})

test('the key of an app that loses its domains was on pages, and does not become a server’s', async () => {
  const { app } = await world.create({ allowedDomains: ['shop.example'] })
  const { key } = await rotate(app.id, {})
  const change = (patch: object) => updateApp(world.ctx, { appId: app.id, patch: AppPatch.parse(patch) })
  await change({ allowedDomains: [] })
  expect(await useOf(key, app.id)).toBe('page')
})

test('the key of an app that gets its first domains is a page’s from then on, if nobody has said otherwise', async () => {
  const { app } = await world.create()
  const { key } = await rotate(app.id, {})
  expect(await useOf(key, app.id)).toBe('server')
  const patch = AppPatch.parse({ allowedDomains: ['shop.example'] })
  await updateApp(world.ctx, { appId: app.id, patch })
  expect(await useOf(key, app.id)).toBe('page')
  await say(app.id, 'server')
  await updateApp(world.ctx, { appId: app.id, patch })
  expect(await useOf(key, app.id)).toBe('server')
})
