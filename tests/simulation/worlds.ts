import { describe, expect, test } from 'vitest'
import { runWorld } from './run.ts'
import { createSometimes, failureModes } from './sometimes.ts'

/** The worlds of `npm test`: so many in each part, and a part for each file, so that two run at once. */
const worldsPerPart = 1_000
const worldsPerTest = 100

/** Tests one part of the worlds. A failing one is named with the command that shows all of it. */
export function worldsSuite(part: number): void {
  const sometimes = createSometimes()
  const first = (part - 1) * worldsPerPart + 1

  describe(`the worlds of part ${part}`, () => {
    for (let from = first; from < first + worldsPerPart; from += worldsPerTest) {
      const to = from + worldsPerTest - 1
      test(`every promise is kept in the worlds ${from} to ${to}`, { timeout: 120_000 }, async () => {
        const broken: string[] = []
        for (let seed = from; seed <= to; seed++) {
          const { violations } = await runWorld(seed, sometimes)
          for (const { invariant, what } of violations) {
            broken.push(`npm run simulate -- --seed ${seed}   ${invariant}: ${what}`)
          }
        }
        expect(broken).toEqual([])
      })
    }

    test('every failure that a world can meet was met', () => {
      const missed = Object.entries(failureModes).filter(([mode]) => !sometimes.counts.get(mode))
      expect(missed).toEqual([])
    })
  })
}
