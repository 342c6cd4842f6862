import { headers } from '@holdfast/contract'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { EdgeEnv } from '../context.ts'
import type { Flood } from '../ports.ts'
import { refuse } from '../refusals.ts'
import { flood } from './flood.ts'

/** What a request is answered, and as whom the first tier has counted it. */
async function ask(
  init: RequestInit,
  { isFlood = async () => false as boolean, address = '192.0.2.7' } = {},
) {
  const counted: string[] = []
  const spied: Flood = (caller, key) => {
    counted.push(`${caller} ${key}`)
    return isFlood()
  }
  const app = new Hono<EdgeEnv>()
    .use(async (c, next) => {
      c.set('clientAddress', address)
      c.set('always', {})
      c.set('note', {})
      await next()
    })
    .use(flood(spied, { deadline: () => AbortSignal.timeout(50) }))
    .all('*', (c) => c.text('passed', 200))
  app.onError((error, c) => refuse(error, c.var))
  const answer = await app.request('/v1/events', init)
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), counted }
}

const post = (sent: Record<string, string> = {}) => ({ method: 'POST', headers: sent })
const tooMany = { isFlood: async () => true }

test('a flood of writes is refused, with when to come again; reads are not counted', async () => {
  expect(await ask(post(), tooMany)).toMatchObject({ status: 429, retryAfter: '10' })
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    expect(await ask({ method }, tooMany)).toMatchObject({ status: 200, counted: [] })
  }
})

test('a browser is counted by its address, an IPv6 one by its /64, whatever key it sends', async () => {
  const counted = async (sent: Record<string, string>, address?: string) =>
    (await ask(post(sent), address === undefined ? {} : { address })).counted
  expect(await counted({ [headers.apiKey]: 'hf_pk_1' })).toEqual(['client 192.0.2.7'])
  expect(await counted({})).toEqual(['client 192.0.2.7'])
  expect(await counted({ [headers.apiKey]: 'old', origin: 'https://shop.example' })).toEqual([
    'client 192.0.2.7',
  ])
  expect(await counted({}, '2001:db8:1:2::9')).toEqual(['client 2001:db8:1:2::/64'])
})

test("a server's key and a predecessor's without an Origin are counted apart", async () => {
  for (const key of ['hf_sk_1', 'old']) {
    expect((await ask(post({ [headers.apiKey]: key }))).counted).toEqual(['server 192.0.2.7'])
  }
})

test('a first tier that breaks or never answers lets everybody pass', async () => {
  expect(await ask(post(), { isFlood: () => Promise.reject(new Error('broken')) })).toMatchObject({
    status: 200,
  })
  expect(await ask(post(), { isFlood: () => new Promise(() => {}) })).toMatchObject({ status: 200 })
})
