/**
 * `npm run simulate -- --seed 123` shows all of one world; `npm run simulate -- --seeds 2000 [--from 1]` runs many, names
 * those that broke a promise, and says what they met. `--hashes` names the hash of each trace; `--bug 'no pin'` plants one of
 * bugs.ts before, and `--stop` ends at the first broken world, with all that it broke.
 */
import { parseArgs } from 'node:util'
import { plant } from './plant.ts'
import { createSometimes, situations } from './sometimes.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
    stop: { type: 'boolean', default: false },
    hashes: { type: 'boolean', default: false },
  },
})

if (values.bug !== undefined) plant(values.bug)
const { runWorld } = await import('./run.ts')

async function showOne(seed: number): Promise<boolean> {
  const { violations, traceHash } = await runWorld(seed, createSometimes(), (line) => console.log(line))
  console.log(`\ntrace ${traceHash}`)
  for (const { invariant, what } of violations) console.log(`${invariant} is broken: ${what}`)
  return violations.length === 0
}

async function runMany(from: number, count: number): Promise<boolean> {
  const sometimes = createSometimes()
  const before = process.cpuUsage()
  const bug = values.bug === undefined ? '' : ` --bug '${values.bug}'`
  let broken = 0
  for (let seed = from; seed < from + count; seed++) {
    const { violations, traceHash } = await runWorld(seed, sometimes)
    if (values.hashes) console.log(`${seed} ${traceHash}`)
    if (violations.length > 0) broken += 1
    for (const { invariant, what } of values.stop ? violations : violations.slice(0, 3)) {
      console.log(`npm run simulate -- --seed ${seed}${bug}   ${invariant}: ${what}`)
    }
    if (broken > 0 && values.stop) return false
  }
  if (values.hashes) return broken === 0
  const { user, system } = process.cpuUsage(before)
  for (const [what, count] of [...sometimes.counts].sort()) {
    console.log(`${String(count).padStart(8)} ${what}  ${situations[what] ?? ''}`)
  }
  const missed = Object.keys(situations).filter((mode) => !sometimes.counts.get(mode))
  console.log(
    `${count} worlds, ${broken} broken, ${((user + system) / 1000 / count).toFixed(0)} ms of CPU each`,
  )
  if (missed.length > 0) console.log(`never met: ${missed.join(' ')}`)
  return broken === 0 && missed.length === 0
}

const isWell =
  values.seed === undefined
    ? await runMany(Number(values.from), Number(values.seeds))
    : await showOne(Number(values.seed))
process.exit(isWell ? 0 : 1)
