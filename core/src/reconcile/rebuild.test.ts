import { buildBudgetMs, systemPlatform } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { rebuildNow, testCore, yesInventory } from '../testing.ts'
import { rebuildInventory } from './rebuild.ts'

const rebuildWaitMs = 8_000

/** A core with a clock of its own. `other` is another process on the same store. */
async function world() {
  let nowMs = systemPlatform.now()
  const platform = { ...systemPlatform, now: () => nowMs, sleep: async () => {} }
  const { core, appId, eventId } = await testCore({ platform, rebuildWaitMs })
  const built = async () => (await core.store.get(appId, 'events', { eventId }))?.epoch
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { core, other: { ...core, inventory: yesInventory() }, ref: { appId, eventId }, built, pass }
}

/** An inventory into which nothing can be loaded, ever. */
const stuck = () => ({ ...yesInventory(), load: () => new Promise<never>(() => {}) })

test('who asks a core for a build that it is at waits for that one', async () => {
  const { core, ref, built } = await world()
  await Promise.all([1, 2, 3].map(() => rebuildNow(core, ref)))
  expect(await built()).toBe(1)
})

test('whoever found it gone before another core built it leaves it, and the holds of it, alone', async () => {
  const { core, other, ref, built } = await world()
  await rebuildInventory(core, { ...ref, epoch: 0 })
  await rebuildInventory(other, { ...ref, epoch: 0 })
  await rebuildInventory(core, { ...ref, epoch: 0 })
  expect(await built()).toBe(1)
})

test('whoever found it gone before a build of this epoch ended leaves it, and the holds of it, alone', async () => {
  const { core, other, ref, built } = await world()
  await rebuildNow(core, ref)
  const check = async () => ({ word: 'checked', epoch: 1 }) as never
  const there = { ...other, inventory: { ...yesInventory(), check } }
  await rebuildInventory(there, { ...ref, epoch: 1, found: 0 })
  expect(await built()).toBe(1)
  await rebuildInventory(there, { ...ref, epoch: 1, isBroken: true })
  expect(await built()).toBe(2)
})

test('whoever finds it gone while another core builds it leaves it to that one', async () => {
  const { core, other, ref, built, pass } = await world()
  await rebuildNow(other, ref)
  void rebuildNow({ ...core, inventory: stuck() }, ref)
  await expect.poll(built).toBe(2)
  pass(rebuildWaitMs + buildBudgetMs - 1)
  await rebuildNow(other, ref)
  expect(await built()).toBe(2)
})

test('a core whose build never ends keeps no other from building for longer than a build may take', async () => {
  const { core, other, ref, built, pass } = await world()
  void rebuildNow({ ...core, inventory: stuck() }, ref)
  await expect.poll(built).toBe(1)
  pass(buildBudgetMs)
  await rebuildNow(other, ref)
  expect(await built()).toBe(2)
})

test('a build that failed may be begun anew at once', async () => {
  const { core, other, ref, built } = await world()
  const load = () => Promise.reject(new Error('Redis is away'))
  await expect(rebuildNow({ ...core, inventory: { ...yesInventory(), load } }, ref)).rejects.toThrow()
  await rebuildNow(other, ref)
  expect(await built()).toBe(2)
})
