import { describe, expect, test } from 'vitest'
import { tell } from '../support/figures.ts'
import { runWorld } from './run.ts'
import { createSometimes, situations } from './sometimes.ts'

/** The worlds of `npm test`: so many in each part, and a part for each file, so that two run at once. */
const worldsPerPart = 1_000
const worldsPerTest = 100

/** Tests one part of the worlds. A failing one is named with the command that shows all of it. */
export function worldsSuite(part: number): void {
  const sometimes = createSometimes()
  const first = (part - 1) * worldsPerPart + 1

  describe(`the worlds of part ${part}`, () => {
    let [worlds, broken, tookMs] = [0, 0, 0]
    for (let from = first; from < first + worldsPerPart; from += worldsPerTest) {
      const to = from + worldsPerTest - 1
      test(`every promise is kept in the worlds ${from} to ${to}`, async () => {
        const complaints: string[] = []
        const beganMs = performance.now()
        for (let seed = from; seed <= to; seed++) {
          const { violations } = await runWorld(seed, sometimes)
          worlds += 1
          broken += Math.sign(violations.length)
          for (const { invariant, what } of violations) {
            complaints.push(`npm run simulate -- --seed ${seed}   ${invariant}: ${what}`)
          }
        }
        tookMs += performance.now() - beganMs
        expect(complaints).toEqual([])
      })
    }

    test('every failure that a world can meet was met', ({ task }) => {
      const seconds = Math.round(tookMs / 1_000)
      tell(task, 'simulated worlds', `part ${part}: ${worlds} in ${seconds} s, ${broken} broken`)
      const missed = Object.entries(situations).filter(([mode]) => !sometimes.counts.get(mode))
      expect(missed).toEqual([])
    })
  })
}
