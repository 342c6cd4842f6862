import { Problem } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { createLane } from './lane.ts'

/** A lane of one, with room for two more, whose deadlines pass when the test says so. */
function laneOfOne() {
  const deadlines: AbortController[] = []
  const deadline = () => {
    const controller = new AbortController()
    deadlines.push(controller)
    return controller.signal
  }
  const lane = createLane({ deadline }, { runningMax: 1, waitingMax: 2, waitMsMax: 1 })
  const begun: string[] = []
  const start = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const answer = lane(() => {
      begun.push(name)
      return promise
    })
    return { answer, finish: () => resolve(name), fail: () => reject(new Error(name)) }
  }
  return { start, begun, deadlines }
}

const overloaded = expect.objectContaining({ code: 'overloaded', retryAfterSeconds: 1 })

test('works run one after the other, in the order of their coming', async () => {
  const { start, begun } = laneOfOne()
  const [a, b, c] = [start('a'), start('b'), start('c')]
  expect(begun).toEqual(['a'])
  a.finish()
  expect(await a.answer).toBe('a')
  b.finish()
  expect(await b.answer).toBe('b')
  c.finish()
  expect(await c.answer).toBe('c')
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('a full queue refuses at once, and takes more when there is room again', async () => {
  const { start, begun } = laneOfOne()
  const [a, b, c, d] = [start('a'), start('b'), start('c'), start('d')]
  await expect(d.answer).rejects.toThrow(Problem)
  await expect(d.answer).rejects.toEqual(overloaded)
  for (const work of [a, b, c]) work.finish()
  await Promise.all([a.answer, b.answer, c.answer])
  const e = start('e')
  e.finish()
  expect(await e.answer).toBe('e')
  expect(begun).toEqual(['a', 'b', 'c', 'e'])
})

test('who waits too long is refused, never begins, and leaves the place to the next', async () => {
  const { start, begun, deadlines } = laneOfOne()
  const [a, b, c] = [start('a'), start('b'), start('c')]
  deadlines[0]?.abort()
  await expect(b.answer).rejects.toEqual(overloaded)
  const d = start('d')
  for (const work of [a, c, d]) work.finish()
  expect(await Promise.all([a.answer, c.answer, d.answer])).toEqual(['a', 'c', 'd'])
  expect(begun).toEqual(['a', 'c', 'd'])
})

test('a deadline that passes after the work began changes nothing', async () => {
  const { start, deadlines } = laneOfOne()
  const [a, b] = [start('a'), start('b')]
  a.finish()
  await a.answer
  deadlines[0]?.abort()
  b.finish()
  expect(await b.answer).toBe('b')
})

test('a work that fails gives its place back', async () => {
  const { start } = laneOfOne()
  const [a, b] = [start('a'), start('b')]
  a.fail()
  await expect(a.answer).rejects.toThrow('a')
  b.finish()
  expect(await b.answer).toBe('b')
})
