import { randomUUID } from 'node:crypto'
import RedisMock from 'ioredis-mock'
import { type ByteString, takingText } from './bytes.ts'
import { commandsOf } from './commands.ts'
import type { Engine } from './engine.ts'
import { luaHost } from './lua.ts'

/**
 * A Redis inside this process, for machines without redis-server: the data commands of ioredis-mock, and a Lua that
 * keeps scripts compiled, which theirs does not (it needs 5 ms for a hold, so 500 buyers would wait for seconds).
 * Its data end with the process, and are byte strings, as all text between its two halves is. `nowMs` is the clock that
 * scripts see.
 */
export async function embeddedRedis(
  onScriptCommand: (command: ByteString[]) => void = () => {},
  nowMs: () => number = () => Date.now(),
): Promise<Engine> {
  // Instances of one host share their data: a name of its own gives this one its own.
  const client = new RedisMock({ host: randomUUID() })
  const call = commandsOf(client, nowMs)
  const lua = await luaHost((...command) => {
    onScriptCommand(command)
    return call(...command)
  })
  const run = takingText((name = '', ...args) => {
    if (name.toUpperCase() !== 'EVAL') return call(name, ...args)
    const [source = '', count = '0', ...rest] = args
    return lua.run(source, rest.slice(0, Number(count)), rest.slice(Number(count)))
  })
  return {
    run: async (command) => run(...command),
    async close() {
      lua.close()
      client.disconnect()
    },
  }
}
