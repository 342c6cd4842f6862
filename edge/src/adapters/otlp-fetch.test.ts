import { spanExportMs, spanExportsAtOnceMax } from '@holdfast/contract'
import { afterEach, expect, test, vi } from 'vitest'
import type { Span } from '../telemetry/tracer.ts'
import { createTestPlatform } from '../testing.ts'
import { otlpTracing } from './otlp-fetch.ts'

const span: Span = {
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentId: 'c'.repeat(16), kind: 'client' },
  ...{ name: 'redis hold', startMs: 1_700_000_000_001, endMs: 1_700_000_000_004, hasFailed: true },
  attributes: { 'db.system.name': 'redis', 'http.response.status_code': 503, 'error.type': undefined },
}

/** A collector that does this, and what it was asked. */
function collectorThat(answer: (init: RequestInit) => Promise<Response>) {
  const asked: { url: unknown; init: RequestInit }[] = []
  vi.stubGlobal('fetch', (url: unknown, init: RequestInit) => {
    asked.push({ url, init })
    return answer(init)
  })
  const platform = createTestPlatform()
  const target = { url: 'http://collector/v1/traces', headers: { authorization: 'Bearer x' }, ratio: 0.5 }
  return { asked, platform, tracing: otlpTracing(target, platform) }
}
afterEach(() => vi.unstubAllGlobals())

const hanging = ({ signal }: RequestInit) =>
  new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('late'))))

test('spans are delivered as OTLP has them in JSON', async () => {
  const { asked, tracing } = collectorThat(async () => new Response('{}'))
  await tracing?.send([span])
  expect(asked).toMatchObject([
    {
      url: 'http://collector/v1/traces',
      init: { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'application/json' } },
    },
  ])
  expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'holdfast-edge' } }] },
        scopeSpans: [
          {
            scope: { name: 'holdfast-edge' },
            spans: [
              {
                ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentId },
                ...{ name: 'redis hold', kind: 3, status: { code: 2 } },
                startTimeUnixNano: '1700000000001000000',
                endTimeUnixNano: '1700000000004000000',
                attributes: [
                  { key: 'db.system.name', value: { stringValue: 'redis' } },
                  { key: 'http.response.status_code', value: { intValue: 503 } },
                ],
              },
            ],
          },
        ],
      },
    ],
  })
})

test('a collector that refuses, or is not there, fails nobody', async () => {
  const answers = [
    async () => new Response('no', { status: 500 }),
    () => Promise.reject(new TypeError('away')),
  ]
  for (const answer of answers) {
    await expect(collectorThat(answer).tracing?.send([span])).resolves.toBeUndefined()
  }
})

test('a collector that hangs is left after a while, and is not given more than it can have meanwhile', async () => {
  const { asked, platform, tracing } = collectorThat(hanging)
  const sent = Array.from({ length: spanExportsAtOnceMax + 5 }, () => tracing?.send([span]))
  expect(asked).toHaveLength(spanExportsAtOnceMax)
  platform.advance(spanExportMs)
  await Promise.all(sent)
  void tracing?.send([span])
  expect(asked).toHaveLength(spanExportsAtOnceMax + 1)
})

test('without a collector nothing is traced', () => {
  expect(otlpTracing(undefined, createTestPlatform())).toBeUndefined()
})
