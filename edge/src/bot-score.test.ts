import { describe, expect, test } from 'vitest'
import { botHints } from './bot-hints.ts'
import { botScoreMin, type JudgedRequest, scoreBot } from './bot-score.ts'
import { bots, browsers, copiedNavigation } from './testing-agents.ts'

const score = (sent: Readonly<Record<string, string>>, more: Partial<JudgedRequest> = {}) =>
  scoreBot({ method: 'POST', header: (name) => sent[name], isNative: false, isSecure: false, ...more })

const withJson = (sent: Readonly<Record<string, string>>) => ({
  ...sent,
  'content-type': 'application/json',
})
const without = (sent: Readonly<Record<string, string>>, name: string) =>
  Object.fromEntries(Object.entries(sent).filter(([other]) => other !== name))

describe.each(Object.entries(browsers))('%s', (_, sent) => {
  test('is no bot, whether it reads or writes', () => {
    expect(score(withJson(sent)).reasons).toEqual([])
    expect(score(sent, { method: 'GET' }).reasons).toEqual([])
  })

  test('is none at the edge’s own origin, where a read has no origin and few headers are sure', () => {
    const own = { ...sent, 'sec-fetch-site': 'same-origin' }
    expect(score(without(own, 'origin'), { method: 'GET' }).score).toBeLessThan(botScoreMin)
    expect(score({ ...own, origin: 'https://edge.example' }).score).toBeLessThan(botScoreMin)
  })

  test('is none with its headers where TLS is sure', () => {
    expect(score(without(sent, 'origin'), { method: 'GET', isSecure: true }).score).toBeLessThan(botScoreMin)
    expect(score({ ...sent, origin: 'http://localhost:5173' }, { isSecure: true }).score).toBeLessThan(
      botScoreMin,
    )
  })

  test('is none on a page without TLS, to which it says less', () => {
    const plain = Object.entries(sent).filter(([name]) => !name.startsWith('sec-'))
    const said = { ...Object.fromEntries(plain), origin: 'http://192.168.1.20:5173' }
    expect(score(said).score).toBeLessThan(botScoreMin)
  })

  test.each(Object.keys(withJson(sent)))('is none if something strips its %s', (name) => {
    for (const method of ['POST', 'GET']) {
      const { score: found, reasons } = score(without(withJson(sent), name), { method })
      expect(found, reasons.join()).toBeLessThan(botScoreMin)
    }
  })
})

describe.each(Object.entries(bots))('%s', (_, sent) => {
  test('is a bot when it writes, and is seen when it reads', () => {
    expect(score(withJson(sent)).score).toBeGreaterThanOrEqual(botScoreMin)
    expect(score(sent, { method: 'GET' }).reasons).not.toEqual([])
  })
})

test('a forged browser gains nothing by saying that its page has no TLS, or no origin', () => {
  const forged = bots['axios as Chrome that speaks a language'] ?? {}
  expect(score(without(forged, 'origin')).score).toBeGreaterThanOrEqual(botScoreMin)
  const plain = { ...forged, origin: 'http://localhost' }
  expect(score(plain, { isSecure: true }).score).toBeGreaterThanOrEqual(botScoreMin)
})

test('what was copied from the address bar is a bot’s when it writes', () => {
  expect(score(copiedNavigation).reasons).toEqual(['fetch_metadata_contradicts'])
  expect(score(copiedNavigation, { method: 'GET' }).reasons).toEqual([])
})

test('no single thing that is missing suffices, and every contradiction does', () => {
  for (const [reason, { weight }] of Object.entries(botHints)) {
    if (/missing|unfamiliar|suspects/.test(reason)) expect(weight, reason).toBeLessThan(botScoreMin)
    else expect(weight, reason).toBeGreaterThanOrEqual(botScoreMin)
  }
})

test('reasons add up, each by its weight', () => {
  expect(score({ origin: 'https://shop.example' })).toEqual({
    score: 45 + 35 + 35,
    reasons: ['agent_missing', 'accept_missing', 'language_missing'],
  })
})

test.each(['okhttp/4.12.0', 'Shop/7 CFNetwork/1498.700.2 Darwin/23.6.0', 'Dart/3.5 (dart:io)', 'Shop/7.1'])(
  'a phone’s own program is none where its app lets it call: %s',
  (agent) => {
    const sent = { 'user-agent': agent }
    expect(score(sent, { isNative: true }).score).toBe(0)
    expect(score(sent).score).toBeGreaterThanOrEqual(botScoreMin)
  },
)

test.each(['curl', 'python-requests', 'axios', 'fetch of Node (undici)'])('%s is no phone’s', (name) => {
  const { reasons } = score(bots[name] ?? {}, { isNative: true })
  expect(reasons).toEqual(['tool_agent'])
})

test.each([
  [undefined, []],
  [0, []],
  [1, ['cloudflare_automated']],
  [2, ['cloudflare_suspects']],
  [29, ['cloudflare_suspects']],
  [30, []],
  [99, []],
])('Cloudflare’s score %s', (cloudflareScore, reasons) => {
  const sent = browsers['Tor Browser'] ?? {}
  expect(score(sent, { cloudflareScore }).reasons).toEqual(reasons)
  expect(score({}, { cloudflareScore, isNative: true }).reasons, 'says nothing of phones’ programs').toEqual(
    [],
  )
})
