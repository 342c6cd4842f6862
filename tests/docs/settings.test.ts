import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { Env, readEnv } from '../../core/src/env.ts'
import { NodeEnv, readNodeEnv, readWorkerEnv, WorkerEnv } from '../../edge/src/env.ts'
import { settingsIn } from './settings.ts'

const programs = [
  { program: 'core', schema: Env, read: readEnv },
  { program: 'the edge on Node', schema: NodeEnv, read: readNodeEnv },
  { program: 'the edge on Workers', schema: WorkerEnv, read: readWorkerEnv },
]

const complaintOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

describe.each(programs)('the settings of $program', ({ schema, read }) => {
  const settings = settingsIn(schema)

  test('are told of in sentences, numbers with their unit', () => {
    const units = /millisecond|second|port|bytes|percent|rate|part/i
    const numbers = settings.filter(({ name }) => /(_MS|PORT|_BYTES|_SECONDS|_PERCENT|_RATIO)$/.test(name))
    expect(numbers.filter(({ description }) => !units.test(description)).map(({ name }) => name)).toEqual([])
    expect(settings.length).toBeGreaterThan(10)
  })

  test('are secrets where somebody could do harm with them', () => {
    const harmless = [
      ...['UPSTASH_REDIS_REST_URL', 'RECEIPT_KEYS_OLD', 'CORE_URL'],
      ...['POOL_TOKENS_UNTIL', 'TICKETS_TOKEN_DAYS'],
    ]
    const harmful = settings.filter(({ name }) => /SECRET|TOKEN|KEY|HASH|_URL|_ACCOUNTS/.test(name))
    const told = harmful.filter(({ isSecret }) => !isSecret).map(({ name }) => name)
    expect(told.filter((name) => !harmless.includes(name))).toEqual([])
  })

  test('that must be set are all missed at once', () => {
    const complaint = complaintOf(() => read({}))
    const needed = settings.filter(({ absent }) => absent === null).map(({ name }) => name)
    for (const name of needed) expect(complaint).toContain(`${name}: is missing`)
  })

  test('that are wrong are all told at once, and those beside them that are missing, without a value', () => {
    // Wrong for whatever can be refused, and to be found in what is told.
    const wrong = 'hunter2/ [{'
    const refusing = settings.filter(({ refused }) => !/^(nothing|the empty)/.test(refused))
    for (const left of [undefined, ...refusing.map(({ name }) => name)]) {
      const given = Object.fromEntries(
        refusing.filter(({ name }) => name !== left).map(({ name }) => [name, wrong]),
      )
      const complaint = complaintOf(() => read(given))
      for (const name of Object.keys(given)) expect(complaint).toMatch(new RegExp(`^ +${name}\\b.*: `, 'm'))
      if (settings.some(({ name, absent }) => name === left && absent === null)) {
        expect(complaint).toContain(`${left}: is missing`)
      }
      expect(complaint).not.toContain('hunter2')
    }
  })
})

test('a rule between settings is told beside what is wrong with others, and not of those that cannot be read', () => {
  const mail = 'MAIL_FROM: set SMTP_URL and MAIL_FROM, or neither'
  expect(complaintOf(() => readEnv({ STORE_URL: 'x', SMTP_URL: 'smtp://mail' }))).toContain(mail)
  expect(complaintOf(() => readEnv({ SMTP_URL: 'mail', MAIL_FROM: 'a@b.example' }))).not.toContain(mail)
  const simulated = { ALLOW_SIMULATED_PAYMENTS: '1', STRIPE_ACCOUNTS: '{' }
  expect(complaintOf(() => readEnv(simulated))).not.toContain('live keys')
})

test.each([
  ['nothing is told of', z.string()],
  ['no sentence is told of', z.string().meta({ description: 'a level', refused: 'others' })],
  ['nobody says what is refused of', z.string().meta({ description: 'A level.' })],
])('a variable that %s stops the build, by its name', (_, LOG_LEVEL) => {
  expect(() => settingsIn({ shape: { LOG_LEVEL } })).toThrow('LOG_LEVEL is not told of')
})
