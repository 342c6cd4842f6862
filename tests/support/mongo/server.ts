import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { circumstancesOf, createCommands, errorReply } from './commands.ts'
import { createFailPoints, type FailPoints } from './fail-points.ts'
import { createMember, helloNames, type Member } from './member.ts'
import { type Outcome, type Parts, respond } from './responder.ts'
import type { Doc } from './values.ts'
import { decode, encode, type Request } from './wire.ts'

/** One command as it arrived, before any fail point. */
export interface CommandSeen {
  readonly name: string
  readonly command: Doc
  readonly connectionId: number
}

export interface MongoOptions {
  /** A free one when absent. */
  readonly port?: number
  /** `transactionLifetimeLimitSeconds`, in milliseconds; 60 s when absent, as MongoDB's. */
  readonly transactionLifetimeMs?: number
  /** How long there is no primary after a step-down; 100 ms when absent. */
  readonly electionMs?: number
  /** What its hello tells in another way: of a server that is unfit. A field that is undefined is not there. */
  readonly hello?: Doc
}

/** A MongoDB for tests: one primary of the replica set `rs0`, with its data in memory. */
export interface Mongo {
  readonly url: string
  readonly failPoints: FailPoints
  /** Calls `listener` for each command but those of handshake and monitoring, until what it returns is called. */
  onCommand(listener: (seen: CommandSeen) => void): () => void
  /** How many sockets are open, and how many have ever been. */
  connections(): { readonly open: number; readonly opened: number }
  /** Closes every socket and forgets the data. */
  stop(): Promise<void>
}

/** One client's socket. */
interface Peer {
  readonly socket: Socket
  readonly connectionId: number
}

function send({ socket }: Peer, request: Request, reply: Doc, more = false): void {
  if (socket.writable) socket.write(encode(request, reply, more))
}

/** Calls `serve` for each request; what is no message of MongoDB's ends the connection. */
function listen({ socket }: Peer, serve: (request: Request) => Promise<void>): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    try {
      const decoded = decode(Buffer.concat([rest, chunk]))
      rest = decoded.rest
      for (const request of decoded.requests) serve(request).catch(() => socket.destroy())
    } catch {
      socket.destroy()
    }
  })
}

/** An exhaust hello is answered again and again while the client listens (specifications, server-monitoring.md). */
async function greet(peer: Peer, member: Member, request: Request): Promise<void> {
  let { command } = request
  const streams = request.exhaust && command.maxAwaitTimeMS !== undefined
  do {
    await member.awaitChange(command)
    const topologyVersion = member.topologyVersion()
    send(peer, request, { ...member.hello(peer.connectionId), topologyVersion, ok: 1 }, streams)
    command = { ...command, topologyVersion }
  } while (streams && peer.socket.writable)
}

async function listening(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a server without a port')
  return `127.0.0.1:${bound.port}`
}

/** Starts one on 127.0.0.1. */
export async function startMongo(options: MongoOptions = {}): Promise<Mongo> {
  const { port = 0, transactionLifetimeMs = 60_000, electionMs = 100, hello } = options
  const peers = new Set<Peer>()
  const listeners = new Set<(seen: CommandSeen) => void>()
  let opened = 0

  const server = createServer((socket) => {
    opened += 1
    const peer = { socket, connectionId: opened }
    peers.add(peer)
    socket.on('close', () => peers.delete(peer))
    listen(peer, (request) => serve(peer, request))
  })
  const address = await listening(server, port)
  const commands = createCommands(transactionLifetimeMs)
  const member = createMember(address, hello)
  const failPoints = createFailPoints()
  const parts: Parts = { commands, member, failPoints, electionMs }

  const serve = async (peer: Peer, request: Request): Promise<void> => {
    const { command } = request
    const name = Object.keys(command)[0] ?? ''
    if (helloNames.has(name)) return greet(peer, member, request)
    for (const listener of listeners) listener({ name, command, connectionId: peer.connectionId })
    const outcome = await respond(parts, name, command).catch((error: unknown): Outcome => {
      return { kind: 'answered', reply: errorReply(error, circumstancesOf(name, command)) }
    })
    if (outcome.kind === 'dropped') {
      peer.socket.destroy()
      return
    }
    send(peer, request, outcome.reply)
    if (outcome.closeAll) for (const { socket } of peers) socket.end()
  }

  return {
    url: `mongodb://${address}/?replicaSet=rs0`,
    failPoints,
    onCommand: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connections: () => ({ open: peers.size, opened }),
    stop: async () => {
      member.stop()
      commands.interrupt()
      const closed = once(server, 'close')
      server.close()
      for (const { socket } of peers) socket.destroy()
      await closed
    },
  }
}
