import {
  type AppVerdict,
  type BotMode,
  type IssuedVerdict,
  type KeyUse,
  ticketsPerSecondDefault,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import type { EdgeDeps } from '../app.ts'
import {
  type Call,
  createTestEdge,
  createTestInventory,
  createTestPlatform,
  json,
  problemIn,
} from '../testing.ts'
import { bots, browsers } from '../testing-agents.ts'
import {
  nativeKey,
  publishableKey,
  secretKey,
  settings,
  shopOrigin,
  theatre,
  verdicts,
} from '../testing-data.ts'

const curl = bots.curl ?? {}
const chrome = browsers['Chrome on macOS'] ?? {}
const legacyKey = 'l'.repeat(40)
const shop = verdicts.get(publishableKey) as AppVerdict

/** An edge whose apps have this mode and all have the predecessors' routes; it tells what the inventory was asked. */
function createGuarded(botMode: BotMode, changes: Partial<EdgeDeps> = {}, legacyUse: KeyUse = 'page') {
  const asked: string[] = []
  const inventory = new Proxy(createTestInventory(createTestPlatform()), {
    get(target, name, self) {
      asked.push(String(name))
      return Reflect.get(target, name, self)
    },
  })
  const event = { appId: shop.appId, eventId: theatre.id }
  const tickets = { event, perSecond: ticketsPerSecondDefault }
  const edge = createTestEdge({ inventory, settings: { ...settings, tickets }, ...changes })
  edge.core.answers.set('POST /internal/keys/verify', ({ body }) => {
    const { key } = JSON.parse(body)
    const found: IssuedVerdict | undefined =
      key === legacyKey ? { ...shop, kind: 'legacy', use: legacyUse } : verdicts.get(key)
    return json({ verdict: found ? { ...found, botMode } : null, deniedUsers: [] })
  })
  edge.core.answers.set('POST /internal/apps/verdict', () =>
    json({ verdict: { ...shop, botMode }, deniedUsers: [] }),
  )
  const hold = (more: Call) =>
    edge.call('POST', '/v1/events/theatre/holds', { body: { seats: ['A-1'] }, ...more })
  /** As it was said in the log of the last request. */
  const logged = () => edge.logs.filter(({ event }) => event === 'request').at(-1)
  return { ...edge, asked, hold, logged }
}

const seen = { detected: true, score: 185, reasons: ['tool_agent', 'agent_unfamiliar', 'language_missing'] }

describe('the mode of an app', () => {
  test('enforce: a bot is refused before the limiter and the inventory are asked', async () => {
    const { hold, limiter, asked, cache, logged, core } = createGuarded('enforce')
    // So that the key is known, and nothing is looked up.
    await hold({ headers: { ...chrome } })
    const before = [limiter.keys.length, asked.length, cache.entries.size, core.requests.length]
    const answer = await hold({ headers: { ...curl } })
    expect((await problemIn(answer)).code).toBe('bot_detected')
    expect(answer.status).toBe(429)
    expect([limiter.keys.length, asked.length, cache.entries.size, core.requests.length]).toEqual(before)
    expect(logged()).toMatchObject({ status: 429, code: 'bot_detected', appId: 'app_1', bot: seen })
  })

  test('enforce: why is in the log and nowhere in the answer', async () => {
    const { hold, logged } = createGuarded('enforce')
    const answer = await hold({ headers: { ...curl } })
    const told = JSON.stringify([await answer.text(), [...answer.headers]])
    expect(logged()).toMatchObject({ bot: seen })
    for (const secret of [...seen.reasons, String(seen.score), 'curl']) expect(told).not.toContain(secret)
    expect(answer.headers.get('access-control-allow-origin'), 'a page can read it').toBe(shopOrigin)
  })

  test('observe: a bot gets what it asks for, and the log tells', async () => {
    const { hold, asked, logged } = createGuarded('observe')
    expect((await hold({ headers: { ...curl } })).status).not.toBe(429)
    expect(asked).toContain('hold')
    expect(logged()).toMatchObject({ bot: seen })
  })

  test('off: nobody looks', async () => {
    const { hold, asked, logged } = createGuarded('off')
    await hold({ headers: { ...curl } })
    expect(asked).toContain('hold')
    expect(logged()).not.toHaveProperty('bot')
  })

  test.each(Object.entries(browsers))('enforce: %s may hold', async (_, sent) => {
    const { hold, asked } = createGuarded('enforce')
    await hold({ headers: { ...sent } })
    expect(asked).toContain('hold')
  })
})

describe('whom it is for', () => {
  test('a server is never looked at, whatever it is written with', async () => {
    const { hold, asked, logged } = createGuarded('enforce')
    const { origin, ...sent } = curl
    await hold({ key: secretKey, headers: { ...sent, 'x-external-user-id': 'u-1' } })
    expect(asked).toContain('hold')
    expect(logged()).not.toHaveProperty('bot')
  })

  test('a phone’s own program is let in where its app lets it, and a tool is not', async () => {
    const { hold, asked } = createGuarded('enforce')
    const call = (agent: string, origin: string | null) =>
      hold({ key: nativeKey, origin, headers: { 'user-agent': agent } })
    await call('okhttp/4.12.0', null)
    expect(asked).toContain('hold')
    expect((await problemIn(await call('curl/8.5.0', null))).code).toBe('bot_detected')
    expect((await problemIn(await call('okhttp/4.12.0', shopOrigin))).code).toBe('bot_detected')
  })

  test('a read is looked at and let through, with and without an origin', async () => {
    const { call, logged } = createGuarded('enforce')
    const read = (sent: Record<string, string>, origin: string | null) =>
      call('GET', '/v1/events/theatre', { token: null, origin, headers: sent })
    const { origin: _, ...sent } = curl
    for (const origin of [shopOrigin, null]) {
      expect((await read(sent, origin)).status).toBe(200)
      expect(logged()).toMatchObject({ bot: { detected: true } })
    }
    const { origin: __, ...own }: Record<string, string> = { ...chrome, 'sec-fetch-site': 'same-origin' }
    expect((await read(own, null)).status).toBe(200)
    expect(logged()).not.toHaveProperty('bot')
  })

  test('a preflight has no key and is answered', async () => {
    const { app } = createGuarded('enforce')
    const headers = { origin: shopOrigin, 'access-control-request-method': 'POST' }
    expect((await app.request('/v1/events/theatre/holds', { method: 'OPTIONS', headers })).status).toBe(204)
  })

  test('what Cloudflare is sure of counts as well, and what it only suspects does not suffice', async () => {
    const sure = createGuarded('enforce', { cloudflareScore: () => 1 })
    expect((await problemIn(await sure.hold({ headers: { ...chrome } }))).code).toBe('bot_detected')
    const unsure = createGuarded('enforce', { cloudflareScore: () => 20 })
    await unsure.hold({ headers: { ...chrome } })
    expect(unsure.asked).toContain('hold')
    expect(unsure.logged()).toMatchObject({ bot: { detected: false, reasons: ['cloudflare_suspects'] } })
  })
})

describe('on the routes of TicketS', () => {
  const routes = [
    ['GET', '/api/seats'],
    ['POST', '/api/lock'],
    ['POST', '/api/pay'],
    ['POST', '/api/release'],
    ['POST', '/api/auth/register'],
    ['POST', '/api/auth/verify-register'],
    ['POST', '/api/auth/login'],
  ] as const

  test.each(routes)('%s %s: a bot is refused in its words before anything is asked', async (method, path) => {
    const { call, asked, limiter } = createGuarded('enforce')
    const body = method === 'POST' ? { seatId: 'A-1' } : undefined
    const answer = await call(method, path, { key: null, body, headers: { ...curl } })
    expect([answer.status, await answer.json()]).toEqual([429, { error: 'The request looks automated' }])
    expect([asked, limiter.keys]).toEqual([[], []])
  })

  test.each([
    ['observe', curl],
    ['off', curl],
    ['enforce', chrome],
  ] as const)('%s lets a lock through to the inventory', async (mode, sent) => {
    const { call, asked } = createGuarded(mode)
    await call('POST', '/api/lock', { key: null, body: { seatId: 'A-1' }, headers: { ...sent } })
    expect(asked).toContain('hold')
  })
})

describe('on the routes of Unified Booking', () => {
  const named = { 'x-app-id': 'app_1' }
  const reserve = (edge: ReturnType<typeof createGuarded>, more: Call) =>
    edge.call('POST', '/reserve-seat', { key: legacyKey, body: { seatId: 'no seat' }, ...more })

  test('a bot with a page’s key is refused in the envelope before anything is asked', async () => {
    const edge = createGuarded('enforce')
    for (const key of [legacyKey, publishableKey]) {
      const answer = await reserve(edge, { key, headers: { ...named, ...curl } })
      const { success, error } = (await answer.json()) as { success: boolean; error: Record<string, unknown> }
      expect([answer.status, success, error.code]).toEqual([429, false, 'RATE_LIMIT_ERROR'])
      expect(error.details).toEqual({ reason: 'bot_detected', requestId: expect.any(String) })
    }
    const seats = await edge.call('GET', '/seats?entityId=theatre', {
      key: legacyKey,
      headers: { ...named, ...curl },
    })
    expect(seats.status, 'reads too').toBe(429)
    expect([edge.asked, edge.limiter.keys.filter((key) => !key.startsWith('miss:'))]).toEqual([[], []])
  })

  test('a bot with a server’s key is a server', async () => {
    const edge = createGuarded('enforce', {}, 'server')
    const { origin, ...sent } = curl
    expect((await reserve(edge, { origin: null, headers: { ...named, ...sent } })).status).not.toBe(429)
    expect(edge.logged()).not.toHaveProperty('bot')
  })

  test.each([
    ['observe', curl],
    ['off', curl],
    ['enforce', chrome],
  ] as const)('%s lets it through', async (mode, sent) => {
    const edge = createGuarded(mode)
    expect((await reserve(edge, { headers: { ...named, ...sent } })).status).not.toBe(429)
    expect(edge.limiter.keys.at(-1)).toMatch(/^client:app_1:/)
  })
})
