import { describe, expect, test } from 'vitest'
import type { Challenge } from '../ports.ts'
import { createTestEdge, json, problemIn } from '../testing.ts'
import { verdicts } from '../testing-data.ts'

/** An edge for an app with these settings, where guests may be shown a challenge. */
function openEdge(settings: object = {}, challenge?: Challenge) {
  const edge = createTestEdge({ ...(challenge && { challenge }) })
  edge.core.answers.set('POST /internal/keys/verify', ({ body }) =>
    json({ verdict: { ...verdicts.get(JSON.parse(body).key), ...settings }, deniedUsers: [] }),
  )
  edge.core.answers.set('POST /v1/auth/guest', () =>
    json({ token: 'a.b.c', expiresInSeconds: 86_400, guest: { id: 'g1' } }, 201),
  )
  const come = (address: string, body: object = {}) =>
    edge.call('POST', '/v1/auth/guest', { token: null, headers: { 'x-test-address': address }, body })
  /** How many of so many who come at once become guests. */
  const begun = async (address: string, times: number, body?: object) => {
    const statuses: number[] = []
    for (let n = 0; n < times; n++) statuses.push((await come(address, body)).status)
    return statuses.filter((status) => status === 201).length
  }
  return { ...edge, come, begun }
}

describe('guests', () => {
  test('are begun twenty a minute and a hundred an hour from an address, and from no other fewer for it', async () => {
    const edge = openEdge()
    expect(await edge.begun('203.0.113.7', 25)).toBe(20)
    expect(await edge.begun('203.0.113.8', 5)).toBe(5)
    let begun = 20
    for (let minutes = 1; minutes < 10; minutes++) {
      edge.platform.advance(60_000)
      begun += await edge.begun('203.0.113.7', 20)
    }
    // What was refused in the first minute counts in the hour as well.
    expect(begun).toBe(95)
  })

  test('are more from a network that is listed, and are not counted of a machine of our own', async () => {
    const listed = openEdge({ clientNetworks: [{ cidr: '203.0.113.0/24', units: 80 }] })
    expect(await listed.begun('203.0.113.7', 50)).toBe(40)
    expect(await openEdge().begun('127.0.0.1', 50)).toBe(50)
  })

  test.each(['off', 'observe'])('are not refused while the budget is %s', async (addressBudget) => {
    expect(await openEdge({ addressBudget }).begun('203.0.113.7', 25)).toBe(25)
  })
})

describe('a challenge', () => {
  const challenged = async (challenge: Challenge | undefined, body: object) => {
    const edge = openEdge({}, challenge)
    const begun = await edge.begun('203.0.113.7', 25, body)
    const told = edge.core.requests.filter(({ path }) => path === '/v1/auth/guest')
    return { begun, known: told.filter(({ claims }) => claims.challenged === true).length, edge }
  }
  const sent = { challenge: 'response' }

  test('that was passed is not counted, and core is told of it', async () => {
    const asked: unknown[] = []
    const passes: Challenge = async (...said) => {
      asked.push(said)
      return 'passed'
    }
    expect(await challenged(passes, sent)).toMatchObject({ begun: 25, known: 25 })
    expect(asked[0]).toEqual(['response', '203.0.113.7'])
  })

  test('that nobody has sent is what a refusal asks for', async () => {
    const { begun, known, edge } = await challenged(async () => 'passed', {})
    expect([begun, known]).toEqual([20, 0])
    const refusal = await edge.come('203.0.113.7')
    expect([refusal.status, Number(refusal.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
    expect(await problemIn(refusal)).toMatchObject({ code: 'rate_limited', errors: [{ path: 'challenge' }] })
  })

  test('that was not passed is refused', async () => {
    const { begun, edge } = await challenged(async () => 'failed', sent)
    expect(begun).toBe(0)
    const problem = await problemIn(await edge.come('203.0.113.7', sent))
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ path: 'challenge' }] })
  })

  test('that nobody judges counts as none', async () => {
    expect(await challenged(async () => 'unknown', sent)).toMatchObject({ begun: 20, known: 0 })
  })

  test('that is not asked for is refused, and so is one that is none', async () => {
    expect((await challenged(undefined, sent)).begun).toBe(0)
    const edge = openEdge({}, async () => 'passed')
    for (const challenge of ['', 'x'.repeat(2_049), 7]) {
      expect((await edge.come('203.0.113.7', { challenge })).status).toBe(422)
    }
  })
})
