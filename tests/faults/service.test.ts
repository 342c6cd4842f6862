import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { startService } from '../support/service.ts'

/** A core of which only its name and its readiness are known. */
async function startTarget(name: string) {
  const state = { isReady: true }
  const server: Server = createServer((request, answer) => {
    answer
      .writeHead(request.url === '/readyz' && !state.isReady ? 503 : 200, { connection: 'close' })
      .end(name)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { state, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function startAll(...targets: readonly { readonly url: string }[]) {
  const service = await startService(targets.map(({ url }) => url))
  onTestFinished(() => service.stop())
  const ask = async () => (await fetch(service.url)).text()
  const askTimes = async (times: number) => new Set(await Promise.all(Array.from({ length: times }, ask)))
  return {
    service,
    ask,
    askTimes,
    areReady: (count: number) => until(async () => service.ready().length === count),
  }
}

test('F29: new connections go to the cores that are ready, in turn, and to one that was added', async () => {
  const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(startTarget))
  if (!one || !two || !three) throw new Error('no targets')
  const { service, askTimes, areReady } = await startAll(one, two)
  await areReady(2)
  expect(await askTimes(4)).toEqual(new Set(['one', 'two']))
  one.state.isReady = false
  await areReady(1)
  expect(await askTimes(4)).toEqual(new Set(['two']))
  service.add(three.url)
  await areReady(2)
  expect(await askTimes(4)).toEqual(new Set(['two', 'three']))
  service.remove(two.url)
  expect(await askTimes(4)).toEqual(new Set(['three']))
})

test('F29: a connection that is open stays with its core, ready or not, and ends with it', async () => {
  const one = await startTarget('one')
  const two = await startTarget('two')
  const { service, areReady } = await startAll(one)
  await areReady(1)
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  await once(socket, 'connect')
  await until(async () => (await connectionsOf(one.server)) > 0)
  one.state.isReady = false
  service.add(two.url)
  await until(async () => service.ready().join() === two.url)
  socket.write('GET / HTTP/1.1\r\nhost: core\r\n\r\n')
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/one/)
  await once(socket, 'close')
})

test('F25: while no core is ready a connection is refused, so that nobody thinks that something was sent', async () => {
  const one = await startTarget('one')
  const { service, ask, areReady } = await startAll(one)
  await areReady(1)
  expect(await ask()).toBe('one')
  one.state.isReady = false
  await areReady(0)
  await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  one.state.isReady = true
  await areReady(1)
  expect(service.ready()).toEqual([one.url])
  expect(await ask()).toBe('one')
})

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
