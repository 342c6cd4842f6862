/*
 * The attacker sees what passes between the edge and core, and sends a signed request again while its signature is good: each
 * had its effect once more.
 */
import { assertionTtlSeconds, clockToleranceSeconds, headers } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { secrets } from '../secrets.ts'
import { openWorld, type World } from '../world.ts'

let world: World
let caught: Request[] = []
let core: (request: Request) => Response | Promise<Response>
let admin: Record<string, string>
beforeEach(async () => {
  world = await openWorld()
  const ours = world.network.hosts.get('core.test')
  if (!ours) throw new Error('there is no core')
  core = ours
  world.network.hosts.set('core.test', (request) => {
    caught.push(request.clone())
    return core(request)
  })
  const { email, password } = secrets.admin
  const login = await world.send({ method: 'POST', path: '/v1/admin/login', body: { email, password } })
  admin = { authorization: `Bearer ${(login.body as { token: string }).token}` }
  caught = []
})
afterEach(() => world.close())

const createApp = (): Promise<ApiAnswer> =>
  world.send({ method: 'POST', path: '/v1/admin/apps', headers: admin, body: { name: 'Mine' } })
const lastOf = (method: string): Request => {
  const found = caught.findLast((request) => request.method === method)
  if (!found) throw new Error(`no ${method} was caught`)
  return found
}
const names = async () => {
  const { body } = await world.send({ method: 'GET', path: '/v1/admin/apps', headers: admin })
  return (body as { apps: { name: string }[] }).apps.map(({ name }) => name).filter((name) => name === 'Mine')
}
const pass = (ms: number) => {
  for (let n = 0; n < ms; n++) world.clock.tick()
}

test('a write that was caught on the way is taken once', async () => {
  expect((await createApp()).status).toBe(201)
  const write = lastOf('POST')
  const again = await Promise.all(Array.from({ length: 3 }, () => core(write.clone())))
  expect(again.map(({ status }) => status)).toEqual([403, 403, 403])
  expect(again.map((answer) => answer.headers.get(headers.edgeRefused))).toEqual([
    'replayed',
    'replayed',
    'replayed',
  ])
  expect(await names()).toEqual(['Mine'])
})

test('it is not taken either in the last moment of its signature, nor after it', async () => {
  await createApp()
  const write = lastOf('POST')
  const lastMs = (assertionTtlSeconds + clockToleranceSeconds) * 1_000 - 1_500
  for (const ms of [lastMs, 1_000, 1_000, 60_000]) {
    pass(ms)
    expect((await core(write.clone())).status).toBe(403)
  }
  expect(await names()).toEqual(['Mine'])
})

test('a read may come again: it changes nothing', async () => {
  await names()
  const read = lastOf('GET')
  expect((await core(read.clone())).status).toBe(200)
  expect((await core(read.clone())).status).toBe(200)
})

test('a body that somebody changed does not use up the write that it came with', async () => {
  const ours = core
  let forged = 0
  core = async (request) => {
    if (request.method !== 'POST' || forged > 0) return ours(request)
    const { url, method, headers: signed } = request
    const { status } = await ours(new Request(url, { method, headers: signed, body: '{"name":"Theirs"}' }))
    forged = status
    return ours(request)
  }
  expect((await createApp()).status).toBe(201)
  expect(forged).toBe(403)
  expect(await names()).toEqual(['Mine'])
})

test('a write that a gateway delivers twice, the lost one first, is of unknown outcome and is not sent again by the edge', async () => {
  const ours = core
  core = async (request) => {
    if (request.method !== 'POST') return ours(request)
    await ours(request.clone())
    return ours(request)
  }
  expect((await createApp()).status).toBe(503)
  expect(await names()).toEqual(['Mine'])
})
