import { describe, expect, test } from 'vitest'
import type { Limiter, LimitRule } from './ports.ts'
import { createLocalLimiter, createRateGate } from './rate-gate.ts'
import { createTestPlatform } from './testing.ts'

const rule: LimitRule = { key: 'k', limit: 3, windowMs: 1_000 }

/** A gate before a shared limiter that counts exactly, and how often that was asked. */
function createGate(changes: { readonly shared?: Limiter } = {}) {
  const platform = createTestPlatform()
  const exact = createLocalLimiter(platform, 100)
  let asked = 0
  const shared: Limiter = (one) => {
    asked += 1
    return (changes.shared ?? exact)(one)
  }
  return {
    gate: createRateGate(shared, createLocalLimiter(platform, 100), platform),
    platform,
    asked: () => asked,
  }
}

const down: Limiter = () => Promise.reject(new Error('no answer'))

describe('the gate of the rate limits', () => {
  test('asks the shared limiter about no more of a rush than the limit, however late its answer comes', async () => {
    const { gate, asked, platform } = createGate()
    const words = await Promise.all(Array.from({ length: 50 }, () => gate([rule], 'local')))
    expect(words.filter(({ word }) => word === 'passed')).toHaveLength(3)
    expect(asked()).toBe(3)
    platform.advance(1_000)
    expect((await gate([rule], 'local')).word).toBe('passed')
  })

  test('lets the shared limiter refuse what other edges have used up', async () => {
    const full: Limiter = async ({ limit }) => ({ allowed: false, limit, remaining: 0, resetMs: 1 })
    expect((await createGate({ shared: full }).gate([rule], 'local')).word).toBe('refused')
  })

  test.each([
    ['local', ['passed', 'passed', 'passed', 'refused']],
    ['closed', ['unknown', 'unknown', 'unknown', 'refused']],
  ] as const)(
    'goes by its own count when nobody else counts, or lets nobody pass: %s',
    async (policy, said) => {
      const { gate } = createGate({ shared: down })
      const words = []
      for (let n = 0; n < 4; n++) words.push((await gate([rule], policy)).word)
      expect(words).toEqual(said)
    },
  )

  test('counts alone without a question to anybody', async () => {
    const { gate, asked } = createGate()
    const words = []
    for (let n = 0; n < 4; n++) words.push((await gate([rule], 'alone')).word)
    expect([words, asked()]).toEqual([['passed', 'passed', 'passed', 'refused'], 0])
  })

  test('answers what costs nothing as it would answer the next, and counts nothing of it', async () => {
    const { gate } = createGate()
    const free = { ...rule, cost: 0 } as const
    for (let n = 0; n < 5; n++) expect((await gate([free], 'local')).word).toBe('passed')
    for (let n = 0; n < 3; n++) expect((await gate([rule], 'local')).word).toBe('passed')
    expect((await gate([free], 'local')).word).toBe('refused')
  })
})
