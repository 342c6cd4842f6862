import { connectTcp } from '@holdfast/inventory/tcp'
import type { Bench } from './bench.ts'
import { startRestBench, startTcpBench } from './node-bench.ts'
import { patienceMs, until } from './poll.ts'

/** The names of the commands that some work sent, and of those that scripts called for it. */
export interface Commands {
  readonly requests: string[]
  readonly inside: string[]
}

/** A bench that listens to what its Redis is asked. */
export interface LoggedBench extends Bench {
  commandsOf(work: () => Promise<unknown>): Promise<Commands>
}

/** The embedded engine tells what it does. */
export async function startLoggedEmbedded(): Promise<LoggedBench> {
  let seen: Commands = { requests: [], inside: [] }
  const bench = await startRestBench({
    engine: 'embedded',
    onCommand: ([name]) => seen.requests.push(name.toUpperCase()),
    onScriptCommand: ([name = '']) => seen.inside.push(name.toUpperCase()),
  })
  return {
    ...bench,
    async commandsOf(work) {
      seen = { requests: [], inside: [] }
      await work()
      return structuredClone(seen)
    },
  }
}

/** A redis-server tells by MONITOR, a little later: commands of our own mark the beginning and the end of the work. */
export async function startLoggedServer(): Promise<LoggedBench> {
  const bench = await startTcpBench()
  const client = connectTcp(bench.url, patienceMs)
  // ioredis takes a line that comes together with the OK of MONITOR for a reply to nothing, and throws: until the monitor
  // stands nobody may ask anything, and a connection that is still being made asks INFO on its own.
  await Promise.all([bench.command('PING'), client.ping()])
  const monitor = await client.monitor()
  const seen: { name: string; argument: string; isInside: boolean }[] = []
  monitor.on('monitor', (_time: string, [name = '', argument = '']: string[], source: string) => {
    seen.push({ name: name.toUpperCase(), argument, isInside: source === 'lua' })
  })
  let marks = 0
  const mark = async () => {
    const text = `mark${++marks}`
    await bench.command('ECHO', text)
    await until(async () => seen.some(({ argument }) => argument === text))
    return seen.findIndex(({ argument }) => argument === text)
  }
  return {
    ...bench,
    async commandsOf(work) {
      const from = await mark()
      await work()
      const commands = seen.slice(from + 1, await mark())
      return {
        requests: commands.filter(({ isInside }) => !isInside).map(({ name }) => name),
        inside: commands.filter(({ isInside }) => isInside).map(({ name }) => name),
      }
    },
    async close() {
      monitor.disconnect()
      client.disconnect()
      await bench.close()
    },
  }
}
