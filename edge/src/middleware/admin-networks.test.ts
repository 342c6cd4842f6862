import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn } from '../testing.ts'
import { makeToken, secretKey, settings } from '../testing-data.ts'

const networks = ['203.0.113.0/24', '2001:db8:7::/48']
const openEdge = (adminNetworks = networks) => createTestEdge({ settings: { ...settings, adminNetworks } })
type Edge = ReturnType<typeof openEdge>

const admin = { key: null, origin: null }
const account = { email: 'admin@example.org', password: 'correct horse' }
const from = (address: string, more: Record<string, string> = {}) => ({
  ...admin,
  headers: { ...more, 'x-test-address': address },
})
const elsewhere = '198.51.100.7'

/** What can be asked there, with a good token: what an answer says of it but for whose request it was. */
async function answerOf(edge: Edge, method: string, path: string, address: string, body?: object) {
  const token = await makeToken(edge.platform, 'admin')
  const response = await edge.call(method, path, { ...from(address), token, ...(body && { body }) })
  const { 'x-request-id': _, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, text: (await response.text()).replace(/req_\w+/g, 'req') }
}

const routes: readonly [string, string, object?][] = [
  ['POST', '/v1/admin/login', account],
  ['GET', '/v1/admin/apps'],
  ['HEAD', '/v1/admin/apps'],
  ['GET', '/v1/%61dmin/apps'],
  ['PATCH', '/v1/admin/users/usr_1', { active: false }],
  ['DELETE', '/v1/admin/stats'],
  ['OPTIONS', '/v1/admin/stats'],
  ['POST', '/admin/login', { username: 'admin', password: 'correct horse' }],
  ['GET', '/admin/apps'],
  ['GET', '/admin/stats'],
  ['GET', '/admin/bookings'],
]

describe('where the networks of the operator are listed', () => {
  test.each(routes)('%s %s is answered elsewhere as what is not there', async (method, path, body) => {
    const edge = openEdge()
    const missing = `${path.startsWith('/v1/') ? '/v1' : ''}/nothing`
    const expected = await answerOf(edge, method, missing, elsewhere, body)
    expect(expected.status).toBe(404)
    for (const address of [elsewhere, '2001:db8:8::1', 'unix:'])
      expect(await answerOf(edge, method, path, address, body)).toEqual(expected)
    expect(edge.limiter.keys).toEqual([])
    expect(edge.core.requests).toEqual([])
  })

  test('a preflight is let through without a word of what is there, as everywhere', async () => {
    const asked = { origin: 'https://console.example', 'access-control-request-method': 'DELETE' }
    const { status, headers } = await openEdge().call('OPTIONS', '/v1/admin/apps', from(elsewhere, asked))
    expect([status, headers.get('allow')]).toEqual([204, null])
  })

  test.each(['203.0.113.9', '::ffff:203.0.113.9', '2001:db8:7:8::9'])(
    'the operator is let in from there: %s',
    async (address) => {
      const edge = openEdge()
      edge.core.answers.set('GET /v1/admin/apps', () => json({ apps: [] }))
      expect((await answerOf(edge, 'GET', '/v1/admin/apps', address)).status).toBe(200)
      expect((await answerOf(edge, 'DELETE', '/v1/admin/stats', address)).status).toBe(405)
      const unsigned = await edge.call('GET', '/v1/admin/apps', { ...from(address), token: null })
      expect((await problemIn(unsigned)).code).toBe('invalid_token')
    },
  )

  test('what a client says of itself changes nothing', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.9', 'x-client-address': '203.0.113.9' }
    expect((await openEdge().call('GET', '/v1/admin/apps', from(elsewhere, forged))).status).toBe(404)
  })

  test('servers of apps sync their seats from wherever they are', async () => {
    const asServer = { ...from(elsewhere), key: secretKey, body: {} }
    expect((await openEdge().call('POST', '/admin/sync-seats', asServer)).status).toBe(400)
  })
})

test('where none are, the operator may be anywhere', async () => {
  const edge = openEdge([])
  edge.core.answers.set('GET /v1/admin/apps', () => json({ apps: [] }))
  expect((await answerOf(edge, 'GET', '/v1/admin/apps', elsewhere)).status).toBe(200)
})
