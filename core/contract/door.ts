import {
  idleConnectionMsMax,
  leaveMsMax,
  leaveQuietMs,
  requestHeadersMsMax,
  requestMsMax,
  slowClientsRoundMs,
} from './limits.ts'
import type { Platform } from './platform.ts'

/**
 * How long a client of a server on Node may keep a connection without sending what it began, as options of its `createServer`.
 * Node looks every 30 s if nothing is said.
 */
export const clientDeadlines = {
  headersTimeout: requestHeadersMsMax,
  requestTimeout: requestMsMax,
  keepAliveTimeout: idleConnectionMsMax,
  connectionsCheckingInterval: slowClientsRoundMs,
} as const

/** The same, as a test may set it. */
export type ClientDeadlines = { readonly [Name in keyof typeof clientDeadlines]: number }

/** The door of a server that may be told to stop. */
export interface Door {
  isLeaving(): boolean
  /** Lets clients go elsewhere, then takes no more connections, and resolves when what is under way is answered. */
  close(): Promise<void>
}

/** What is used of a `Server` of `node:http`. */
interface DoorOf {
  prependListener(
    event: 'request',
    hear: (
      incoming: { readonly url?: string | undefined },
      outgoing: { setHeader(name: string, value: string): unknown },
    ) => void,
  ): unknown
  close(done: () => void): unknown
  closeIdleConnections(): void
  closeAllConnections(): void
}

/** How long a turn of waiting is: in each, all that lies at the door is read. */
const turnMs = 50

const probes: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz'])

/**
 * Watches the door of a server. Told to close, it goes on answering while somebody still sends: readiness is off, and
 * every answer ends its connection, for one that idles would be closed under the request that an edge just sent.
 *
 * @param drainMsMax what is not answered so long after it has closed is cut off: longer than any answer takes.
 */
export function watchDoor(
  server: DoorOf,
  platform: Pick<Platform, 'now' | 'sleep'>,
  drainMsMax: number,
): Door {
  let isLeaving = false
  let quietTurns = 0
  server.prependListener('request', (incoming, outgoing) => {
    if (!probes.has(incoming.url)) quietTurns = 0
    if (isLeaving) outgoing.setHeader('connection', 'close')
  })
  const waitFor = async (isSo: () => boolean, msMax: number) => {
    const untilMs = platform.now() + msMax
    while (!isSo() && platform.now() < untilMs) await platform.sleep(turnMs)
  }
  return {
    isLeaving: () => isLeaving,
    async close() {
      isLeaving = true
      quietTurns = 0
      // By turns, not by the clock: requests wait at the door of a process that was kept from listening for a second.
      await waitFor(() => quietTurns++ * turnMs > leaveQuietMs, leaveMsMax)
      let isClosed = false
      const endIdle = server.closeIdleConnections.bind(server)
      // Node ends what idles together with the door: also a connection that was just made, or on which a request is coming.
      server.closeIdleConnections = () => {}
      server.close(() => {
        isClosed = true
      })
      const overMs = platform.now() + drainMsMax
      quietTurns = 0
      await waitFor(() => isClosed || quietTurns++ * turnMs > leaveQuietMs, drainMsMax)
      endIdle()
      await waitFor(() => isClosed, overMs - platform.now())
      if (!isClosed) server.closeAllConnections()
    },
  }
}
