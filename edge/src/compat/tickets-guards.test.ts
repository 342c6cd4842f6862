import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { json } from '../testing.ts'
import { makeToken } from '../testing-data.ts'
import { createTicketsEdge, platform, routes } from './testing-tickets.ts'

const jwtSecret = new TextEncoder().encode('secret123')

describe('who may', () => {
  const seconds = Math.floor(platform.now() / 1_000)
  const old = (claims: object, header: object = {}, secret = jwtSecret) =>
    new SignJWT({ userId: 'usr_1', email: 'a@example.org', iat: seconds - 60, ...claims })
      .setProtectedHeader({ alg: 'HS256', ...header })
      .sign(secret)
  const days = (count: number) => seconds - count * 86_400
  const unsigned = (claims: object) =>
    `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`.replaceAll('=', '')

  test.each([
    ['without end', () => old({}), 409],
    ['without end, made nearly a year ago', () => old({ iat: days(364) }), 409],
    ['without end, made more than a year ago', () => old({ iat: days(366) }), 403],
    ['without end, made nobody knows when', () => old({ iat: undefined }), 403],
    ['with an end to come', () => old({ exp: seconds + 60 }), 409],
    ['with an end to come, made long ago', () => old({ iat: days(400), exp: seconds + 60 }), 409],
    ['with an end to come, made nobody knows when', () => old({ iat: undefined, exp: seconds + 60 }), 409],
    ['that says that it is a JWT', () => old({}, { typ: 'JWT' }), 409],
    ['that has expired', () => old({ exp: seconds - 60 }), 403],
    ['that is not good yet', () => old({ nbf: seconds + 60 }), 403],
    ['with a maker', () => old({ iss: 'somebody' }), 403],
    ['with an audience', () => old({ aud: 'somebody' }), 403],
    ['without a user', () => old({ userId: undefined }), 403],
    ['without an e-mail', () => old({ email: undefined }), 403],
    ['of a user that is a whole number', () => old({ userId: 499 }), 409],
    ['of a user that is zero', () => old({ userId: 0 }), 409],
    ['of a user that is a negative number', () => old({ userId: -1 }), 403],
    ['of a user that is a fraction', () => old({ userId: 1.5 }), 403],
    ['of a user that is no exact number', () => old({ userId: 1e21 }), 403],
    ['of a user that is nothing', () => old({ userId: null }), 403],
    ['of a user that is empty', () => old({ userId: '' }), 403],
    ['of a user that is an operator', () => old({ userId: { $gt: '' } }), 403],
    ['of a user that is no id', () => old({ userId: 'a:b/c' }), 403],
    ['of another kind', () => old({}, { typ: 'admin+jwt' }), 403],
    ['of another secret', () => old({}, {}, new TextEncoder().encode('secret124')), 403],
    ['of another algorithm', () => old({}, { alg: 'HS512' }), 403],
    ['without a signature', async () => unsigned({ userId: 'usr_1', email: 'a@example.org' }), 403],
    ['of a user who was deactivated', () => old({ userId: 'usr_gone' }), 403],
  ])('a token of the existing deployment %s', async (_, makeOld, status) => {
    const authorization = `Bearer ${await makeOld()}`
    const bound = createTicketsEdge({}, { jwtSecret })
    expect((await bound.ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(status)
    const closed = createTicketsEdge()
    expect((await closed.ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(403)
    const elsewhere = await bound.call('POST', '/v1/events/theatre/holds', {
      token: authorization.slice(7),
      body: { seats: ['A-2'] },
    })
    expect(elsewhere.status, 'on no other route').toBe(401)
  })

  test.each([
    ['of a guest of this app', { sub: 'guest:g1', app: 'app_1' }, 409],
    ['of a guest of another app', { sub: 'guest:g1', app: 'app_2' }, 403],
    ['of another app’s own user', { sub: 'ext:app_2:u1' }, 403],
    ['of a user who was deactivated', { sub: 'pool:usr_gone' }, 403],
  ])('a token of ours %s', async (_, claims, status) => {
    const { ask } = createTicketsEdge()
    const authorization = `Bearer ${await makeToken(platform, 'user', { claims })}`
    expect((await ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(status)
  })

  test('a secret that can be guessed is said to be one, by its name', () => {
    const said = { event: 'weak_secret', name: 'TICKETS_JWT_SECRET' }
    expect(createTicketsEdge({}, { jwtSecret }).logs).toEqual([said])
    const strong = new TextEncoder().encode('qS8-eR2!vB6#kT1^wP9$zL4@mX7&hN3*')
    expect(createTicketsEdge({}, { jwtSecret: strong }).logs).toEqual([])
  })

  test('an admin’s token is none', async () => {
    const { ask } = createTicketsEdge()
    const authorization = `Bearer ${await makeToken(platform, 'admin')}`
    expect((await ask('POST', '/api/lock', { seatId: 'A-2' }, { authorization })).status).toBe(403)
  })

  test.each(routes)('%s %s is not there while the app is not active', async (method, path, body) => {
    const { ask, core } = createTicketsEdge()
    core.answers.set('POST /internal/apps/verdict', () => json({ verdict: null, deniedUsers: [] }))
    const answer = await ask(method, path, body)
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'Not found' }])
  })

  test('core is asked about the app once in a while, as about a key', async () => {
    const { ask, core, platform } = createTicketsEdge()
    for (let i = 0; i < 5; i++) await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(1)
    platform.advance(9_000)
    await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(1)
    platform.advance(60_000)
    await ask('GET', '/api/seats')
    expect(core.count('POST /internal/apps/verdict')).toBe(2)
  })
})
