import { once } from 'node:events'
import { createServer } from 'node:http'
import { systemPlatform } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { turnstile } from './turnstile.ts'

/** What Cloudflare is asked, and what it answers. */
const asked: Record<string, string>[] = []
let answer = { status: 200, text: '{"success":true}' }
const server = createServer(async (incoming, outgoing) => {
  const body = await new Response(incoming as never).text()
  asked.push(Object.fromEntries(new URLSearchParams(body)))
  outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text)
})
let url = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${z.object({ port: z.int() }).parse(server.address()).port}/`
})
afterAll(() => void server.close())

const ask = (address: string | null = '203.0.113.7') =>
  turnstile('secret', systemPlatform, url)('response', address)

test('a response is put to Cloudflare with the secret and the address, where it is known', async () => {
  expect(await ask()).toBe('passed')
  expect(asked.at(-1)).toEqual({ secret: 'secret', response: 'response', remoteip: '203.0.113.7' })
  await ask(null)
  expect(asked.at(-1)).toEqual({ secret: 'secret', response: 'response' })
})

test.each([
  ['failed', { status: 200, text: '{"success":false,"error-codes":["timeout-or-duplicate"]}' }],
  ['unknown', { status: 500, text: 'no JSON' }],
  ['unknown', { status: 200, text: '{}' }],
] as const)('what it answers is %s: %j', async (word, said) => {
  answer = said
  expect(await ask()).toBe(word)
})

test('who cannot be reached says nothing', async () => {
  expect(await turnstile('secret', systemPlatform, 'http://127.0.0.1:1/')('response', null)).toBe('unknown')
})
