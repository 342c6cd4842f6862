import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn } from '../testing.ts'
import { makeToken } from '../testing-data.ts'

const edge = createTestEdge()

test('what only the operator may read is asked of core as a GET when it is asked for its head', async () => {
  const page = { apps: [] }
  edge.core.answers.set('GET /v1/admin/apps', () => json(page))
  const token = await makeToken(edge.platform, 'admin')
  const ask = (method: string) => edge.call(method, '/v1/admin/apps', { key: null, origin: null, token })
  const [head, get] = [await ask('HEAD'), await ask('GET')]
  expect([head.status, get.status]).toEqual([200, 200])
  expect([await head.text(), await get.json()]).toEqual(['', page])
})

describe('a path of the operator', () => {
  test('says which methods it knows before it asks who is asking', async () => {
    const response = await edge.app.request('/v1/admin/stats', { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await problemIn(response)).code).toBe('method_not_allowed')
  })
})

describe('OPTIONS', () => {
  const options = (path: string, headers: Record<string, string> = {}) =>
    edge.app.request(path, { method: 'OPTIONS', headers })

  test('tells the methods of a path without a key, and 404 where nothing is', async () => {
    const there = await options('/v1/events/theatre')
    expect([there.status, there.headers.get('allow')]).toEqual([204, 'GET, HEAD, PUT'])
    expect(there.headers.get('access-control-allow-methods')).toBeNull()
    const nowhere = await options('/v1/nothing')
    expect([nowhere.status, nowhere.headers.get('allow')]).toEqual([404, null])
  })

  test('as a preflight of what is not there lets the page read that it is not', async () => {
    const headers = { origin: 'https://any.example', 'access-control-request-method': 'GET' }
    const response = await options('/v1/nothing', headers)
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://any.example',
    ])
  })
})
