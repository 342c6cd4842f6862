import { runWorld } from '/work/main/tests/simulation/run.ts'
import { createSometimes } from '/work/main/tests/simulation/sometimes.ts'

const s = createSometimes()
const [from, to] = [Number(process.argv[2]), Number(process.argv[3])]
let bad = 0
for (let seed = from; seed < to; seed += 8) {
  const { violations } = await runWorld(seed, s)
  if (violations.length) {
    bad++
    console.log(seed, JSON.stringify(violations).slice(0, 600))
  }
}
console.log('bad', bad, Object.fromEntries(s.counts))
