/*
 * What a client sends may be as long as a header or a body. `redos-detector` walks through all ways in which a pattern can
 * read a text: its score is how often one part of a text may be read, and infinite where that grows with the length, from
 * whatever place in the text the pattern begins.
 */
import { patterns } from '@holdfast/contract'
import { agentPatterns } from '@holdfast/edge/src/user-agent.ts'
import { isSafe } from 'redos-detector'
import { describe, expect, test } from 'vitest'

/** How often one part of a text may be read at most: by each beginning of an alternative. */
const readsMax = 10

/** Nothing is given up for the time that it takes. */
const thorough = { maxScore: readsMax }

const named = (of: Readonly<Record<string, RegExp>>) => Object.entries(of)

describe('a pattern that sees what clients send reads no text over and over', () => {
  test.each([...named(patterns), ...named(agentPatterns)])('%s', (_, pattern) => {
    const { safe, error, score } = isSafe(pattern, thorough)
    expect({ safe, error, score }).toMatchObject({ safe: true, error: null })
  })
})

describe('a pattern that needs the square of the length is found', () => {
  test.each([
    ['what came before an agent’s Firefox', /\bGecko\/\S+ Firefox\/(\d+)/],
    ['what stands in an agent’s brackets', /\((?:iPhone|iPad|iPod)[^)]*\)/],
    ['spaces that may be of either of two', /^\s*(\S*)\s*=\s*$/],
    ['a search for an end', /\/+$/],
  ])('%s', (_, pattern) => {
    expect(isSafe(pattern, thorough).safe).toBe(false)
  })
})
