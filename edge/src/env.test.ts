import { randomBytes } from 'node:crypto'
import { ticketsPerSecondDefault } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { NodeEnv, readNodeEnv, readWorkerEnv, settingsOf, WorkerEnv } from './env.ts'

const secret = () => randomBytes(32).toString('base64url')
const good = {
  CORE_URL: 'https://core.example',
  EDGE_ASSERTION_KEYS: `a:${secret()},b:${secret()}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  HOLD_KEY_SECRET: secret(),
  UPSTASH_REDIS_REST_URL: 'https://redis.example',
  UPSTASH_REDIS_REST_TOKEN: 'token',
}

const problemOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return String(error)
  }
  return ''
}

describe('the environment', () => {
  test('is read once into what the app needs', () => {
    const env = readWorkerEnv({ ...good, ADMIN_ORIGINS: 'https://console.example,localhost', OTHER: {} })
    const settings = settingsOf(env, false)
    expect(settings.edgeKeys.map(({ kid }) => kid)).toEqual(['a', 'b'])
    expect(settings.adminOrigins).toEqual(['https://console.example', 'localhost'])
  })

  test('takes origins as people type them', () => {
    const env = readWorkerEnv({
      ...good,
      CORE_URL: 'https://Core.example:443/',
      ADMIN_ORIGINS: 'https://Console.example/, localhost, http://127.0.0.1:80',
    })
    expect(env.CORE_URL).toBe('https://core.example')
    expect(env.ADMIN_ORIGINS).toEqual(['https://console.example', 'localhost', 'http://127.0.0.1'])
  })

  test('takes networks of the operator separated by commas, and none where nobody says any', () => {
    const text = '203.0.113.0/24, 2001:db8::/48,198.51.100.7/32'
    const networksOf = (more: object) => settingsOf(readWorkerEnv({ ...good, ...more }), false).adminNetworks
    expect(networksOf({ ADMIN_NETWORKS: text })).toEqual([
      '203.0.113.0/24',
      '2001:db8::/48',
      '198.51.100.7/32',
    ])
    expect([networksOf({}), networksOf({ ADMIN_NETWORKS: '' })]).toEqual([[], []])
    for (const wrong of ['203.0.113.7', '203.0.113.0/33', 'office', '::ffff:203.0.113.0/120'])
      expect(problemOf(() => networksOf({ ADMIN_NETWORKS: `10.0.0.0/8,${wrong}` }))).toContain(
        'ADMIN_NETWORKS',
      )
  })

  test('is refused with all that is wrong with it, by name and never by value', () => {
    const wrong = {
      CORE_URL: 'https://core.example/path',
      EDGE_ASSERTION_KEYS: 'a:c2hvcnQ',
      USER_TOKEN_SECRET: 'short',
      ADMIN_TOKEN_SECRET: 'changeme'.repeat(8),
      ADMIN_ORIGINS: 'https://console.example/path',
      UPSTASH_REDIS_REST_URL: 'redis.example',
    }
    const message = problemOf(() => readWorkerEnv(wrong))
    for (const name of [...Object.keys(wrong), 'HOLD_KEY_SECRET', 'UPSTASH_REDIS_REST_TOKEN']) {
      expect(message).toContain(name)
    }
    expect(message).not.toMatch(/c2hvcnQ|changeme|short\b/)
  })

  test('on Node names a Redis in one of two ways', () => {
    const { UPSTASH_REDIS_REST_URL: _, UPSTASH_REDIS_REST_TOKEN: __, ...none } = good
    expect(readNodeEnv(good).PORT).toBe(8787)
    expect(readNodeEnv({ ...none, REDIS_URL: 'redis://127.0.0.1:6379' }).REDIS_URL).toBeDefined()
    const message = problemOf(() => readNodeEnv({ ...none, USER_TOKEN_SECRET: 'short' }))
    expect(message).toContain('REDIS_URL')
    expect(message).toContain('USER_TOKEN_SECRET')
  })

  test('binds TicketS to an app and an event, to both or to neither', () => {
    const bound = { TICKETS_APP_ID: 'app_1', TICKETS_EVENT_ID: 'the-show' }
    expect(settingsOf(readWorkerEnv(good), false).tickets).toBeUndefined()
    const { tickets } = settingsOf(readNodeEnv({ ...good, ...bound }), true)
    const event = { appId: 'app_1', eventId: 'the-show' }
    expect(tickets).toEqual({ event, tokenDaysMax: 365, perSecond: ticketsPerSecondDefault })
    const weak = settingsOf(readWorkerEnv({ ...good, ...bound, TICKETS_JWT_SECRET: 'secret' }), false)
    expect(weak.tickets?.jwtSecret).toEqual(new TextEncoder().encode('secret'))
    const unpaid = settingsOf(readNodeEnv({ ...good, ...bound, TICKETS_PAY: 'unpaid' }), true)
    expect(unpaid.tickets?.pay).toBe('unpaid')
    for (const half of [
      { TICKETS_APP_ID: 'app_1' },
      { TICKETS_EVENT_ID: 'the-show' },
      { TICKETS_JWT_SECRET: 'secret' },
      { TICKETS_PAY: 'unpaid' },
      { ...bound, TICKETS_PAY: 'paid' },
      { ...bound, TICKETS_JWT_SECRET: '' },
      { ...bound, TICKETS_EVENT_ID: 'the/show' },
    ]) {
      expect(problemOf(() => readWorkerEnv({ ...good, ...half }))).toContain('TICKETS_')
      expect(problemOf(() => readNodeEnv({ ...good, ...half }))).toContain('TICKETS_')
    }
  })

  test('limits the clients of TicketS as it says, by whole numbers that let somebody pass', () => {
    const bound = { ...good, TICKETS_APP_ID: 'app_1', TICKETS_EVENT_ID: 'the-show' }
    const wide = { ...bound, TICKETS_CLIENT_LOCKS_PER_SECOND: '500', TICKETS_USER_READS_PER_SECOND: '3' }
    expect(settingsOf(readWorkerEnv(wide), false).tickets?.perSecond).toEqual({
      ...ticketsPerSecondDefault,
      locks: { user: 10, client: 500 },
      reads: { user: 3, client: 1_000 },
    })
    for (const limit of ['0', '-1', '1.5', 'ten', '']) {
      const wrong = { ...bound, TICKETS_USER_LOCKS_PER_SECOND: limit }
      expect(problemOf(() => readNodeEnv(wrong))).toContain('TICKETS_USER_LOCKS_PER_SECOND')
    }
  })

  test('of the version before is one of this version: a setting that came since has a default', () => {
    const needed = ({ shape }: typeof WorkerEnv | typeof NodeEnv) =>
      Object.entries(shape).flatMap(([name, setting]) => (setting.safeParse(undefined).success ? [] : [name]))
    const [core, ...secrets] = Object.keys(good)
    expect(needed(WorkerEnv)).toEqual([core, ...secrets])
    // Which Redis it is, is said in one of two ways.
    expect(needed(NodeEnv)).toEqual([core, ...secrets.filter((name) => !name.startsWith('UPSTASH'))])
  })
})
