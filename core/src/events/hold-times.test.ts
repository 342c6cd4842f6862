import { expect, test } from 'vitest'
import { assertHoldTimes } from './hold-times.ts'

const times = { holdTtlMs: 600_000, holdLifetimeMs: 1_800_000 }

test('a hold may begin with all the time that it may live', () => {
  const holdTtlMs = times.holdLifetimeMs
  expect(() => assertHoldTimes({ ...times, holdTtlMs }, { holdTtlMs })).not.toThrow()
})

test.each([
  [{ holdTtlMs: 1_800_001 }, 'holdTtlMs', 'at most holdLifetimeMs, which is 1800000'],
  [{ holdLifetimeMs: 599_999 }, 'holdLifetimeMs', 'at least holdTtlMs, which is 600000'],
  [{ holdTtlMs: 9_000, holdLifetimeMs: 8_000 }, 'holdTtlMs', 'at most holdLifetimeMs, which is 8000'],
])('%o is refused at %s with the other', (said, path, message) => {
  const act = () => assertHoldTimes({ ...times, ...said }, said)
  expect(act).toThrow(
    expect.objectContaining({ extras: { errors: [{ path, message: expect.stringContaining(message) }] } }),
  )
})

test('what was set before is no reason to refuse another change', () => {
  expect(() => assertHoldTimes({ holdTtlMs: 2, holdLifetimeMs: 1 }, {})).not.toThrow()
})
