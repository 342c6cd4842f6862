/*
 * The attacker found the address at which Workers reach core, and sends whatever has no signature: each look at readiness was
 * a query that took a connection from confirms, a body in chunks was read before anybody looked who sent it, and each
 * refusal was a line of the log.
 */
import { headers, inventoryBodyBytesMax } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../world.ts'

const secondMs = 1_000

let world: World
let statements = 0
beforeAll(async () => {
  world = await openWorld(({ port }, run) => {
    if (port === 'store') statements += 1
    return run()
  })
})
afterAll(() => world.close())

const core = async (path: string, init: RequestInit = {}) => {
  const request = new Request(`http://core.test${path}`, init)
  return { request, answer: await (world.network.hosts.get('core.test')?.(request) ?? Response.error()) }
}
const pass = (ms: number) => {
  for (let n = 0; n < ms; n++) world.clock.tick()
}

test('a flood of /readyz asks the store once a second, however many ask at once', async () => {
  statements = 0
  for (let second = 1; second <= 3; second++) {
    const flood = await Promise.all(Array.from({ length: 200 }, () => core('/readyz')))
    expect(new Set(flood.map(({ answer }) => answer.status))).toEqual(new Set([200]))
    expect(statements).toBe(second)
    pass(secondMs)
  }
})

test.each(['/v1/events', '/internal/keys/verify', '/internal/readyz', '/nothing', '/metrics'])(
  'a request of %s that nobody has signed asks nobody, and is told nothing',
  async (path) => {
    statements = 0
    const { answer } = await core(path)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect([...answer.headers.keys()].toSorted()).toEqual(
      [
        'cache-control',
        'content-type',
        headers.edgeRefused,
        'strict-transport-security',
        'x-content-type-options',
      ].toSorted(),
    )
    expect(await answer.json()).toMatchObject({ code: 'forbidden' })
    expect(statements).toBe(0)
  },
)

test.each(['/livez', '/readyz', '/.well-known/jwks.json'])(
  'the answer of %s says no more than it must',
  async (path) => {
    const { answer } = await core(path)
    expect([...answer.headers.keys()].toSorted()).toEqual([
      'content-type',
      'strict-transport-security',
      'x-content-type-options',
    ])
  },
)

test.each([
  ['no assertion', {}],
  ['something that is no assertion', { [headers.edgeAssertion]: 'x.y.z' }],
])('a body that comes in chunks with %s is not read', async (_, sent) => {
  let read = 0
  const chunk = new Uint8Array(64 * 1024)
  const body = new ReadableStream<Uint8Array>(
    {
      pull(to) {
        read += chunk.length
        if (read > inventoryBodyBytesMax) to.close()
        else to.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  const init = { method: 'POST', headers: sent, body, duplex: 'half' } as RequestInit
  const { answer, request } = await core('/v1/events', init)
  expect(answer.status).toBe(403)
  expect([read, request.bodyUsed]).toEqual([0, false])
})

test('a flood of unsigned requests is a line of the log a second, and no more', async () => {
  pass(secondMs)
  world.logs.length = 0
  await Promise.all(Array.from({ length: 500 }, () => core('/v1/events')))
  expect(world.logs.filter((line) => line.includes('forbidden'))).toHaveLength(1)
  pass(secondMs)
  await core('/v1/events')
  expect(world.logs.filter((line) => line.includes('forbidden'))).toHaveLength(2)
})
