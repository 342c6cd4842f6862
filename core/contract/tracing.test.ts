import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { traceTargetOf, tracingSettings } from './tracing.ts'

const read = (source: object) => traceTargetOf(z.object(tracingSettings).parse(source))
const base = 'http://collector:4318'

describe('where traces go', () => {
  test.each([
    ['a collector, by its address', { OTEL_EXPORTER_OTLP_ENDPOINT: base }, `${base}/v1/traces`],
    ['a path below it', { OTEL_EXPORTER_OTLP_ENDPOINT: `${base}/in/` }, `${base}/in/v1/traces`],
    ['just there', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${base}/t` }, `${base}/t`],
    [
      'just there, whatever else is said',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: base },
      base,
    ],
  ])('is %s', (_, source, url) => {
    expect(read(source)).toEqual({ url, headers: {}, ratio: 0.01 })
  })

  test('is nowhere unless somebody says', () => {
    expect(read({ OTEL_TRACES_SAMPLER_ARG: '1', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' })).toBeUndefined()
  })

  test('is told by headers, which are a list of names and encoded values', () => {
    const headers = 'Authorization=Bearer%20a%2Cb, x-team = seats'
    const found = read({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_HEADERS: headers })
    expect(found?.headers).toEqual({ authorization: 'Bearer a,b', 'x-team': 'seats' })
  })

  test.each(['no list', 'a=%zz', '=b', 'a b=c', 'a=b\nc: d'])(
    'is refused with headers such as %j',
    (headers) => {
      expect(() => read({ OTEL_EXPORTER_OTLP_HEADERS: headers })).toThrow('name=value')
    },
  )

  test.each(['-0.1', '1.1', 'often'])('is refused with a ratio of %s', (ratio) => {
    expect(() => read({ OTEL_TRACES_SAMPLER_ARG: ratio })).toThrow()
  })
})
