import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'
import { noStore } from '../../answers.ts'
import type { EdgeEnv } from '../../context.ts'
import { page } from '../../middleware/page.ts'
import type { Unified } from './context.ts'

const name = 'Holdfast'

/** What somebody sees who opens the address of an edge. */
const doorPage = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${name}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/pages.css" />
  </head>
  <body class="page">
    <main>
      <h1>${name}</h1>
      <p>This is a seat-reservation service. It is called by programs: there is nothing to buy on this page.</p>
      <ul>
        <li><a href="/docs">The API, to read and to try</a></li>
        <li><a href="/docs/errors">What a refusal means</a></li>
        <li><a href="/openapi.json">The API as an OpenAPI document</a></li>
      </ul>
    </main>
  </body>
</html>`

/** What the service is and how it is: programs of the predecessor look before they begin. */
export function serviceRoutes({ services }: Unified) {
  const { platform, probes } = services
  const isoNow = () => new Date(platform.now()).toISOString()
  /** Of this isolate: a clock stands still before its first request. */
  let firstMs: number | undefined

  return new Hono<EdgeEnv>()
    .get('/', page, async (c) => {
      const type = accepts(c, {
        header: 'Accept',
        supports: ['application/json', 'text/html'],
        default: 'application/json',
      })
      c.header('vary', 'Accept')
      if (type === 'text/html') return c.html(doorPage, 200)
      return c.json(
        { success: true, message: name, docs: '/docs', health: '/health', timestamp: isoNow() },
        200,
      )
    })
    .get('/health', async (c) => {
      firstMs ??= platform.now()
      const [redis, mongodb] = await Promise.all([probes.redis(c.var), probes.core(c.var)])
      const isWell = redis && mongodb
      const word = (answers: boolean) => (answers ? 'connected' : 'disconnected')
      const body = {
        success: isWell,
        status: isWell ? 'ok' : 'error',
        timestamp: isoNow(),
        uptime: (platform.now() - firstMs) / 1_000,
        environment: 'production',
        services: { mongodb: word(mongodb), redis: word(redis) },
      }
      return c.json(body, isWell ? 200 : 503, noStore)
    })
}
