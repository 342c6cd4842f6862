import { AppId, AppInput, RotateKeyRequest, systemPlatform } from '@holdfast/contract'
import { createApp } from '@holdfast/core/src/apps/create-app.ts'
import { rotateKey } from '@holdfast/core/src/apps/rotate-key.ts'
import { verifyKey } from '@holdfast/core/src/apps/verify-key.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import { plainPasswords } from '@holdfast/core/src/users/testing.ts'
import { expect, test } from 'vitest'
import { runHoldfast } from '../../support/holdfast.ts'
import { temporaryPaths } from './folder.ts'

const paths = temporaryPaths()

test('holdfast apps use says who has the predecessor’s key of an app, and what cannot be said is told', async () => {
  const url = `sqlite:${paths()}`
  const store = await openStore(url)
  const ctx = {
    store,
    platform: systemPlatform,
    keyHasher: plainPasswords().hasher,
    findProvider: () => null,
  }
  const input = AppInput.parse({ name: 'Coaches', allowedDomains: ['coach.example'] })
  const { app } = await createApp(ctx, input)
  const say = (...args: string[]) => runHoldfast(['apps', 'use', ...args], { STORE_URL: url })
  const rotate = (request: object) =>
    rotateKey(ctx, { appId: app.id, request: RotateKeyRequest.parse({ kind: 'legacy', ...request }) })

  expect(await say(app.id, 'server')).toMatchObject({
    code: 1,
    complained: expect.stringContaining('has no key of a predecessor'),
  })
  const { key } = await rotate({})
  const useNow = async () => (await verifyKey(ctx, { key, appId: AppId.parse(app.id) }))?.use
  expect(await useNow()).toBe('page')
  const said = await say(app.id, 'server')
  expect(said).toMatchObject({ code: 0, complained: '' })
  expect(said.told).toMatch(/"Coaches"\) is a server's key; .*\nif a page has ever had it.*rotate it/)
  expect(await useNow()).toBe('server')
  expect((await say(app.id, 'page')).told).not.toContain('rotate')
  expect(await useNow()).toBe('page')

  const entries = await store.find(AppId.parse(app.id), 'auditLog', {}, { orderBy: 'cursor', limit: 10 })
  const entry = { operation: 'apps use', actorKind: 'cli', actor: 'cli', object: app.id, address: null }
  expect(entries).toMatchObject([entry, entry])

  await rotate({ use: 'server' })
  expect(await say(app.id, 'server')).toMatchObject({
    code: 1,
    complained: expect.stringContaining('rotate-key'),
  })
  expect(await say('app_none', 'page')).toMatchObject({
    code: 1,
    complained: expect.stringContaining('there is no app app_none'),
  })
  for (const args of [[app.id, 'browser'], [app.id], ['a b', 'page'], []])
    expect((await say(...args)).code, args.join()).toBe(2)
  // What was refused changed nothing.
  expect(await store.count(AppId.parse(app.id), 'auditLog', {})).toBe(2)
  await store.close()
})
