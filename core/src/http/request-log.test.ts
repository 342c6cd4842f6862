import { type EdgeClaims, Problem } from '@holdfast/contract'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { CoreEnv } from './edge-assertion.ts'
import { onError } from './errors.ts'
import { requestLog } from './request-log.ts'

const claims = { requestId: 'req_1', app: { id: 'app_1', kind: 'secret' } } as EdgeClaims
const grant = `hold_${'B'.repeat(22)}.1.7`

/** A core with a slow clock, whose routes are good, refused, late, faulty, or not let in. */
async function linesOf(...paths: string[]) {
  const lines: object[] = []
  let nowMs = 0
  const app = new Hono<CoreEnv>()
    .use(requestLog((entry) => lines.push(entry), { now: () => (nowMs += 5) }))
    .use(async (c, next) => {
      if (c.req.path === '/foreign') throw new Problem('forbidden')
      c.set('claims', claims)
      c.set('queuedMs', 3)
      await next()
    })
    .get('/:event/holds/:hold', (c) => c.text('ok', 200))
    .get('/refused', () => {
      throw new Problem('seats_unavailable', { seats: [] })
    })
    .get('/late', () => {
      throw new Problem('overloaded')
    })
    .get('/faulty', () => {
      throw new RangeError('redis://user:hunter2@host')
    })
  app.onError(onError)
  for (const path of paths) await app.request(path)
  return lines
}

test('a request is one line: its route, its outcome, whose it was and how long it took', async () => {
  expect(await linesOf(`/play/holds/${grant}`)).toEqual([
    {
      ...{ event: 'request', level: 'info', method: 'GET', route: '/:event/holds/:hold', status: 200 },
      ...{ code: 'ok', ms: 5, queuedMs: 3, requestId: 'req_1', appId: 'app_1', eventId: 'play' },
    },
  ])
})

test('what is no id of an event is not in it', async () => {
  expect(await linesOf('/a%40b.example/holds/1')).toMatchObject([{ eventId: undefined }])
})

test('a refusal is told by its code, and weighs more when the caller is not to blame', async () => {
  expect(await linesOf('/refused', '/late', '/foreign')).toMatchObject([
    { level: 'info', status: 409, code: 'seats_unavailable' },
    { level: 'warn', status: 503, code: 'overloaded' },
    { level: 'info', status: 403, code: 'forbidden', requestId: undefined },
  ])
})

test('what nobody foresaw is told by its name and its place, never by its message', async () => {
  const [line] = await linesOf('/faulty')
  expect(line).toMatchObject({ level: 'error', status: 500, code: 'internal_error', fault: 'RangeError' })
  expect(line).toHaveProperty('frames.0', expect.stringContaining('request-log.test.ts'))
  expect(JSON.stringify(line)).not.toContain('hunter2')
})

test('of requests that no edge has signed, which anybody may send, one in a while has a line', async () => {
  const lines = await linesOf(...Array.from({ length: 250 }, () => '/foreign'))
  // Each takes 5 ms of the clock, 1.25 s in all.
  expect(lines).toHaveLength(2)
})
