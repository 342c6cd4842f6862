/*
 * The attacker has the key of some app's server, or a way to have that server ask, and tries one password with all accounts that the apps
 * share: nothing counted those calls but the quota of the app, a thousand a second, and each kept bcrypt busy for all.
 */
import { headers, loginFailuresPerClient, namelessLoginsPerSecond } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { signUp } from '../stage.ts'
import { onPage, onServer, openWorld, type Shop, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const servers: Readonly<Record<string, (shop: Shop) => { path: string; headers: Record<string, string> }>> = {
  'a secret key': (shop) => ({ path: '/v1/auth/login', headers: onServer(shop) }),
  'a predecessor’s key of a server': ({ appId, legacyServerKey }) => ({
    path: '/auth/login',
    headers: { [headers.appId]: appId, [headers.apiKey]: legacyServerKey },
  }),
}
const buyer = (address: string) => ({ [headers.clientAddress]: address })
const ada = { email: 'ada@example.org', password: 'correct horse' }

describe.each(Object.entries(servers))('with %s', (_, sentBy) => {
  const logIn = (body: object, more: Record<string, string> = {}, shop = world.shop): Promise<ApiAnswer> => {
    const { path, headers: sent } = sentBy(shop)
    return world.send({ method: 'POST', path, headers: { ...sent, ...more }, body })
  }
  const spray = async (count: number, more: (n: number) => Record<string, string> = () => ({})) => {
    const of = (n: number) => ({ email: `buyer-${n}@example.org`, password: 'Password1!' })
    return Promise.all(Array.from({ length: count }, (_, n) => logIn(of(n), more(n))))
  }
  const tried = (answers: readonly ApiAnswer[]) => answers.filter(({ status }) => status === 401)

  beforeEach(async () => {
    await signUp(world, ada.email, ada.password)
  })

  test('that names no buyer’s address, a few accounts are tried a second, and it is told to name it', async () => {
    const answers = await spray(100)
    expect(tried(answers).length).toBeLessThanOrEqual(namelessLoginsPerSecond)
    expect(tried(answers).length).toBeGreaterThan(0)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.text).toContain(headers.clientAddress)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('that names one of a private network for all, it is as if it named none', async () => {
    const answers = await spray(100, () => buyer('10.0.0.5'))
    expect(tried(answers).length).toBeLessThanOrEqual(namelessLoginsPerSecond)
  })

  test('that names one, as many are tried as from any other client', async () => {
    const answers = await spray(loginFailuresPerClient + 50, () => buyer('203.0.113.7'))
    expect(tried(answers).length).toBe(loginFailuresPerClient)
  })

  test('meanwhile buyers sign in: on pages, by servers that name them, and in other apps', async () => {
    await spray(100)
    const path = '/v1/auth/login'
    const onPages = await world.send({ method: 'POST', path, headers: onPage(world.shop), body: ada })
    const named = await Promise.all(
      Array.from({ length: 20 }, (_, n) => logIn(ada, buyer(`203.0.113.${n + 1}`))),
    )
    const elsewhere = await logIn(ada, {}, world.other)
    for (const { status, text } of [onPages, ...named, elsewhere]) expect(status, text).toBe(200)
  })
})
