/*
 * The attacker stands behind the same proxy as all buyers, whose address the edge cannot read, or reads with another port each
 * time: either they use up the one budget of all, or they have a new budget with each connection.
 */
import { freeLoginFailuresPerAddress, signUpsPerMinute } from '@holdfast/contract'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeClientAddress } from '../../../edge/src/adapters/node-client-address.ts'
import { onPage, openWorld, type World } from '../world.ts'

const proxy = '10.20.30.40'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const logIn = (address: string) =>
  world.send({
    method: 'POST',
    path: '/v1/auth/login',
    headers: { ...onPage(world.shop), 'x-test-address': address },
    body: { email: 'ada@example.org', password: 'wrong horse battery' },
  })

const signUp = (address: string, n: number) =>
  world.send({
    method: 'POST',
    path: '/v1/auth/signup',
    headers: { ...onPage(world.shop), 'x-test-address': address },
    body: { email: `ada${n}@example.org`, password: 'long horse battery', name: 'Ada', code: '12345678' },
  })

describe('a client', () => {
  test('whose address cannot be read does not use up a budget that others share', async () => {
    const statuses = []
    for (let n = 0; n < signUpsPerMinute + 2; n++) statuses.push((await signUp('unix:', n)).headers)
    for (const headers of statuses) expect(headers.get('ratelimit-remaining')).not.toBe('0')
  })

  test('gets no new budget with another port', async () => {
    const codes = []
    for (let n = 0; n < freeLoginFailuresPerAddress + 2; n++)
      codes.push((await logIn(`203.0.113.9:${40_000 + n}`)).text)
    expect(codes.at(-1)).toContain('rate_limited')
  })
})

describe('the address that proxies tell of', () => {
  const seen = async (header: string | undefined, hops: number, sent: Readonly<Record<string, string>>) => {
    const faults: string[] = []
    const addressOf = nodeClientAddress({ header, hops, onFault: (fault) => void faults.push(fault) })
    const app = new Hono().get('/', (c) => c.text(addressOf(c)))
    const socket = { remoteAddress: proxy, remotePort: 40_000, remoteFamily: 'IPv4' }
    const answer = await app.request('/', { headers: sent }, { incoming: { socket } })
    return { address: await answer.text(), faults }
  }
  const forwarded = (text: string) => ({ 'x-forwarded-for': text })

  test.each([
    [1, 'forged, 198.51.100.7', '198.51.100.7'],
    [1, '198.51.100.7:5678', '198.51.100.7'],
    [1, 'forged, [2001:db8::7]:443', '2001:db8::7'],
    [2, 'forged, 198.51.100.7, 10.0.0.1', '198.51.100.7'],
    [2, 'forged, 198.51.100.7:1, 10.0.0.1:2', '198.51.100.7'],
  ])('is that of the one before %s proxies in %s', async (hops, text, address) => {
    expect(await seen('x-forwarded-for', hops, forwarded(text))).toEqual({ address, faults: [] })
  })

  test('is none, and told, where it cannot be read', async () => {
    expect(await seen('x-forwarded-for', 1, forwarded('198.51.100.7, unix:'))).toEqual({
      address: '',
      faults: ['unreadable'],
    })
  })

  test('is that of the connection where fewer proxies than were named have written', async () => {
    expect((await seen('x-forwarded-for', 2, forwarded('198.51.100.7'))).address).toBe(proxy)
  })

  test('is told to be no buyer’s where no proxy is named and the connection comes from a private network', async () => {
    expect(await seen(undefined, 1, {})).toEqual({ address: proxy, faults: ['private'] })
  })
})
