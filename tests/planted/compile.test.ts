import { beforeAll, expect, test } from 'vitest'
import { simulatedBugs } from '../simulation/bugs.ts'
import type { Plant } from '../support/plants.ts'
import { bugs } from './bugs.ts'
import { compile } from './compile.ts'

const plants: readonly Plant[] = [...bugs, ...simulatedBugs]

const named = (name: string): Plant => {
  const plant = plants.find((one) => one.name === name)
  if (plant === undefined) throw new Error(`no such bug: ${name}`)
  return plant
}
const renamed = named('a refund has another name each time that it is asked for')
const unchecked = named('release without owner check')
const repeated = named('non-idempotent hold')

/** Plants as they rot, and what must be said of them. */
const rotten: readonly (readonly [how: string, plant: Plant, complaint: RegExp])[] = [
  [
    'calls what was renamed',
    { ...renamed, plant: 'reference: remaining(ctx, refund),' },
    /settle-refund\.ts.* Cannot find name 'remaining'/,
  ],
  [
    'is planted where nothing stands any more',
    { ...renamed, find: 'reference: refund.id,' },
    /settle-refund\.ts has not exactly one/,
  ],
  [
    'names in Lua what was renamed',
    { ...unchecked, plant: unchecked.plant.replace('parseHold', 'readHold') },
    /the script has no readHold/,
  ],
  ['is no Lua', { ...repeated, plant: 'if false do\\n' }, /'then' expected/],
]

let complaints: Awaited<ReturnType<typeof compile>>
beforeAll(async () => {
  complaints = await compile([...plants, ...rotten.map(([, plant]) => plant)])
})

test.for(plants)('a planted bug compiles: $name', (plant) => {
  expect(complaints.get(plant)?.join('\n')).toBe('')
})

test.for(rotten)('a planted bug that %s does not compile', ([, plant, complaint]) => {
  expect(complaints.get(plant)?.join('\n')).toMatch(complaint)
})
