/*
 * The attacker knows an admin's password and sees one code of their authenticator, over a shoulder or on a page that passes it on.
 */
import { systemPlatform } from '@holdfast/contract'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTotpSecret } from '../../../core/src/administration/second-factor.ts'
import { adminAccount, secrets } from '../secrets.ts'
import { openWorld, type World } from '../world.ts'

const { secret: totpSecret } = makeTotpSecret('root', systemPlatform)
let world: World
beforeAll(async () => {
  world = await openWorld(undefined, { admins: [{ ...adminAccount, totpSecret }] })
})
afterAll(() => world.close())
// Each test has codes of its own.
beforeEach(() => world.clock.tick(600_000))

const { email, username, password } = secrets.admin
const shown = () => new TOTP({ secret: totpSecret }).generate({ timestamp: world.core.platform.now() })
const logIn = (more: object) =>
  world.send({ method: 'POST', path: '/v1/admin/login', body: { email, password, ...more } })
const logInToConsole = (more: object) =>
  world.send({ method: 'POST', path: '/admin/login', body: { username, password, ...more } })

describe('a password alone', () => {
  test('is no sign-in, and is told only to who has it', async () => {
    expect([(await logIn({})).status, (await logIn({})).body]).toMatchObject([
      401,
      { code: 'second_factor_required' },
    ])
    expect((await logIn({ password: 'a wrong one', code: shown() })).body).toMatchObject({
      code: 'invalid_credentials',
    })
    expect([(await logInToConsole({})).status, (await logInToConsole({})).body]).toMatchObject([
      401,
      { error: { code: 'AUTHENTICATION_ERROR', details: { reason: 'second_factor_required' } } },
    ])
  })
})

describe('a code that was seen', () => {
  test('is good for its owner, once, and then for nobody, on either route', async () => {
    const code = shown()
    expect((await logIn({ code })).status).toBe(200)
    expect((await logIn({ code })).body).toMatchObject({ code: 'second_factor_required' })
    expect((await logInToConsole({ code })).status).toBe(401)
    world.clock.tick(30_000)
    expect((await logIn({ code })).status).toBe(401)
  })

  test('is good once where the predecessor’s console sends it', async () => {
    const code = shown()
    expect((await logInToConsole({ code })).status).toBe(200)
    expect((await logInToConsole({ code })).status).toBe(401)
  })

  test('is good once, however many use it at once', async () => {
    const code = shown()
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn({ code })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})
