import { assertionTtlSeconds, clockToleranceSeconds } from '@holdfast/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { createTakenWrites } from './taken-writes.ts'

const goodMs = (assertionTtlSeconds + clockToleranceSeconds) * 1_000
let nowMs = 0
let lines: object[] = []
const taken = (countMax?: number) =>
  createTakenWrites({ now: () => nowMs }, (line) => void lines.push(line), countMax)

describe('what was taken', () => {
  beforeEach(() => {
    nowMs = 0
    lines = []
  })

  test('is not taken again while its signature may be good', () => {
    const take = taken()
    expect([take('one'), take('two'), take('one')]).toEqual([true, true, false])
    nowMs = goodMs
    expect(take('one')).toBe(false)
  })

  test('is forgotten when it cannot be good any more', () => {
    const take = taken(2)
    for (let n = 0; n < 10; n++) {
      nowMs += goodMs
      expect(take(`write-${n}`)).toBe(true)
    }
    expect(lines).toEqual([])
  })

  test('is forgotten oldest first when it is too much, which is told once', () => {
    const take = taken(2)
    expect(['one', 'two', 'three', 'four'].map(take)).toEqual([true, true, true, true])
    expect(['three', 'four'].map(take)).toEqual([false, false])
    expect(lines).toMatchObject([{ level: 'warn', event: 'taken_writes_full', countMax: 2 }])
  })

  test('makes nobody forget another when it comes again', () => {
    const take = taken(2)
    expect(['one', 'two', 'two', 'two', 'one'].map(take)).toEqual([true, true, false, false, false])
    expect(lines).toEqual([])
  })
})
