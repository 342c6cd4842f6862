import { Hono } from 'hono'
import { html } from 'hono/html'
import type { EdgeEnv } from '../context.ts'
import { page } from '../middleware/page.ts'
import { errorsPage } from './docs-errors.ts'

/** The viewer and what it shows are files beside the worker: `edge/public/docs` and `/openapi.json`. */
const referencePage = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Holdfast API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/viewer/swagger-ui.css" />
  </head>
  <body>
    <div id="reference"></div>
    <noscript>
      <p>The API is described in <a href="/openapi.json">openapi.json</a>, its refusals in <a href="/docs/errors">errors</a>.</p>
    </noscript>
    <script src="/docs/viewer/swagger-ui-bundle.js"></script>
    <script src="/docs/reference.js"></script>
  </body>
</html>`

/** The reference of the API, for people. */
export function docsRoutes() {
  return new Hono<EdgeEnv>()
    .get('/', page, (c) => c.html(referencePage, 200))
    .get('/errors', page, (c) => c.html(errorsPage(), 200))
}
