import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { type Command, decoded, type Engine } from './engine.ts'

const Word = z.union([z.string(), z.number().transform(String)])
const CommandBody = z.tuple([Word], Word).transform(([name, ...args]): Command => [name, ...args])

type Reply = { result: unknown } | { error: string }

export interface RestOptions {
  readonly token: string
  /** Told every command that came, before it runs. */
  readonly onCommand?: (command: Command) => void
}

/** Upstash's REST protocol as an app: `/`, `/pipeline`, `/multi-exec`, bearer token, base64 replies on request. */
export function createRestApp(engine: Engine, { token, onCommand }: RestOptions) {
  const run = async (command: Command): Promise<Reply> => {
    onCommand?.(command)
    try {
      return { result: (await engine.run(command)) ?? null }
    } catch (error) {
      return { error: error instanceof Error ? error.message : 'ERR' }
    }
  }

  const app = new Hono()
    .use(bearerAuth({ token, invalidToken: { message: { error: 'Unauthorized' } } }))
    .post('/', async (c) => {
      const reply = await run(CommandBody.parse(await c.req.json()))
      return c.json(encoded(reply, c.req.header('upstash-encoding')), 'error' in reply ? 400 : 200)
    })
    .on('POST', ['/pipeline', '/multi-exec'], async (c) => {
      const commands = z.array(CommandBody).parse(await c.req.json())
      // Handed over in one go, so that no other request's command comes between them.
      const replies = await Promise.all(commands.map(run))
      return c.json(
        replies.map((reply) => encoded(reply, c.req.header('upstash-encoding'))),
        200,
      )
    })
  app.onError((error, c) =>
    error instanceof HTTPException
      ? error.getResponse()
      : c.json({ error: 'ERR failed to parse command' }, 400),
  )
  return app
}

/** That protocol in front of an engine, so that what talks to Upstash in production talks to this on a laptop. */
export async function serveRest(engine: Engine, options: RestOptions) {
  const app = createRestApp(engine, options)
  const server = createServer(getRequestListener(app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Text of a reply as the client asked for it. */
function encoded(reply: Reply, encoding: string | undefined): Reply {
  if ('error' in reply) return reply
  return { result: decoded(reply.result, encoding === 'base64' ? 'base64' : 'utf8') }
}
