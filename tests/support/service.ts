import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { keepPort } from '../../edge/dev/ports.ts'
import { answersOk } from '../../edge/dev/processes.ts'

/** One address for several replicas, as a Service of Kubernetes is: it knows of them whether they are ready. */
export interface Service {
  readonly url: string
  /** Those that new connections go to. */
  ready(): readonly string[]
  add(target: string): void
  /** New connections go elsewhere; those that are open are left alone. */
  remove(target: string): void
  /** Ends it with every connection through it. */
  stop(): Promise<void>
}

const pollMs = 200
const connectMsMax = 1_000

/** A connection to a target, or undefined where nobody takes it. */
async function connected(target: string): Promise<Socket | undefined> {
  const { hostname, port } = new URL(target)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMsMax) })
    return socket
  } catch {
    socket.destroy()
    return undefined
  }
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => from.destroy())
    from.on('close', () => to.destroySoon())
    from.pipe(to)
  }
  // Who has gone while the way was made closes no more.
  if (one.destroyed) other.destroy()
}

/**
 * Starts one on 127.0.0.1 in front of these addresses (`http://host:port`). Readiness is asked at `/readyz`; a new
 * connection goes to the next that is ready, in turn, and is refused while none is.
 */
export async function startService(targets: Iterable<string> = []): Promise<Service> {
  const { port } = await keepPort()
  const known = new Map<string, { isReady: boolean }>()
  const open = new Set<Socket>()
  const ready = () => [...known].filter(([, { isReady }]) => isReady).map(([target]) => target)
  let [turn, isOver] = [0, false]
  let door: Server | undefined

  const serve = async (client: Socket) => {
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => client.destroy())
    const candidates = ready()
    const first = turn++
    for (let n = 0; n < candidates.length; n++) {
      const upstream = await connected(candidates[(first + n) % candidates.length] ?? '')
      if (upstream) return join(client, upstream)
    }
    client.resetAndDestroy()
  }
  /** A Service without a ready pod refuses connections, so that whoever calls knows that nothing was sent. */
  const mindDoor = async () => {
    const isWanted = !isOver && ready().length > 0
    if (isWanted === (door !== undefined)) return
    if (!isWanted) {
      door?.close()
      door = undefined
      return
    }
    door = createServer({ noDelay: true }, (client) => void serve(client))
    door.listen(port, '127.0.0.1')
    await once(door, 'listening')
  }
  const polling = (async () => {
    while (!isOver) {
      await Promise.all(
        [...known].map(async ([target, one]) => {
          one.isReady = await answersOk(`${target}/readyz`)
        }),
      )
      await mindDoor()
      await pause(pollMs)
    }
  })()
  for (const target of targets) known.set(target, { isReady: false })

  return {
    url: `http://127.0.0.1:${port}`,
    ready,
    add: (target) => void known.set(target, { isReady: false }),
    remove: (target) => void known.delete(target),
    async stop() {
      isOver = true
      await polling
      await mindDoor()
      for (const socket of open) socket.destroy()
    },
  }
}
