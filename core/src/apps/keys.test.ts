import { crc32 } from 'node:zlib'
import { KeyQuestion, passwordBytesMax, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { digestOf, hasDigest, makeKey, parseKey } from './keys.ts'

const kinds = [
  ['publishable', 'hf_pk_'],
  ['secret', 'hf_sk_'],
] as const

describe.each(kinds)('a %s key', (kind, prefix) => {
  const key = makeKey(kind, systemPlatform)

  test('is told by its prefix, and says its id', () => {
    expect(key.text).toMatch(new RegExp(`^${prefix}${key.keyId}[0-9A-Za-z]{22}[0-9a-f]{8}$`))
    expect(parseKey(key.text)).toEqual(key)
    expect(KeyQuestion.parse({ key: key.text })).toEqual({ key: key.text })
  })

  test('is short enough for bcrypt to read all of it', () => {
    expect(new TextEncoder().encode(key.text).length).toBeLessThanOrEqual(passwordBytesMax)
  })

  test('is refused with any one character changed, left out or doubled, or two swapped', () => {
    const { text } = key
    for (let i = 0; i < text.length; i++) {
      const [before, at, after] = [text.slice(0, i), text.charAt(i), text.slice(i + 1)]
      const next = after.charAt(0)
      const mistakes = [
        `${before}${at === 'x' ? 'y' : 'x'}${after}`,
        before + after,
        before + at + at + after,
        before + next + at + after.slice(1),
      ]
      for (const mistake of mistakes) {
        if (mistake !== text) expect(parseKey(mistake), mistake).toBeNull()
      }
    }
  })
})

test('keys have 128 random bits to be found by and 128 to be proven by', () => {
  const drawn: number[] = []
  const random = (bytes: number) => {
    drawn.push(bytes)
    return new Uint8Array(bytes).fill(drawn.length)
  }
  const key = makeKey('secret', { random })
  expect(drawn).toEqual([16, 16])
  expect(key.text.slice(6, 28)).not.toBe(key.text.slice(28, 50))
})

test('a prefix of the other kind does not pass, unless its checksum is made anew', () => {
  const { text, keyId } = makeKey('publishable', systemPlatform)
  const other = text.replace('hf_pk_', 'hf_sk_')
  expect(parseKey(other)).toBeNull()
  const body = other.slice(0, -8)
  const forged = body + crc32(body).toString(16).padStart(8, '0')
  expect(parseKey(forged)).toEqual({ kind: 'secret', keyId, text: forged })
})

test.each(['', 'hf_pk_', 'hf_sk_00000000', "' OR '1'='1", '{"$gt":""}', 'hf_pk_'.padEnd(200, 'a'), '\0'])(
  'is no key: %j',
  (text) => {
    expect(parseKey(text)).toBeNull()
  },
)

test.each([' ', '\n', '\0', '\uFEFF'])('a key with %j around it is no key', (space) => {
  const { text } = makeKey('secret', systemPlatform)
  expect(parseKey(text + space)).toBeNull()
  expect(parseKey(space + text)).toBeNull()
})

test('a digest is of the whole key, and of no other', () => {
  const { text } = makeKey('secret', systemPlatform)
  const digest = digestOf(text)
  expect(digest).toMatch(/^[\w-]{43}$/)
  expect(hasDigest(text, digest)).toBe(true)
  for (const other of ['', text.slice(1), `${text}0`, text.replace('sk', 'pk')])
    expect(hasDigest(other, digest)).toBe(false)
  for (const damaged of ['', digest.slice(1), `${digest}A`]) expect(hasDigest(text, damaged)).toBe(false)
})
