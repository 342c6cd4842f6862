import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'vitest'
import { mongos, type StoreKind, sqlite } from '../support/databases.ts'
import { openHouse } from './house.ts'
import { allPoints, storePoints } from './mortal/points.ts'
import { takeNotes } from './notes.ts'
import { seed } from './world.ts'

const [mongo] = mongos
const loadMsMax = 240_000

interface Sale extends StoreKind {
  readonly cores: number
  readonly points: readonly string[]
}

async function campaign({ expect, onTestFinished }: TestContext, sale: Sale) {
  const { store, start, cores, points } = sale
  const databases = await start()
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-campaign-'))
  let isWell = false
  const house = await openHouse({ dir, storeUrl: databases.create(), cores, seed, points })
  onTestFinished(async () => {
    await house.stop()
    await databases.stop()
    if (isWell) rmSync(dir, { recursive: true, force: true })
    else console.log(`The logs of the cores are in ${dir}; again: HOLDFAST_SEED=${seed}`)
  })
  const untilMs = Date.now() + loadMsMax
  const isOn = () => house.fates.missing().length > 0 && Date.now() < untilMs
  const notes = takeNotes('campaign', () => false)
  await house.play({ notes, buyers: 6, isOn })
  console.log(`${store}: seed ${seed}, ${house.kills()} kills, ${notes.booked.size} bookings`)
  expect(notes.violations).toEqual([])
  expect(house.fates.missing(), 'points at which no core died').toEqual([])
  expect(notes.booked.size).toBeGreaterThan(0)
  expect(house.kills()).toBeGreaterThanOrEqual(points.length)
  isWell = true
}

// Most of their time goes by while cores start and leases end.
describe.concurrent('cores that are killed at every named point under load break no promise', () => {
  const patient = { timeout: 420_000 }
  test('I1-I13, F1-F3, F13, F18, F19, F26, F34, F35: three cores on MongoDB', patient, (context) =>
    campaign(context, { ...mongo, cores: 3, points: allPoints }),
  )
  test('I1-I13, F2, F3, F13, F26: one core on SQLite', patient, (context) =>
    campaign(context, { ...sqlite, cores: 1, points: storePoints }),
  )
})
