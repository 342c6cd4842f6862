import { type GrantId, principal } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { createIntentNames } from './hold-key.ts'
import { createTestPlatform } from './testing.ts'
import { settings } from './testing-data.ts'

const maker = {
  appId: 'app_1' as never,
  eventId: 'theatre' as never,
  owner: principal.pool('usr_1'),
  client: '192.0.2.1',
}

test('a new hold key differs each time and tells its maker to whoever asks about the right one, and no other', async () => {
  const names = createIntentNames(settings.holdKeySecret, createTestPlatform())
  const [one, two] = [await names.newHoldKey(maker), await names.newHoldKey(maker)]
  expect(one).not.toBe(two)
  const grantId = `hold_${one}.1.7` as GrantId
  expect(await names.isMadeBy(grantId, maker)).toBe(true)
  for (const other of [
    { appId: 'app_2' as never },
    { eventId: 'cinema' as never },
    { owner: principal.pool('usr_2') },
    { client: '192.0.2.2' },
  ]) {
    expect(await names.isMadeBy(grantId, { ...maker, ...other })).toBe(false)
  }
  const foreign = createIntentNames(settings.userTokenSecret, createTestPlatform())
  expect(await foreign.isMadeBy(grantId, maker), 'by another secret').toBe(false)
})
