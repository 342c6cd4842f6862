import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { ConnectionString } from 'mongodb-connection-string-url'
import { createRandom } from '../simulation/scheduler.ts'

/**
 * What can happen to a message, which is whatever a client sends until it is answered. TCP loses nothing out of the
 * middle: on a connection that has lost something, nothing comes through that way any more, and it stays open.
 */
export const faultKinds = [
  /** It comes `ms` later, and so does what follows on the connection. */
  'latency',
  /** It does not come; both sides are told that the connection is gone. */
  'reset',
  /** It does not come, and nobody is told. */
  'request_dropped',
  /** It comes and has its effect; its answer does not come, and nobody is told. */
  'answer_dropped',
  /** It comes and has its effect; instead of the answer both sides are told that the connection is gone. */
  'answer_reset',
  /**
   * It comes twice, the second time on a connection of its own, whose answer nobody gets. For HTTP only, where gateways
   * do that: a message of RESP may be a part of several commands, and one of MongoDB belongs to its connection's order.
   */
  'duplicate',
  /** The server has vanished without a word: nothing passes either way, what is under way included. */
  'half_open',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** Which messages suffer what. */
export interface Rule {
  readonly fault: FaultKind
  /** How likely it is for each message that it is about; certain when absent. */
  readonly chance?: number
  /** Only on this connection, counted from 1. */
  readonly connection?: number
  /** Only messages whose first bytes, read as Latin-1, look so. */
  readonly matches?: RegExp
  /** At most so many messages. */
  readonly times?: number
  /** How late `latency` is. */
  readonly ms?: number
}

/** A network between a client and a server of this machine, that can be told to lose things. */
export interface FaultProxy {
  /** The server's URL, through here. */
  readonly url: string
  /** What it carried and what it did. */
  readonly counts: Readonly<Record<FaultKind | 'connections' | 'messages', number>>
  /** From now on these rules and no others: the first that is about a message decides. */
  inflict(...rules: readonly Rule[]): void
  /** From now on nothing more gets lost; connections that have lost something stay as they are. */
  heal(): void
  /** New connections go to this server. */
  retarget(url: string): void
  close(): Promise<void>
}

/** Stands before the server of a URL (`http:`, `redis:`, `mongodb:`); the same seed chooses by the same chances. */
export async function startFaultProxy(serverUrl: string, seed = 1): Promise<FaultProxy> {
  const random = createRandom(seed)
  const zeroes = [...faultKinds, 'connections' as const, 'messages' as const].map((name) => [name, 0])
  const counts = Object.fromEntries(zeroes) as Record<FaultKind | 'connections' | 'messages', number>
  let target = addressOf(serverUrl)
  let rules: { rule: Rule; left: number }[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // 'close' follows.
    return socket
  }

  const fateOf = (connection: number, first: Buffer): Rule | undefined => {
    counts.messages += 1
    const entry = rules.find(
      ({ rule, left }) =>
        left > 0 &&
        (rule.connection ?? connection) === connection &&
        (rule.matches?.test(first.toString('latin1')) ?? true) &&
        random.chance(rule.chance ?? 1),
    )
    if (!entry) return undefined
    entry.left -= 1
    counts[entry.rule.fault] += 1
    return entry.rule
  }

  const server = createServer((client) => {
    counts.connections += 1
    const number = counts.connections
    carry(keep(client), {
      dial: () => keep(connect(target)),
      fateOf: (first) => fateOf(number, first),
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: through(serverUrl, (server.address() as AddressInfo).port),
    counts,
    inflict(...next) {
      rules = next.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }))
    },
    heal() {
      rules = []
    },
    retarget(url) {
      target = addressOf(url)
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

interface Wire {
  /** A new connection to the server. */
  dial(): Socket
  /** What becomes of a message that begins so. */
  fateOf(first: Buffer): Rule | undefined
}

/** Carries one connection. */
function carry(client: Socket, { dial, fateOf }: Wire): void {
  const server = dial()
  const reset = () => {
    client.resetAndDestroy()
    server.resetAndDestroy()
  }
  /** Whether what comes from there still gets to the other side, and whether its answer is what ends the connection. */
  const hears = { server: true, client: true }
  let [isAsking, endsWithAnswer, twin]: [boolean, boolean, Socket?] = [false, false]

  client.on('data', (chunk) => {
    const isNew = !isAsking
    isAsking = true
    if (!hears.server) return
    if (!isNew) {
      twin?.write(chunk)
      return pass(chunk, client, server)
    }
    twin = undefined
    const rule = fateOf(chunk)
    switch (rule?.fault) {
      case 'reset':
        return reset()
      case 'half_open':
        hears.client = false
        hears.server = false
        return
      case 'request_dropped':
        hears.server = false
        return
      case 'answer_dropped':
        hears.client = false
        break
      case 'answer_reset':
        endsWithAnswer = true
        break
      case 'duplicate':
        twin = dial()
        twin.write(chunk)
        twin.on('data', () => twin?.end())
        break
      case 'latency':
        client.pause()
        setTimeout(() => {
          client.resume()
          pass(chunk, client, server)
        }, rule.ms ?? 0)
        return
    }
    pass(chunk, client, server)
  })
  server.on('data', (chunk) => {
    isAsking = false
    if (endsWithAnswer) return reset()
    if (hears.client) pass(chunk, server, client)
  })

  // An end is heard as far as anything is.
  client.on('end', () => hears.server && server.end())
  server.on('end', () => hears.client && client.end())
  client.on(
    'close',
    (hadError) => hears.server && (hadError ? server.resetAndDestroy() : server.destroySoon()),
  )
  server.on(
    'close',
    (hadError) => hears.client && (hadError ? client.resetAndDestroy() : client.destroySoon()),
  )
}

/** Hands bytes on, no faster than they are taken. */
function pass(chunk: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed || to.write(chunk)) return
  from.pause()
  to.once('drain', () => from.resume())
}

const isMongo = (url: string): boolean => url.startsWith('mongodb:')

function addressOf(url: string): { host: string; port: number } {
  const host = isMongo(url) ? new ConnectionString(url).hosts[0] : new URL(url).host
  const [name, port] = host?.split(':') ?? []
  return { host: name ?? '', port: Number(port) }
}

function through(url: string, port: number): string {
  if (!isMongo(url))
    return Object.assign(new URL(url), { host: `127.0.0.1:${port}` })
      .toString()
      .replace(/\/$/, '')
  const address = new ConnectionString(url)
  address.hosts = [`127.0.0.1:${port}`]
  // The driver goes where the replica set says that it is, unless it is told to stay.
  address.searchParams.set('directConnection', 'true')
  return address.toString()
}
