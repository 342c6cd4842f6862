/*
 * The attacker opens connections and never ends what they send: half of a header, half of a body, or nothing. Node looks for
 * such clients every 30 s unless it is told otherwise, so each kept its connection three times as long as it should.
 */

import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { clientDeadlines } from '@holdfast/contract'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as ofCore from '../../../core/src/http/client-server.ts'
import * as ofEdge from '../../../edge/src/adapters/node-client-server.ts'
import { readNodeEnv } from '../../../edge/src/env.ts'
import { startEdge } from '../../../edge/src/node.ts'

const deadlines = {
  ...{ headersTimeout: 150, requestTimeout: 300, keepAliveTimeout: 150 },
  connectionsCheckingInterval: 30,
}

const secret = (name: string) => Buffer.from(name.padEnd(32, '-0123456789abcdefghij')).toString('base64url')

/** The edge as its entry starts it; whatever is behind it is away. */
function serveEdge() {
  const env = readNodeEnv({
    ...{ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', CORE_URL: 'http://127.0.0.1:1' },
    EDGE_ASSERTION_KEYS: `k1:${secret('edge')}`,
    USER_TOKEN_SECRET: secret('user'),
    ADMIN_TOKEN_SECRET: secret('admin'),
    HOLD_KEY_SECRET: secret('hold'),
    ...{ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1', UPSTASH_REDIS_REST_TOKEN: 'token' },
  })
  return startEdge(env, deadlines)
}

/** A server of core, which reads whatever it is sent. */
function serveCore() {
  const read = async (request: Request) => new Response(String((await request.text()).length))
  const server = ofCore.createClientServer(getRequestListener(read), deadlines)
  server.listen(0, '127.0.0.1')
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { server, stop }
}

/** What came back over a connection until it was closed. */
async function ended(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    text += part
  })
  socket.on('error', () => {})
  // A reset is an end as well.
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

describe.each([
  { program: 'the edge', serve: serveEdge, path: '/v1/payments/razorpay/default/webhook' },
  { program: 'core', serve: serveCore, path: '/' },
])('a client of $program', ({ serve, path }) => {
  let running: ReturnType<typeof serveEdge>
  let open: () => Socket
  beforeEach(async () => {
    running = serve()
    if (!running.server.listening) await once(running.server, 'listening')
    const { port } = running.server.address() as AddressInfo
    open = () => connect(port, '127.0.0.1')
  })
  afterEach(() => running.stop())

  const head = (length: number) =>
    `POST ${path} HTTP/1.1\r\nhost: edge.test\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n`

  test.each([
    ['nothing', () => ''],
    ['half of the first line', () => `POST ${path}`],
    ['half of a header', () => head(10).slice(0, -5)],
    ['half of a body', () => `${head(10)}\r\n{"a"`],
    [
      'half of a chunk',
      () => `${head(10).replace(/content-length.*\r\n/, '')}transfer-encoding: chunked\r\n\r\n8\r\n{"a`,
    ],
  ])('that sends %s is cut off', async (_, sent) => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
    const socket = open()
    socket.write(sent())
    expect(await ended(socket)).not.toMatch(/^HTTP\/1.1 2/)
    // It is no fault of ours, and nobody is to be woken for it.
    expect(printed.mock.calls.filter(([line]) => String(line).includes('internal_error'))).toEqual([])
    printed.mockRestore()
  })

  test('that sends its headers a byte at a time is cut off all the same', async () => {
    const socket = open()
    const dripping = setInterval(() => socket.writable && socket.write('x'), 20)
    socket.write(`POST ${path} HTTP/1.1\r\nhost: edge.test\r\nx-slow: `)
    await ended(socket)
    clearInterval(dripping)
  })

  test('that asks nothing more after an answer is let go', async () => {
    const socket = open()
    socket.write('GET /livez HTTP/1.1\r\nhost: edge.test\r\n\r\n')
    expect(await ended(socket)).toMatch(/^HTTP\/1.1 200/)
  })
})

test.each([
  ['the edge', ofEdge],
  ['core', ofCore],
])('the deadlines of %s are its own, and it looks for clients beyond them every second', (_, program) => {
  expect(clientDeadlines).toEqual({
    ...{ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 },
    connectionsCheckingInterval: 1_000,
  })
  const { headersTimeout, requestTimeout, keepAliveTimeout } = program.createClientServer()
  expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
    ...{ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 },
  })
})
