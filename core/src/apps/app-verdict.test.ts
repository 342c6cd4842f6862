import { AppId } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testCore } from '../testing.ts'
import { appVerdict } from './app-verdict.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

test('an app that is named has a page’s rights, while it is active', async () => {
  const { core, appId } = world
  expect(await appVerdict(core, appId)).toMatchObject({ appId, kind: 'publishable', botMode: 'off' })
  await core.store.updateIf(appId, 'apps', {}, { set: { active: false } })
  expect(await appVerdict(core, appId)).toBeNull()
})

test('origins that an older core kept as they were typed are told as browsers write them', async () => {
  const { core, appId } = world
  const stored = { allowedOrigins: ['https://Shop.example:443'], allowedDomains: ['Shop.example', '*'] }
  await core.store.updateIf(appId, 'apps', {}, { set: stored })
  expect(await appVerdict(core, appId)).toMatchObject({
    allowedOrigins: ['https://shop.example'],
    allowedDomains: ['shop.example', '*'],
  })
})

test('an app that is not there is no app', async () => {
  expect(await appVerdict(world.core, AppId.parse('app_none'))).toBeNull()
})
