import { randomBytes } from 'node:crypto'
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

  test('is refused with all that is wrong with it, by name and never by value', () => {
    const wrong = {
      CORE_URL: 'https://core.example/path',
      EDGE_ASSERTION_KEYS: 'a:c2hvcnQ',
      USER_TOKEN_SECRET: 'short',
      ADMIN_TOKEN_SECRET: 'changeme'.repeat(8),
      ADMIN_ORIGINS: 'https://console.example/',
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
    expect(tickets).toEqual({ event: { appId: 'app_1', eventId: 'the-show' } })
    const weak = settingsOf(readWorkerEnv({ ...good, ...bound, TICKETS_JWT_SECRET: 'secret' }), false)
    expect(weak.tickets?.jwtSecret).toEqual(new TextEncoder().encode('secret'))
    for (const half of [
      { TICKETS_APP_ID: 'app_1' },
      { TICKETS_EVENT_ID: 'the-show' },
      { TICKETS_JWT_SECRET: 'secret' },
      { ...bound, TICKETS_JWT_SECRET: '' },
      { ...bound, TICKETS_EVENT_ID: 'the/show' },
    ]) {
      expect(problemOf(() => readWorkerEnv({ ...good, ...half }))).toContain('TICKETS_')
      expect(problemOf(() => readNodeEnv({ ...good, ...half }))).toContain('TICKETS_')
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
