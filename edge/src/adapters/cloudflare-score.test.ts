import { Context } from 'hono'
import { expect, test } from 'vitest'
import { cloudflareScore } from './cloudflare-score.ts'

const scoreOf = (cf?: unknown) => {
  const request = new Request('https://edge.example/', { headers: { cf: '{"botManagement":{"score":99}}' } })
  return cloudflareScore(new Context(cf === undefined ? request : Object.assign(request, { cf })))
}

test('is what Cloudflare says beside the request', () => {
  expect(scoreOf({ botManagement: { score: 1, verifiedBot: false } })).toBe(1)
  expect(scoreOf({ botManagement: { score: 99 } })).toBe(99)
})

test('is nothing in a zone without Bot Management, off Cloudflare, or when it was not computed', () => {
  const others = [undefined, {}, null, { botManagement: {} }, { botManagement: { score: 0 } }]
  for (const cf of others) expect(scoreOf(cf)).toBeUndefined()
  for (const score of ['1', 1.5, 100, null]) expect(scoreOf({ botManagement: { score } })).toBeUndefined()
})
