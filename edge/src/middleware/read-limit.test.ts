import { headers, largeAnswerBytesMin } from '@holdfast/contract'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { jsonText } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { refuse } from '../refusals.ts'
import { createTestPlatform } from '../testing.ts'
import { readLimit } from './read-limit.ts'

const perSecond = { all: 10, large: 1 }
const text = `"${'x'.repeat(largeAnswerBytesMin)}"`

/** An edge with two routes: `/large`, and whatever else there is. */
function createEdge(more: Partial<Parameters<typeof readLimit>[1]> = {}) {
  const app = new Hono<EdgeEnv>()
  app.onError((error, c) => refuse(error, c.var))
  app
    .use(async (c, next) => {
      c.set('clientAddress', c.req.header('x-test-address') ?? '198.51.100.7')
      c.set('always', {})
      c.set('note', {})
      await next()
      for (const [name, value] of Object.entries(c.get('always'))) c.res.headers.set(name, value)
    })
    .use(readLimit(createTestPlatform(), { perSecond, ...more }))
    .get('/large', () => jsonText(text, 200, {}))
    .all('*', (c) => c.text('ok', 200))
  /** How many of so many requests, one after the other, pass before one is refused. */
  return async (path: string, times: number, init: RequestInit = {}) => {
    for (let passed = 0; passed < times; passed++) {
      const answer = await app.request(path, init)
      await answer.text()
      if (answer.status === 429) return { passed, answer }
    }
    return { passed: times }
  }
}

test('reads are counted, writes and preflights are not', async () => {
  const send = createEdge()
  for (const method of ['POST', 'OPTIONS', 'DELETE'])
    expect((await send('/', 50, { method })).passed).toBe(50)
  expect((await send('/', 50)).passed).toBe(20)
  expect((await send('/', 1, { method: 'HEAD' })).passed, 'a HEAD is a read').toBe(0)
})

test('an address that cannot be read is not counted, for all such clients would be one', async () => {
  const init = { headers: { 'x-test-address': 'nobody knows' } }
  expect((await createEdge()('/', 200, init)).passed).toBe(200)
})

test('a network that stands for many reads as much more as its app says', async () => {
  const send = createEdge({ unitsOf: ({ clientAddress }) => (clientAddress === '203.0.113.1' ? 160 : 40) })
  const listed = { headers: { 'x-test-address': '203.0.113.1' } }
  // Of twenty each costs a quarter, as long as there is a whole one.
  expect((await send('/', 1_000, listed)).passed).toBe(77)
  expect((await send('/', 1_000)).passed).toBe(20)
})

test('a network is never made to read less than others', async () => {
  expect((await createEdge({ unitsOf: () => 1 })('/', 1_000)).passed).toBe(20)
})

test('large answers are refused by their own limit, and say so', async () => {
  const send = createEdge()
  const { passed, answer } = await send('/large', 20)
  expect(passed).toBe(4)
  const told = [headers.rateLimitLimit, headers.rateLimitRemaining, headers.retryAfter].map((name) =>
    answer?.headers.get(name),
  )
  expect(told).toEqual(['1', '0', '1'])
  expect((await send('/', 10)).passed).toBe(10)
})

test('the seats of TicketS have a limit as wide as is set for them', async () => {
  const send = createEdge({ ticketsPerSecond: 100 })
  expect((await send('/api/seats', 1_000)).passed).toBe(200)
  expect((await send('/', 1_000)).passed, 'other reads of that address').toBe(20)
})
