/**
 * `npm run soak -- --minutes 10 [--store mongo|sqlite|both] [--seed 1]`: everything at once. Three cores on the MongoDB for
 * tests, then one on SQLite; buyers; a network that loses things on every hop; kill -9 at named points and at random,
 * SIGTERM, FLUSHALL and restarts of Redis. In rounds: each ends with quiet, in which all invariants are checked.
 *
 * Ends with 1 if one is broken, and keeps the logs then. Ctrl-C ends the round and tells what was so far.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { mongos, type StoreKind, sqlite } from '../support/databases.ts'
import { newRecord, type SoakRecord } from './record.ts'
import { report } from './report.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    store: { type: 'string', default: 'both' },
    seed: { type: 'string', default: String(Math.floor(performance.timeOrigin) % 1_000_000) },
  },
})
const asked = z
  .object({
    minutes: z.coerce.number().min(1),
    store: z.enum(['mongo', 'sqlite', 'both']),
    seed: z.coerce.number().int(),
  })
  .parse(values)

const [mongo] = mongos
const kinds: readonly StoreKind[] = { mongo: [mongo], sqlite: [sqlite], both: [mongo, sqlite] }[asked.store]

let isInterrupted = false
process.on('SIGINT', () => {
  if (isInterrupted) process.exit(1)
  isInterrupted = true
  console.log('\nThe round is ended and judged; Ctrl-C again gives up.')
})

const dir = mkdtempSync(join(tmpdir(), 'holdfast-soak-'))
const again = `npm run soak -- --minutes ${asked.minutes} --store ${asked.store} --seed ${asked.seed}`
console.log(`${again}\nLogs, until it has ended well: ${dir}`)

const records: SoakRecord[] = []
for (const kind of kinds) {
  if (isInterrupted) break
  const record = newRecord(kind.store)
  records.push(record)
  const untilMs = Date.now() + (asked.minutes * 60_000) / kinds.length
  const isOn = () => !isInterrupted && Date.now() < untilMs
  await soak({ kind, dir: join(dir, String(records.length)), seed: asked.seed, record, isOn })
}

for (const record of records) console.log(report(record))
const broken = records.flatMap(({ violations }) => violations)
const killed = records.reduce((all, { kills }) => all + kills, 0)
console.log(`\nNumbers to reach that this looks at: 0 double sales and 0 orphan captures under every fault; FLUSHALL in the
middle of a sale; kill -9 at every named point and at random. Seed ${asked.seed}; again: ${again}`)
if (broken.length === 0) {
  console.log(`\n${killed} kills, and all invariants hold.`)
  rmSync(dir, { recursive: true, force: true })
} else {
  console.log(`\n${broken.length} promises broken. The logs of all cores, one for each life, are in ${dir}`)
}
process.exit(broken.length === 0 ? 0 : 1)
