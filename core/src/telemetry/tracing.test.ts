import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { systemPlatform } from '@holdfast/contract'
import { Hono } from 'hono'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'
import type { CoreEnv } from '../http/edge-assertion.ts'
import type { Observe, Work } from './observe.ts'
import { startTracing } from './tracing.ts'

const Spans = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              ...{ name: z.string(), traceId: z.string(), spanId: z.string() },
              parentSpanId: z.string().optional(),
              status: z.object({ code: z.int().optional() }),
              attributes: z.array(z.unknown()),
            }),
          ),
        }),
      ),
    }),
  ),
})

const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)]
const row: Work = { kind: 'row', name: 'settle' }
const statement: Work = { kind: 'store', name: 'seats.updateIf' }

let stop = async () => {}
afterEach(() => stop())

/** A core that traces this part of what begins in it, a way to ask it under a traceparent, and all that it delivers. */
async function tracing(ratio: number) {
  const bodies: unknown[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await json(request))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
  const by = { platform: systemPlatform, log: () => {}, db: 'sqlite' } as const
  const traced = startTracing({ url, headers: {}, ratio }, by)
  stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  const request = async (flags: string, work: () => Promise<unknown>) => {
    const app = new Hono<CoreEnv>()
      .use(async (c, next) => {
        c.set('claims', { requestId: 'req_1' } as never)
        c.set('startedMs', Date.now())
        await next()
      })
      .use(traced.requests)
      .get('/things/:thing', async (c) => c.text(String(await work()), 200))
    return app.request('/things/1', { headers: { traceparent: `00-${traceId}-${spanId}-${flags}` } })
  }
  const delivered = async () => {
    await traced.stop()
    return bodies.flatMap((body) => Spans.parse(body).resourceSpans[0]?.scopeSpans[0]?.spans ?? [])
  }
  return { observe: traced.observe, request, delivered }
}

const done = async () => 'done'
const inside = (observe: Observe) => () => observe(row, () => observe(statement, done))

test('a row of the outbox that nobody waits for is a trace of its own, and upkeep is none', async () => {
  const { observe, delivered } = await tracing(1)
  expect(await observe(statement, done)).toBe('done')
  expect(await inside(observe)()).toBe('done')
  const [first, second, ...more] = await delivered()
  expect([first?.name, second?.name, more]).toEqual(['store seats.updateIf', 'row settle', []])
  expect(first?.parentSpanId).toBe(second?.spanId)
  expect(second?.parentSpanId ?? '').toBe('')
})

test('what the edge keeps is kept, below its span, although chance would not', async () => {
  const { observe, request, delivered } = await tracing(0)
  await inside(observe)()
  await request('01', inside(observe))
  const spans = await delivered()
  expect(spans.map(({ name }) => name)).toEqual(['store seats.updateIf', 'row settle', 'GET /things/:thing'])
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
  expect(spans.at(-1)?.parentSpanId).toBe(spanId)
})

test('what the edge does not keep is not kept, although chance would', async () => {
  const { observe, request, delivered } = await tracing(1)
  expect(await (await request('00', inside(observe))).text()).toBe('done')
  expect(await delivered()).toEqual([])
})

test('what fails is told by its name, and thrown as it was', async () => {
  const { observe, delivered } = await tracing(1)
  const fails = observe(row, () => Promise.reject(new RangeError('hunter2 at redis://host')))
  await expect(fails).rejects.toThrow('hunter2')
  const spans = await delivered()
  expect(spans).toMatchObject([{ name: 'row settle', status: { code: 2 } }])
  expect(JSON.stringify(spans)).toContain('RangeError')
  expect(JSON.stringify(spans)).not.toContain('hunter2')
})
