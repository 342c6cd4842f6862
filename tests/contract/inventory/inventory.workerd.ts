import { expect, inject, test } from 'vitest'
import { restBench } from './bench.ts'
import { inventorySuite } from './suite.ts'

inventorySuite('a Redis over REST, from inside workerd', async () => restBench(inject('redis')))

test('all of this ran inside workerd', () => {
  expect(navigator.userAgent).toBe('Cloudflare-Workers')
})
