import { expect, test } from 'vitest'
import { createIsolateCache } from './isolate-cache.ts'

test('nothing outlives its time', () => {
  let now = 0
  const cache = createIsolateCache<string>(() => now, 10)
  cache.set('a', 'A', 100)
  now = 99
  expect(cache.get('a')).toBe('A')
  now = 100
  expect(cache.get('a')).toBeUndefined()
})

test('the longest unused goes when there is too much', () => {
  const cache = createIsolateCache<string>(() => 0, 2)
  cache.set('a', 'A', 100)
  cache.set('b', 'B', 100)
  cache.get('a')
  cache.set('c', 'C', 100)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['A', undefined, 'C'])
})

test('weights are counted, again when an entry is replaced, and what is too heavy is not kept', () => {
  const cache = createIsolateCache<string>(() => 0, 10)
  cache.set('a', 'A', 100, 6)
  cache.set('a', 'A2', 100, 4)
  cache.set('b', 'B', 100, 6)
  cache.set('heavy', 'H', 100, 11)
  expect(['a', 'b', 'heavy'].map((key) => cache.get(key))).toEqual(['A2', 'B', undefined])
  cache.deleteWhere((key) => key === 'a')
  expect(cache.get('a')).toBeUndefined()
})
