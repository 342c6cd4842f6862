import { type EdgeKeys, inventoryBodyBytesMax, Problem } from '@holdfast/contract'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { appRoutes } from './apps/routes.ts'
import { bookingRoutes, holdRoutes } from './bookings/routes.ts'
import type { Core } from './context.ts'
import { eventRoutes } from './events/routes.ts'
import { type CoreEnv, edgeAssertion } from './http/edge-assertion.ts'
import { onError } from './http/errors.ts'
import type { Identities } from './identities.ts'
import { systemScope } from './store/store.ts'
import { userRoutes } from './users/routes.ts'

/**
 * The HTTP service of core. It serves the edge's paths to the edge: all but the probes and the published keys
 * need its signature.
 */
export function createCoreApp(core: Core, identities: Identities, edgeKeys: EdgeKeys) {
  const tooLarge = () => {
    throw new Problem('body_too_large')
  }
  const app = new Hono<CoreEnv>()
    .get('/livez', (c) => c.text('ok', 200))
    .get('/readyz', async (c) => {
      await core.store.count(systemScope, 'leases', {})
      return c.text('ok', 200)
    })
    .get('/.well-known/jwks.json', (c) => c.json(core.receipts.jwks, 200))
    .use(bodyLimit({ maxSize: inventoryBodyBytesMax, onError: tooLarge }))
    .use(edgeAssertion(edgeKeys, core.platform))
    .route('/', appRoutes(core, identities))
    .route('/v1/auth', userRoutes(core, identities))
    .route('/v1/events', eventRoutes(core))
    .route('/v1/events', holdRoutes(core))
    .route('/v1/bookings', bookingRoutes(core))
  app.onError(onError(core.log))
  app.notFound(() => {
    throw new Problem('not_found')
  })
  return app
}
