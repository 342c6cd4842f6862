import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { mongos } from '../support/databases.ts'
import { tell } from '../support/figures.ts'
import type { Cluster } from './cluster.ts'
import { openHouse } from './house.ts'
import { takeNotes } from './notes.ts'

const [mongo] = mongos

/** Tells one core after the other to stop, and waits for the one in its place. */
async function restartAll({ replicas, service }: Cluster): Promise<void> {
  for (const replica of replicas) {
    replica.end('term')
    await until(async () => !replica.isReady())
    await until(async () => replica.isReady() && service.ready().length === replicas.length)
  }
}

test('F29: three cores are told to stop one after the other under load, and no confirm fails and nobody sees a 5xx', async ({
  task,
}) => {
  const databases = await mongo.start()
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-rolling-'))
  const answers = new Map<string, number>()
  const count = (answer: string) => void answers.set(answer, (answers.get(answer) ?? 0) + 1)
  const house = await openHouse({
    ...{ dir, storeUrl: databases.create(), cores: 3, seed: 20_261_123, points: [], count },
  })
  onTestFinished(async () => {
    await house.stop()
    await databases.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  let isOver = false
  const turmoil = async (cluster: Cluster) => {
    await restartAll(cluster)
    isOver = true
  }
  const notes = takeNotes('rolling', () => false)
  await house.play({ notes, buyers: 4, isOn: () => !isOver, turmoil })
  expect(notes.violations).toEqual([])
  expect([...answers.keys()].filter((answer) => /^(5|202|no )/.test(answer))).toEqual([])
  expect(house.fates.counts()).toEqual(new Map([['told to stop', 3]]))
  expect(notes.booked.size).toBeGreaterThan(0)
  const failed = [...answers].filter(([answer]) => /^(5|202|no )/.test(answer))
  tell(
    task,
    'SIGTERM under load',
    `3 cores one after the other: ${failed.length} failed confirms of ${notes.booked.size} bookings`,
  )
})
