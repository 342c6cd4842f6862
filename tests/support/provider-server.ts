import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type { Fault, Verb } from './provider-fake.ts'

/** `breaks`: the provider is to fail before it does anything. */
export interface FakeEnv {
  readonly Bindings: HttpBindings
  readonly Variables: { breaks: boolean }
}
export type FakeContext = Context<FakeEnv>

/** How a fake of a provider takes calls. */
export interface Wire {
  /** Which verbs of ours a request may stand for; none: the fake has no such call. */
  readonly verbsOf: (method: string, path: string) => readonly Verb[]
  readonly routes: Hono<FakeEnv>
}

const cut = (c: FakeContext): Response => {
  c.env.incoming.socket.destroy()
  return RESPONSE_ALREADY_SENT
}

/** Lets the next call of a verb meet the fault that waits for it. */
const meetFaults =
  (faults: Fault[], calls: string[], verbsOf: Wire['verbsOf']): MiddlewareHandler<FakeEnv> =>
  async (c, next) => {
    const verbs = verbsOf(c.req.method, c.req.path)
    calls.push(`${verbs[0]} ${c.req.path}`)
    const at = faults.findIndex(({ verb }) => verbs.includes(verb))
    const kind = at < 0 ? undefined : faults.splice(at, 1)[0]?.kind
    if (kind === 'lost') return cut(c)
    c.set('breaks', kind === 'error_500')
    const { socket } = c.env.incoming
    await next()
    if (kind === 'unanswered') c.res = cut(c)
    if (kind === 'garbage') c.res = new Response('<html>It works!</html>', { status: 200 })
    if (kind === 'slow') {
      if (!socket.destroyed) await once(socket, 'close')
      c.res = RESPONSE_ALREADY_SENT
    }
    return undefined
  }

/** Starts a fake on a free port of this machine. */
export async function startWire({ verbsOf, routes }: Wire) {
  const faults: Fault[] = []
  const calls: string[] = []
  const missing: string[] = []
  const app = new Hono<FakeEnv>()
    .use(meetFaults(faults, calls, verbsOf))
    .route('/', routes)
    .onError((error, c) => {
      missing.push(`${c.req.method} ${c.req.path}: ${error.message}`)
      return c.text('the fake does not have this', 501)
    })
    .notFound((c) => {
      missing.push(`${c.req.method} ${c.req.path}`)
      return c.text('the fake does not have this', 501)
    })
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  if (!server.listening) await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    apiUrl: `http://127.0.0.1:${port}`,
    faults,
    calls,
    async stop() {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      if (server.listening) await once(server, 'close')
      if (missing.length > 0)
        throw new Error(`a fake was asked for what it does not have: ${missing.join('; ')}`)
    },
  }
}
