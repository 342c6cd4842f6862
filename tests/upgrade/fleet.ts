import { keepPort } from '../../edge/dev/ports.ts'
import type { Running } from '../../edge/dev/processes.ts'
import { until } from '../contract/inventory/poll.ts'
import { startService } from '../support/service.ts'

/** Starts a program of this name on a port. */
export type Launch = (place: { readonly port: number; readonly name: string }) => Promise<Running>

/** One program behind one address, replaced as a Deployment of Kubernetes is: first the new one, then the old one goes. */
export interface Fleet {
  readonly url: string
  /** Starts it anew, waits until it is ready, and tells the one before to stop. */
  rollOut(launch: Launch): Promise<void>
  /** Tells it to stop; nobody is behind the address then. */
  scaleToZero(): Promise<void>
  stop(): Promise<void>
}

/** An address behind which nobody is yet. */
export async function openFleet(program: string): Promise<Fleet> {
  const service = await startService()
  let current: { readonly target: string; readonly running: Running } | undefined
  let rollouts = 0
  const scaleToZero = async () => {
    const last = current
    current = undefined
    await last?.running.stop()
    if (last) service.remove(last.target)
  }
  return {
    url: service.url,
    async rollOut(launch) {
      rollouts += 1
      const { port } = await keepPort()
      const target = `http://127.0.0.1:${port}`
      const running = await launch({ port, name: `${program}-${rollouts}` })
      service.add(target)
      const before = current
      current = { target, running }
      await until(async () => service.ready().includes(target))
      await before?.running.stop()
      if (before) service.remove(before.target)
    },
    scaleToZero,
    async stop() {
      await scaleToZero()
      await service.stop()
    },
  }
}
