import type { Server } from 'node:http'
import { drainMsMax, leaveMsMax, leaveQuietMs, type Platform } from '@holdfast/contract'

/** The door of a server that may be told to stop. */
export interface Door {
  isLeaving(): boolean
  /** Lets clients go elsewhere, then takes no more connections, and resolves when what is under way is answered. */
  close(): Promise<void>
}

const probes: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz'])

/**
 * Watches the door of a server. Told to close, it goes on answering while somebody still sends: readiness is off, and
 * every answer ends its connection, for one that idles would be closed under the request that an edge just sent.
 */
export function watchDoor(
  server: Pick<Server, 'prependListener' | 'close' | 'closeAllConnections'>,
  platform: Pick<Platform, 'now' | 'sleep'>,
): Door {
  let isLeaving = false
  let askedAtMs = 0
  server.prependListener('request', (incoming, outgoing) => {
    if (!probes.has(incoming.url)) askedAtMs = platform.now()
    if (isLeaving) outgoing.setHeader('connection', 'close')
  })
  const waitFor = async (isSo: () => boolean, msMax: number) => {
    const untilMs = platform.now() + msMax
    while (!isSo() && platform.now() < untilMs) await platform.sleep(50)
  }
  return {
    isLeaving: () => isLeaving,
    async close() {
      isLeaving = true
      const toldAtMs = platform.now()
      await waitFor(() => platform.now() > Math.max(askedAtMs, toldAtMs) + leaveQuietMs, leaveMsMax)
      let isClosed = false
      server.close(() => {
        isClosed = true
      })
      await waitFor(() => isClosed, drainMsMax)
      if (!isClosed) server.closeAllConnections()
    },
  }
}
