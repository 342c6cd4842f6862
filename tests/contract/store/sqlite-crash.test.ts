import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from './children/child.ts'
import { newApp, seats } from './fixtures.ts'
import { temporaryPaths } from './folder.ts'

const newPath = temporaryPaths()

/** A file with two seats, and a way to see how often each was written, which opens and closes the file. */
async function twoSeats() {
  const path = newPath()
  const appId = newApp()
  const store = openSqliteStore({ path })
  await store.insert(appId, 'seats', seats(appId, 2))
  await store.close()
  const revs = async () => {
    const reopened = openSqliteStore({ path })
    const found = await reopened.find(appId, 'seats', {}, { limit: 9 })
    await reopened.close()
    return found.map((doc) => doc.rev)
  }
  const start = (...args: string[]) => {
    const child = startChild('writer.ts', path, appId, ...args)
    onTestFinished(async () => void (await child.kill()))
    return child
  }
  return { revs, start }
}

test('after kill -9 in an open transaction all that was committed is there, and nothing of the open one', async () => {
  const { revs, start } = await twoSeats()
  const child = start('4')
  await child.linesUntil((line) => line === 'open')
  await child.kill()
  expect(await revs()).toEqual([3, 3])
})

test('I9: after kill -9 at any moment no acknowledged commit is lost and none is torn', async () => {
  const { revs, start } = await twoSeats()
  let written = 0
  for (const acknowledged of [1, 7, 40]) {
    const child = start()
    const before = await child.linesUntil((line) => line === `done ${acknowledged}`)
    const answered = [...before, ...(await child.kill())].length
    const [first = 0, second = 0] = await revs()
    expect(first).toBe(second)
    // The last commit may have been made without a word about it.
    expect(first - written - answered).toBeGreaterThanOrEqual(0)
    expect(first - written - answered).toBeLessThanOrEqual(1)
    written = first
  }
})
