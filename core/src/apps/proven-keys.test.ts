import { expect, test } from 'vitest'
import { plainPasswords } from '../users/testing.ts'
import { rememberingProven } from './proven-keys.ts'

const hashOf = (text: string) => `plain:${text}`

test('a key that was right once is known again, and every other is wrong, without the work of a hash', async () => {
  const { hasher, verified } = plainPasswords()
  const { verify } = rememberingProven(hasher)
  expect(await verify('wrong', hashOf('right'))).toBe(false)
  expect(await verify('wrong', hashOf('right'))).toBe(false)
  expect(await verify('right', hashOf('right'))).toBe(true)
  expect(verified).toHaveLength(3)
  for (const [text, isRight] of [
    ['right', true],
    ['wrong', false],
    ['', false],
  ] as const)
    expect(await verify(text, hashOf('right'))).toBe(isRight)
  expect(verified).toHaveLength(3)
})

test('a key is known by its own hash only', async () => {
  const { hasher, verified } = plainPasswords()
  const { verify } = rememberingProven(hasher)
  await verify('right', hashOf('right'))
  expect(await verify('right', hashOf('other'))).toBe(false)
  expect(await verify('right', null)).toBe(false)
  expect(verified).toEqual([hashOf('right'), hashOf('other'), null])
})

test('of more keys than are remembered the longest unused is forgotten', async () => {
  const { hasher, verified } = plainPasswords()
  const { verify } = rememberingProven(hasher, 2)
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await verify(text, hashOf(text))
  expect(verified).toEqual(['a', 'b', 'c', 'b'].map(hashOf))
})
