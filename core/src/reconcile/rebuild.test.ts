import { expect, test } from 'vitest'
import { testCore, yesInventory } from '../testing.ts'
import { rebuildInventory } from './rebuild.ts'

test('a core whose build never ends keeps no other from building', async () => {
  const { core, appId, eventId } = await testCore()
  const stuck = { ...core, inventory: { ...yesInventory(), load: () => new Promise<never>(() => {}) } }
  void rebuildInventory(stuck, { appId, eventId })
  await rebuildInventory({ ...core, inventory: yesInventory() }, { appId, eventId })
  // One that wins no race for the epoch has nothing to do: the next one does.
  await rebuildInventory({ ...core, inventory: yesInventory() }, { appId, eventId })
  expect(await core.store.get(appId, 'events', { eventId })).toMatchObject({ epoch: 2 })
})

test('who asks a core for a build that it is at waits for that one', async () => {
  const { core, appId, eventId } = await testCore()
  await Promise.all([1, 2, 3].map(() => rebuildInventory(core, { appId, eventId })))
  expect(await core.store.get(appId, 'events', { eventId })).toMatchObject({ epoch: 1 })
})
