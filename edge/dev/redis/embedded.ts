import { randomUUID } from 'node:crypto'
import RedisMock from 'ioredis-mock'
import type { Command, Engine } from './engine.ts'
import { luaHost, type RedisCall } from './lua.ts'

/**
 * A Redis inside this process, for machines without redis-server: the data commands of ioredis-mock, and a Lua that
 * keeps scripts compiled, which theirs does not (it needs 5 ms for a hold, so 500 buyers would wait for seconds).
 * Its data end with the process. `nowMs` is the clock that scripts see.
 */
export async function embeddedRedis(
  onScriptCommand: (command: string[]) => void = () => {},
  nowMs: () => number = () => Date.now(),
): Promise<Engine> {
  // Instances of one host share their data: a name of its own gives this one its own.
  const client = new RedisMock({ host: randomUUID() })
  const call = callNow(client, nowMs)
  const lua = await luaHost((...command) => {
    onScriptCommand(command)
    return call(...command)
  })
  return {
    async run([name, ...args]: Command) {
      if (name.toUpperCase() !== 'EVAL') return call(name, ...args)
      const [source = '', count = '0', ...rest] = args
      return lua.run(source, rest.slice(0, Number(count)), rest.slice(Number(count)))
    },
    async close() {
      lua.close()
      client.disconnect()
    },
  }
}

/** A time as Redis tells it. */
function timeOf(now: number): string[] {
  return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)]
}

type Plain = (...args: string[]) => unknown
/** What the library has and its types leave out. */
const { Pipeline } = RedisMock as unknown as { Pipeline: new (client: object) => object }

/**
 * Carries a command out at once: a script is atomic, so it cannot wait for a promise. The library's pipeline is the
 * one place that has its commands as plain functions; this one does not queue them.
 */
function callNow(client: InstanceType<typeof RedisMock>, nowMs: () => number): RedisCall {
  let result: unknown
  class Immediately extends Pipeline {
    _addTransaction(command: Plain, _name: string, args: string[]) {
      result = command(...args)
    }
  }
  const now = new Immediately(client)
  const call: RedisCall = (name, ...args) => {
    const command = name.toLowerCase()
    if (command === 'time') return timeOf(nowMs())
    if (command === 'setrange') pad(args)
    const method: unknown = Reflect.get(now, command)
    if (typeof method !== 'function') throw new Error(`ERR unknown command '${name}'`)
    result = undefined
    method.apply(now, args)
    return result
  }
  /** Redis pads what SETRANGE goes beyond at its end, the library at its start. */
  const pad = ([key = '', offset]: string[]) => {
    const missing = Number(offset) - Number(call('STRLEN', key))
    if (missing > 0) call('APPEND', key, '\0'.repeat(missing))
  }
  return call
}
