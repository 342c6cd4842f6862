import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'

let heard: string[]
let server: Server
let proxy: FaultProxy

/** A server that answers whatever it hears, and remembers it. */
async function startServer(name: string): Promise<Server> {
  const started = createServer(async (request, answer) => {
    const said = await text(request)
    heard.push(said)
    answer.end(`${name}: ${said}`)
  }).listen(0, '127.0.0.1')
  await once(started, 'listening')
  return started
}
const urlOf = (of: Server) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`

beforeEach(async () => {
  heard = []
  server = await startServer('first')
  proxy = await startFaultProxy(urlOf(server))
})
afterEach(async () => {
  await proxy.close()
  server.closeAllConnections()
  server.close()
})

/** A client of one connection: what it was answered so far, and how the connection stands. */
async function dial() {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  await once(socket, 'connect')
  let [answers, end] = ['', '']
  socket.on('data', (chunk) => {
    answers += chunk
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end = error.code ?? 'error'
  })
  socket.on('close', () => {
    end ||= 'closed'
  })
  return {
    say: (what: string) =>
      socket.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-length: ${what.length}\r\n\r\n${what}`),
    isAnswered: (what: string) => until(async () => answers.includes(`first: ${what}`)),
    isGone: (how: string) => until(async () => end === how),
    isOpen: () => end === '',
    hasNoAnswer: () => answers === '',
    hangUp: () => socket.destroy(),
  }
}
const isHeard = (what: string, times = 1) =>
  until(async () => heard.filter((one) => one === what).length === times)

/** What does not happen cannot be seen: it has not while somebody else was answered. */
async function meanwhile() {
  const answer = await fetch(urlOf(server), { method: 'POST', body: 'meanwhile' })
  await answer.text()
  heard = heard.filter((one) => one !== 'meanwhile')
}

test('what nothing happens to passes, both ways and to the last byte', async () => {
  const long = 'x'.repeat(3_000_000)
  const answer = await fetch(proxy.url, { method: 'POST', body: long })
  expect(await answer.text()).toBe(`first: ${long}`)
  expect(proxy.counts).toMatchObject({ connections: 1, messages: 1, reset: 0 })
})

describe('a plain client sees each fault', () => {
  test('reset: the connection is gone, and the server heard nothing', async () => {
    proxy.inflict({ fault: 'reset' })
    const client = await dial()
    client.say('a')
    await client.isGone('ECONNRESET')
    expect(heard).toEqual([])
    expect(proxy.counts.reset).toBe(1)
  })

  test('request_dropped: the connection stays, and the server never hears this or what follows', async () => {
    const client = await dial()
    client.say('a')
    await client.isAnswered('a')
    proxy.inflict({ fault: 'request_dropped', times: 1 })
    client.say('b')
    client.say('c')
    await meanwhile()
    expect(heard).toEqual(['a'])
    expect(client.isOpen()).toBe(true)
    const other = await dial()
    other.say('d')
    await other.isAnswered('d')
  })

  test('answer_dropped: the server has done it, and the connection stays silent', async () => {
    proxy.inflict({ fault: 'answer_dropped' })
    const client = await dial()
    client.say('a')
    await isHeard('a')
    client.say('b')
    await isHeard('b')
    expect(client.hasNoAnswer() && client.isOpen()).toBe(true)
  })

  test('answer_reset: the server has done it, and the connection is gone instead of the answer', async () => {
    proxy.inflict({ fault: 'answer_reset' })
    const client = await dial()
    client.say('a')
    await client.isGone('ECONNRESET')
    expect(heard).toEqual(['a'])
    expect(client.hasNoAnswer()).toBe(true)
  })

  test('duplicate: the server hears it twice, the client one answer', async () => {
    proxy.inflict({ fault: 'duplicate', times: 1 })
    const answer = await fetch(proxy.url, { method: 'POST', body: 'a'.repeat(300_000) })
    expect(await answer.text()).toBe(`first: ${'a'.repeat(300_000)}`)
    await isHeard('a'.repeat(300_000), 2)
    await fetch(proxy.url, { method: 'POST', body: 'b' })
    expect(heard.filter((one) => one === 'b')).toHaveLength(1)
  })

  test('half_open: what the server says of earlier messages is not heard either, nor that it ended', async () => {
    const client = await dial()
    client.say('a')
    await client.isAnswered('a')
    proxy.inflict({ fault: 'half_open' })
    client.say('b')
    await until(async () => proxy.counts.half_open === 1)
    server.closeAllConnections()
    await meanwhile()
    expect(heard).toEqual(['a'])
    expect(client.isOpen()).toBe(true)
    client.hangUp()
  })

  test('latency: it comes later, and in order', async () => {
    proxy.inflict({ fault: 'latency', ms: 100, times: 1 })
    const client = await dial()
    const startMs = performance.now()
    client.say('a')
    client.say('b')
    await client.isAnswered('b')
    // A timer may be early by the part of a millisecond that it does not see.
    expect(performance.now() - startMs).toBeGreaterThan(98)
    expect(heard).toEqual(['a', 'b'])
  })
})

