import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFailed, onTestFinished, test } from 'vitest'
import { mongos, type StoreKind, sqlite } from '../support/databases.ts'
import { openHouse } from './house.ts'
import { allPoints, storePoints } from './mortal/points.ts'

const [mongo] = mongos
const seed = Number(process.env.HOLDFAST_SEED ?? 20_261_123)
const loadMsMax = 120_000

async function campaign({ start, store }: StoreKind, cores: number, points: readonly string[]) {
  const databases = await start()
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-campaign-'))
  let hasFailed = false
  onTestFailed(() => {
    hasFailed = true
    console.log(`The logs of the cores are in ${dir}; the seed was ${seed}: HOLDFAST_SEED=${seed}`)
  })
  const house = await openHouse({ dir, storeUrl: databases.create(), cores, seed, points })
  onTestFinished(async () => {
    await house.stop()
    await databases.stop()
    if (!hasFailed) rmSync(dir, { recursive: true, force: true })
  })
  const untilMs = Date.now() + loadMsMax
  const isOn = () => house.fates.missing().length > 0 && Date.now() < untilMs
  const notes = await house.play({ eventId: 'campaign', buyers: 6, isOn })
  console.log(
    `${store}, seed ${seed}: ${house.kills()} kills, ${notes.booked.size} bookings told, deaths`,
    Object.fromEntries(house.fates.counts()),
  )
  expect(notes.violations).toEqual([])
  expect(house.fates.missing(), 'points at which no core died').toEqual([])
  expect(notes.booked.size).toBeGreaterThan(0)
  expect(house.kills()).toBeGreaterThanOrEqual(points.length)
}

const patient = { timeout: 300_000 }

test(
  'I1-I13, F1-F3, F18, F19, F26: three cores on MongoDB, killed at every point under load, break no promise',
  patient,
  () => campaign(mongo, 3, allPoints),
)

test(
  'I1-I13, F2, F3, F26: a core on SQLite, killed at every point of its store under load, breaks no promise',
  patient,
  () => campaign(sqlite, 1, storePoints),
)
