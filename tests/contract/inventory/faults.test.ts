import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { AppId, EventId, inventoryCallMs, systemPlatform } from '@holdfast/contract'
import { createInventory, InventoryFault, type ScriptRunner } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import { afterEach, describe, expect, test } from 'vitest'
import { ann, newKey, seatIds } from './fixtures.ts'

/** A Redis that does not answer, refuses or talks nonsense: one kind of fault, soon, that gives nothing away. */

const event = { appId: AppId.parse('secret-app'), eventId: EventId.parse('secret-event') }
const token = 'secret-token'
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function expectFault(runner: ScriptRunner): Promise<void> {
  const call = { holdKey: newKey(), owner: ann, operationId: 'secret-op', seats: seatIds(['secret-seat']) }
  const fault: unknown = await createInventory(runner)
    .hold(event, call)
    .catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(InventoryFault)
  if (!(fault instanceof Error)) return
  expect(fault.message).toMatch(/^(no|unreadable) reply to hold$/)
  expect(Object.getOwnPropertyNames(fault).toSorted()).toEqual(['message', 'name', 'stack'])
  expect(fault.stack).not.toContain('secret')
}

describe('a REST endpoint that', () => {
  /** The turns in which deadlines pass, which end when a test says so, and never by themselves. */
  const turns: { readonly ms: number; readonly over: AbortController }[] = []
  /** How many deliveries had a deadline: each begins with a turn that does not follow another. */
  let deliveries = 0
  let isEnding = false
  afterEach(() => {
    turns.length = 0
    deliveries = 0
  })
  const runnerAt = (port: number) => {
    const deadline = (ms: number) => {
      const over = new AbortController()
      turns.push({ ms, over })
      if (!isEnding) deliveries += 1
      return over.signal
    }
    const platform = { ...systemPlatform, now: () => 0, deadline }
    return upstashRunner(connectUpstash({ url: `http://127.0.0.1:${port}`, token }, platform))
  }
  /** Ends the last turn, and those that follow it. */
  const endDeadline = () => {
    let lastedMs = 0
    isEnding = true
    for (let turn = turns.length - 1; turn < turns.length; turn++) {
      lastedMs += turns[turn]?.ms ?? 0
      turns[turn]?.over.abort()
    }
    isEnding = false
    expect(lastedMs).toBe(inventoryCallMs)
  }
  const answers = (status: number, body: string) => (): RequestListener => (request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(body))
  }

  test.each<[string, () => RequestListener]>([
    ['never answers', () => endDeadline],
    ['hangs up', () => (request) => request.socket.destroy()],
    ['fails with an error of its own', answers(500, '{"error":"ERR secret-app is broken"}')],
    ['fails with a page', answers(502, '<html>secret-app</html>')],
    ['refuses the token', answers(401, '{"error":"WRONGPASS secret-token"}')],
    ['refuses the script', answers(400, '{"error":"NOSCRIPT no secret-script"}')],
    ['answers with a page', answers(200, '<html>secret-app</html>')],
    ['answers with nothing', answers(200, '')],
    ['answers with a word', answers(200, '{"result":"OK"}')],
    ['answers with null', answers(200, '{"result":null}')],
    ['answers with an error in disguise', answers(200, '{"error":"ERR secret-app"}')],
    ['answers another question', answers(200, '{"result":["snapshot","1","1","FFF","1000"]}')],
  ])('%s is a fault', async (_, listener) => {
    const server = createHttpServer(listener())
    closers.push(() => server.closeAllConnections())
    await expectFault(runnerAt(await listen(server)))
    // A second delivery each, for want of an answer, of the script's name and of the whole script.
    expect(deliveries).toBeLessThanOrEqual(4)
  })

  test('does not exist is a fault', async () => {
    await expectFault(runnerAt(await closedPort()))
  })
})

describe('a Redis that', () => {
  /** Whether the fault came before twice the time of a call was over: by the order of timers, whatever the machine. */
  async function expectFaultInTime(runner: ScriptRunner): Promise<void> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
    }, 2 * inventoryCallMs)
    await expectFault(runner)
    clearTimeout(timer)
    expect(isLate).toBe(false)
  }
  const runnerAt = (port: number) => {
    const client = connectTcp(`redis://127.0.0.1:${port}`)
    closers.push(() => client.disconnect())
    return tcpRunner(client)
  }
  /** Greets like a Redis, and says that to every script. */
  const says = (text: string) => (socket: Socket) =>
    socket.on('data', (chunk) => {
      for (const command of chunk.toString().split(/^\*/m).slice(1)) {
        socket.write(/\neval/i.test(command) ? text : '+OK\r\n')
      }
    })

  test.each<[string, (socket: Socket) => void]>([
    ['never answers', () => {}],
    ['hangs up', (socket) => socket.destroy()],
    ['hangs up when it is asked', (socket) => socket.on('data', () => socket.destroy())],
    ['answers every script with an error', says('-ERR secret-app\r\n')],
    ['has forgotten every script at once', says('-NOSCRIPT secret-script\r\n')],
    ['answers every script with a word', says('+OK\r\n')],
    ['answers every script with nothing', says('*-1\r\n')],
    ['speaks another protocol', says('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('%s is a fault', async (_, onConnect) => {
    const server = createTcpServer((socket) => {
      closers.push(() => socket.destroy())
      onConnect(socket.on('error', () => {}))
    })
    await expectFaultInTime(runnerAt(await listen(server)))
  })

  test('does not exist is a fault', async () => {
    await expectFaultInTime(runnerAt(await closedPort()))
  })
})