test('a rule may be about one connection, about what it says, and so many times', async () => {
  proxy.inflict(
    { fault: 'reset', connection: 2, times: 1 },
    { fault: 'request_dropped', matches: /^POST .*secret$/s, times: 1 },
  )
  const [one, two] = [await dial(), await dial()]
  one.say('plain')
  await one.isAnswered('plain')
  two.say('plain')
  await two.isGone('ECONNRESET')
  const three = await dial()
  three.say('secret')
  await until(async () => proxy.counts.request_dropped === 1)
  one.say('secret')
  await one.isAnswered('secret')
  expect(heard).toEqual(['plain', 'secret'])
})

test('chances come from the seed: as many as they say, and the same ones again', async () => {
  const lots = async (seed: number) => {
    const drawn = await startFaultProxy(urlOf(server), seed)
    drawn.inflict({ fault: 'answer_reset', chance: 0.05 })
    const lost: number[] = []
    for (let n = 0; n < 400; n++) {
      await fetch(drawn.url).then(
        (answer) => answer.text(),
        () => lost.push(n),
      )
    }
    expect(drawn.counts.answer_reset).toBe(lost.length)
    await drawn.close()
    return lost
  }
  const lost = await lots(7)
  expect(lost.length).toBeGreaterThan(5)
  expect(lost.length).toBeLessThan(40)
  expect(await lots(7)).toEqual(lost)
})

test('after healing new connections work, and they go to the new server', async () => {
  proxy.inflict({ fault: 'half_open' })
  const client = await dial()
  client.say('a')
  await until(async () => proxy.counts.half_open === 1)
  proxy.heal()
  const second = await startServer('second')
  proxy.retarget(urlOf(second))
  const answer = await fetch(proxy.url, { method: 'POST', body: 'b' })
  expect(await answer.text()).toBe('second: b')
  expect(client.isOpen()).toBe(true)
  second.closeAllConnections()
  second.close()
})

test('a server that is not there is a connection that is gone', async () => {
  server.close()
  server.closeAllConnections()
  const client = await dial()
  client.say('a')
  await client.isGone('ECONNRESET')
})

test.each([
  ['http://127.0.0.1:9', /^http:\/\/127\.0\.0\.1:\d+$/],
  ['redis://127.0.0.1:9', /^redis:\/\/127\.0\.0\.1:\d+$/],
  [
    'mongodb://127.0.0.1:9/shop?replicaSet=rs0',
    /^mongodb:\/\/127\.0\.0\.1:\d+\/shop\?replicaSet=rs0&directConnection=true$/,
  ],
])('%s keeps what it says besides the address', async (url, form) => {
  const other = await startFaultProxy(url)
  expect(other.url).toMatch(form)
  expect(other.url).not.toContain(':9/')
  await other.close()
})
