import { serveStatic } from '@hono/node-server/serve-static'
import { etag } from 'hono/etag'
import type { EdgeApp } from '../app.ts'

/** Lets an app on Node serve the files of a folder, as the static assets of Workers do beside the worker. */
export function serveFiles(app: EdgeApp, root: string): void {
  const file = serveStatic({ root })
  for (const path of ['/openapi.json', '/docs/*']) app.get(path, etag(), file)
}
