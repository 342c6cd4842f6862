import { expect, test } from 'vitest'
import { readTraceparent, traceparentOf } from './traceparent.ts'

const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

test.each([
  ['sampled', `00-${traceId}-${spanId}-01`],
  ['not sampled', `00-${traceId}-${spanId}-00`],
  ['of a later version', `01-${traceId}-${spanId}-01`],
  ['of a later version that says more', `cc-${traceId}-${spanId}-01-what-else`],
])('a parent is read by its ids alone: %s', (_, header) => {
  expect(readTraceparent(header)).toEqual({ traceId, spanId })
})

test.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['a version that cannot be', `ff-${traceId}-${spanId}-01`],
  ['more than this version has', `00-${traceId}-${spanId}-01-more`],
  ['capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['ids that are too short', `00-${traceId.slice(1)}-${spanId}-01`],
  ['something before it', `a00-${traceId}-${spanId}-01`],
  ['a line break', `00-${traceId}-${spanId}-01\n`],
])('no parent is read from %s', (_, header) => {
  expect(readTraceparent(header)).toBeNull()
})

test('what is written can be read', () => {
  expect(traceparentOf({ traceId, spanId }, true)).toBe(`00-${traceId}-${spanId}-01`)
  expect(readTraceparent(traceparentOf({ traceId, spanId }, false))).toEqual({ traceId, spanId })
})
