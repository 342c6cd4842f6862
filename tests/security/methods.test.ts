import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCoreApp } from '../../core/src/app.ts'
import { plainPasswords } from '../../core/src/users/testing.ts'
import { createAssertionSigner } from '../../edge/src/assertion.ts'
import { createCoreClient } from '../../edge/src/core-client.ts'
import { pathOf, type Route, routes } from './routes.ts'
import { adminAccount, secrets } from './secrets.ts'
import { goodHeaders, owner, sendTo } from './senders.ts'
import { openStage, type Stage } from './stage.ts'
import type { World } from './world.ts'

let world: World
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  world = stage.world
})
afterAll(() => world.close())

/** Every method that a server of HTTP lets through to an app. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

/** A path may be there by several methods. */
const formOf = ({ path }: Pick<Route, 'path'>) => path.replaceAll(/\{\w+\}/g, '{}')

function methodsAt(route: Route): string[] {
  const known = routes.filter((other) => formOf(other) === formOf(route)).map(({ method }) => method)
  return [...new Set(known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].toSorted()
}

const allowed = ({ headers }: { readonly headers: Headers }) => headers.get('allow')?.split(', ').toSorted()

/** A refusal as each of the three APIs words it. */
const word = {
  v1: { code: 'method_not_allowed' },
  unified: { success: false, error: { code: 'METHOD_NOT_ALLOWED' } },
  tickets: { error: 'Method not allowed' },
}

const named = (list: readonly Route[]) => list.map((route) => [route.name, route] as const)

describe.each(named(routes.filter(({ method }) => method === 'GET')))('%s', (_, route) => {
  test('answers HEAD as it answers GET, without a body', async () => {
    const asked = route.ask(stage)
    const good = await goodHeaders(world, route, asked, owner(stage))
    const get = await sendTo(world, route, asked, good)
    const head = await sendTo(world, { ...route, method: 'HEAD' }, asked, good)
    expect([head.status, head.text]).toEqual([get.status, ''])
    expect(get.status, get.text).toBe(200)
    for (const name of ['content-type', 'cache-control', 'vary'])
      expect(head.headers.get(name), name).toBe(get.headers.get(name))
  })
})

describe.each(named(routes))('the path of %s', (_, route) => {
  const path = () => pathOf(route, route.ask(stage))

  test('says which methods it knows to whoever asks, and to whoever uses another', async () => {
    const known = methodsAt(route)
    const options = await world.send({ method: 'OPTIONS', path: path() })
    expect([options.status, allowed(options), options.text]).toEqual([204, known, ''])
    for (const method of methods.filter((one) => !known.includes(one))) {
      const answer = await world.send({ method, path: path() })
      expect([answer.status, allowed(answer)], method).toEqual([405, known])
      if (method !== 'HEAD') expect(answer.body, method).toMatchObject(word[route.api])
    }
  })

  test('answers a preflight for each of its methods, whoever asks', async () => {
    for (const method of methodsAt(route)) {
      const asks = { origin: 'https://any.example', 'access-control-request-method': method }
      const answer = await world.send({ method: 'OPTIONS', path: path(), headers: asks })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-methods')?.split(', ')).toContain(method)
    }
  })

  test('is not there with a part more, by whichever method', async () => {
    for (const method of [...methods, 'OPTIONS']) {
      const answer = await world.send({ method, path: `${path().split('?')[0]?.replace(/\/$/, '')}/x/y/z` })
      expect([answer.status, answer.headers.get('allow')], method).toEqual([404, null])
    }
  })
})

/** Core, whose routes the edge alone asks. */
describe('core', () => {
  const coreApp = () => {
    const { hasher } = plainPasswords()
    return createCoreApp(
      world.core,
      {
        ...{ passwords: hasher, adminPasswords: hasher, keyHasher: hasher, tokens: world.tokens },
        admins: [adminAccount],
      },
      secrets.edgeKeys,
    )
  }

  test('every path answers another method with 405 and those that it knows, and none with a fault', async () => {
    const app = coreApp()
    const sign = createAssertionSigner(secrets.edgeKeys, world.core.platform)
    const seen: unknown[] = []
    const port = async (path: string, init: object) => {
      const response = await app.request(path, init)
      seen.push([response.status, allowed(response)])
      return response
    }
    const client = createCoreClient(port, sign, world.core.platform)
    const caller = {
      requestId: 'req_1',
      clientAddress: '198.51.100.7',
      observe: (_: unknown, work: (within: object) => unknown) => work({}),
    }
    const known = new Map<string, Set<string>>()
    for (const { method, path } of app.routes.filter((route) => route.method !== 'ALL')) {
      const form = path.replaceAll(/:\w+(?:\{(\w+)[^}]*\})?/g, (_, one = 'x-1') => one)
      const own = known.get(form) ?? new Set()
      for (const one of method === 'GET' ? ['GET', 'HEAD'] : [method]) own.add(one)
      known.set(form, own)
    }
    expect(known.size).toBeGreaterThan(40)
    for (const [path, own] of known) {
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((one) => !own.has(one))) {
        seen.length = 0
        await client.send({ method, path, caller } as never)
        expect(seen, `${method} ${path}`).toEqual([[405, [...own].toSorted()]])
      }
    }
  })

  test('its probes and published keys say so to whoever asks without a signature', async () => {
    for (const path of ['/livez', '/readyz', '/.well-known/jwks.json']) {
      const head = await coreApp().request(path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      for (const method of ['POST', 'DELETE', 'OPTIONS']) {
        const response = await coreApp().request(path, { method })
        expect([response.status, allowed(response)], `${method} ${path}`).toEqual([405, ['GET', 'HEAD']])
      }
    }
  })
})
