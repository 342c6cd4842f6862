import { afterEach, expect, test, vi } from 'vitest'
import { consoleLog } from './console-log.ts'

const platform = { now: () => Date.UTC(2026, 10, 25) }
const at = '2026-11-25T00:00:00.000Z'

afterEach(() => vi.restoreAllMocks())

function written(write: (log: ReturnType<typeof consoleLog>) => void, level: 'info' | 'warn' = 'info') {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  write(consoleLog(level, platform))
  return print.mock.calls.map(([line]): unknown => JSON.parse(String(line)))
}

test('an entry is one line of JSON with its level and its time', () => {
  const lines = written((log) => {
    log({ event: 'listening', port: 1 })
    log({ level: 'warn', event: 'redis_error' })
  })
  expect(lines).toEqual([
    { level: 'info', at, event: 'listening', port: 1 },
    { level: 'warn', at, event: 'redis_error' },
  ])
})

test('what weighs less than the level is not written', () => {
  const lines = written((log) => {
    for (const level of ['info', 'warn', 'error'] as const) log({ level, event: level })
  }, 'warn')
  expect(lines).toMatchObject([{ event: 'warn' }, { event: 'error' }])
})

test('what a field of a secret says is not written, even if somebody names it', () => {
  const [line] = written((log) => log({ event: 'mistake', token: 'hunter2', user: { email: 'hunter2' } }))
  expect(line).toEqual({
    level: 'info',
    at,
    event: 'mistake',
    token: '[redacted]',
    user: { email: '[redacted]' },
  })
})
