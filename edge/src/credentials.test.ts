import { describe, expect, test } from 'vitest'
import { createTestEdge, problemIn } from './testing.ts'
import { makeToken, publishableKey, secretKey, shopOrigin } from './testing-data.ts'

const edge = createTestEdge()
const holds = { body: { seats: ['A-1'] } }

const detailOf = async (response: Response, status: number) => {
  expect(response.status).toBe(status)
  return String((await problemIn(response)).detail)
}

describe('a call without a buyer', () => {
  const hold = (call: object) =>
    edge.call('POST', '/v1/events/theatre/holds', { ...holds, token: null, ...call })

  test('with a secret key is told to name its user, never to sign in', async () => {
    const response = await hold({ key: secretKey })
    const problem = await problemIn(response.clone())
    expect(problem.errors).toEqual([
      { path: 'x-external-user-id', message: expect.stringContaining('is missing') },
    ])
    const detail = await detailOf(response, 401)
    expect(detail).toContain('x-external-user-id')
    expect(detail).not.toMatch(/sign in/i)
  })

  test('with a secret key and a token that is none is told the same', async () => {
    const detail = await detailOf(await hold({ key: secretKey, token: 'a.b.c' }), 401)
    expect(detail).toContain('x-external-user-id')
    expect(detail).not.toMatch(/sign in/i)
  })

  test('with the key of a page is told to sign in', async () => {
    expect(await detailOf(await hold({ key: publishableKey }), 401)).toMatch(/Sign in/)
  })

  test.each([secretKey, publishableKey])('with a key for a token is told where that goes', async (key) => {
    expect(await detailOf(await hold({ key, token: secretKey }), 401)).toContain('x-api-key')
  })

  test('with a token in no known form is told the form', async () => {
    const headers = { authorization: await makeToken(edge.platform, 'user') }
    expect(await detailOf(await hold({ headers }), 401)).toContain('Bearer')
  })
})

describe('a key', () => {
  const read = (headers: Record<string, string>) => edge.app.request('/v1/events', { headers })

  test('in Authorization is told where it goes', async () => {
    const detail = await detailOf(await read({ authorization: `Bearer ${secretKey}` }), 401)
    expect(detail).toContain('x-api-key')
    expect(detail).not.toContain(secretKey)
  })

  test('of another app than is named is told so', async () => {
    const detail = await detailOf(await read({ 'x-api-key': secretKey, 'x-app-id': 'app_2' }), 401)
    expect(detail).toContain('x-app-id')
  })

  test('of a page where a server’s is needed is told which, and one that names a user what pages do', async () => {
    const settle = () => edge.call('PUT', '/v1/events/theatre', { key: publishableKey, body: {} })
    expect(await detailOf(await settle(), 403)).toContain('hf_sk_')
    const headers = { 'x-external-user-id': 'ada' }
    const named = await edge.call('POST', '/v1/events/theatre/holds', { ...holds, token: null, headers })
    expect(await detailOf(named, 403)).toContain('Only a server may name its user')
  })
})

describe('the operator’s routes', () => {
  test.each([null, 'a.b.c'])('say where the operator signs in, with the token %s', async (token) => {
    const response = await edge.call('GET', '/v1/admin/stats', { key: null, origin: null, token })
    expect(await detailOf(response, 401)).toContain('/v1/admin/login')
  })

  test('tell a page of another origin which setting lists it', async () => {
    const headers = { origin: shopOrigin }
    expect(await detailOf(await edge.app.request('/v1/admin/stats', { headers }), 403)).toContain(
      'ADMIN_ORIGINS',
    )
  })
})
