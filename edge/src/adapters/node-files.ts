import { strictTransportSeconds } from '@holdfast/contract'
import { serveStatic } from '@hono/node-server/serve-static'
import { etag } from 'hono/etag'
import { createMiddleware } from 'hono/factory'
import type { EdgeApp } from '../app.ts'

const secured = createMiddleware(async function secured(c, next) {
  await next()
  c.res.headers.set('x-content-type-options', 'nosniff')
  c.res.headers.set('strict-transport-security', `max-age=${strictTransportSeconds}`)
})

/** Lets an app on Node serve the files of a folder, as the static assets of Workers do beside the worker. */
export function serveFiles(app: EdgeApp, root: string): void {
  const file = serveStatic({ root })
  for (const path of ['/openapi.json', '/docs/*']) app.get(path, secured, etag(), file)
}
