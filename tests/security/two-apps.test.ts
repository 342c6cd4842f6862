import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandsOf, openShops, openSpiedWorld, playedBy, type SpiedWorld } from './two-apps.ts'

const runs = 15

let spied: SpiedWorld
beforeAll(async () => {
  spied = await openSpiedWorld()
})
afterAll(() => spied.world.close())

test('I12: two apps side by side touch nothing of each other, and each sees what it would see alone', async () => {
  const { world, spy } = spied
  const property = fc.asyncProperty(commandsOf, commandsOf, async (ofOne, ofOther) => {
    const [one, other] = await openShops(spied)
    const edge = world.openEdge()
    const together = await Promise.all([
      playedBy(world, one, ofOne, edge),
      playedBy(world, other, ofOther, edge),
    ])
    const strays = spy.strays.splice(0)
    expect(strays).toEqual([])
    const [first] = await openShops(spied)
    const [, second] = await openShops(spied)
    expect(together).toEqual([
      await playedBy(world, first, ofOne, world.openEdge()),
      await playedBy(world, second, ofOther, world.openEdge()),
    ])
  })
  await fc.assert(property, { numRuns: runs })
  expect(spy.seen()).toBeGreaterThan(0)
})
