import { serveRest } from '../../edge/dev/redis/rest.ts'
import { withScripts } from '../../edge/dev/redis/scripts.ts'
import { startRedisServer } from '../../edge/dev/redis/server.ts'
import type { RunningRedis } from '../../edge/dev/redis/start.ts'

/** A redis-server that is restarted, or loses everything, while all others go on. */
export interface FrailRedis extends RunningRedis {
  /** Stops it and starts it on its data, at another address, which is told. */
  restart(): Promise<string>
  flush(): Promise<void>
}

/** Starts one; its REST door stays where it is. */
export async function startFrailRedis(dir: string, token: string): Promise<FrailRedis> {
  let server = await startRedisServer(dir)
  const engine = withScripts({ run: (command) => server.run(command), close: () => server.close() })
  const rest = await serveRest(engine, { token })
  return {
    engine: 'server',
    url: server.url,
    restUrl: rest.url,
    restToken: token,
    async restart() {
      await server.close()
      server = await startRedisServer(dir)
      return server.url
    },
    async flush() {
      await server.run(['FLUSHALL'])
    },
    async stop() {
      await rest.close()
      await server.close()
    },
  }
}
