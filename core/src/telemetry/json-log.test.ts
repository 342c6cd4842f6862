import { secretFields } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { jsonLog } from './json-log.ts'

/** A log and the lines that it has written. */
function written(level: Parameters<typeof jsonLog>[0]) {
  const lines: string[] = []
  const log = jsonLog(
    level,
    { now: () => Date.UTC(2026, 10, 25) },
    { write: (line) => void lines.push(line) },
  )
  return { log, lines: () => lines.map((line): unknown => JSON.parse(line)) }
}

test('an entry is one line of JSON with its level and its time, and nothing else', () => {
  const { log, lines } = written('info')
  log({ event: 'core_listens', port: 8788 })
  log({ level: 'error', event: 'repair_failed', fault: 'a\nb' })
  const at = '2026-11-25T00:00:00.000Z'
  expect(lines()).toEqual([
    { level: 'info', at, event: 'core_listens', port: 8788 },
    { level: 'error', at, event: 'repair_failed', fault: 'a\nb' },
  ])
})

test('what weighs less than the level is not written', () => {
  const { log, lines } = written('warn')
  for (const level of ['info', 'warn', 'error'] as const) log({ level, event: level })
  expect(lines()).toMatchObject([{ event: 'warn' }, { event: 'error' }])
})

test('what a field of a secret says is not written, even if somebody names it', () => {
  const { log, lines } = written('info')
  const secrets = Object.fromEntries(secretFields.map((name) => [name, 'hunter2']))
  log({ event: 'mistake', ...secrets, request: secrets })
  expect(JSON.stringify(lines())).not.toContain('hunter2')
  expect(lines()).toMatchObject([{ password: '[redacted]', request: { 'x-api-key': '[redacted]' } }])
})
