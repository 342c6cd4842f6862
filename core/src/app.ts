import { type EdgeKeys, inventoryBodyBytesMax, Problem, secureHeaders } from '@holdfast/contract'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { adminSessionRoutes } from './administration/routes.ts'
import { signedInAdmin } from './administration/signed-in-admin.ts'
import { appAdminRoutes, keyRoutes } from './apps/routes.ts'
import { auditedStore } from './audit-log/audited-store.ts'
import { recordWrites } from './audit-log/record-writes.ts'
import { auditLogRoutes } from './audit-log/routes.ts'
import { bookingAdminRoutes, bookingRoutes, heldRoutes, holdRoutes, replyRoutes } from './bookings/routes.ts'
import type { Core } from './context.ts'
import { eventRoutes, seatNameRoutes } from './events/routes.ts'
import { idle, type Standing, shedLoad, takeTurns } from './http/admission.ts'
import { type CoreEnv, edgeAssertion, signedBody } from './http/edge-assertion.ts'
import { onError } from './http/errors.ts'
import { createReadiness } from './http/readiness.ts'
import { requestLog } from './http/request-log.ts'
import { createTakenWrites } from './http/taken-writes.ts'
import type { Identities } from './identities.ts'
import { numberedPageRoutes } from './numbered-pages.ts'
import { outboxAdminRoutes } from './outbox/routes.ts'
import { orderRoutes, paymentAdminRoutes, paymentRoutes } from './payments/routes.ts'
import { myDataRoutes, peopleAdminRoutes, peopleRoutes } from './privacy/routes.ts'
import { repairAdminRoutes } from './reconcile/routes.ts'
import { statsRoutes } from './stats/routes.ts'
import { accountRoutes, tokenRoutes } from './users/account-routes.ts'
import { codeRoutes } from './users/code-routes.ts'
import { userAdminRoutes, userRoutes } from './users/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** Who looks on requests. */
export interface Watch {
  readonly requests?: MiddlewareHandler<CoreEnv> | undefined
  readonly signed?: MiddlewareHandler<CoreEnv> | undefined
}

function refuseMethod(c: Context<CoreEnv>, methods: readonly string[]): Response {
  const response = onError(new Problem('method_not_allowed'), c)
  response.headers.set('allow', methods.join(', '))
  return response
}

const unwatched: MiddlewareHandler<CoreEnv> = (_, next) => next()

const secured: MiddlewareHandler<CoreEnv> = async function secured(c, next) {
  await next()
  for (const [name, value] of Object.entries(secureHeaders)) c.res.headers.set(name, value)
}

/**
 * The HTTP service of core. It serves the edge's paths to the edge: all but the probes and the published keys need its
 * signature, and whoever has none costs no more than the refusal.
 *
 * @param watch `requests` sees every request but probes, and its answer; `signed` those that the edge has signed.
 */
export function createCoreApp(
  unaudited: Core,
  identities: Identities,
  edgeKeys: EdgeKeys,
  standing: Standing = idle,
  watch: Watch = {},
) {
  const core: Core = { ...unaudited, store: auditedStore(unaudited.store) }
  const admins = identities.admins.map(({ name }) => name)
  const tooLarge = () => {
    throw new Problem('body_too_large', { limit: inventoryBodyBytesMax })
  }
  const isReady = createReadiness(core.store, core.platform)
  const app = new Hono<CoreEnv>()
  app.onError(onError)
  app.notFound((c) => onError(new Problem('not_found'), c))
  return app
    .use(secured)
    .get('/livez', (c) => c.text('ok', 200))
    .get('/readyz', async (c) => {
      if (standing.isLeaving()) return c.text('leaving', 503)
      await isReady()
      return c.text('ok', 200)
    })
    .get('/.well-known/jwks.json', (c) => c.json(core.receipts.jwks, 200))
    .on('ALL', ['/livez', '/readyz', '/.well-known/jwks.json'], (c) => refuseMethod(c, ['GET', 'HEAD']))
    .use(requestLog(core.log, core.platform))
    .use(watch.requests ?? unwatched)
    .use(shedLoad(standing))
    .use(edgeAssertion(edgeKeys, core.platform))
    .use(bodyLimit({ maxSize: inventoryBodyBytesMax, onError: tooLarge }))
    .use(signedBody(core.platform, createTakenWrites(core.platform, core.log)))
    .use(watch.signed ?? unwatched)
    .use(takeTurns(core.platform))
    .use(signedInAdmin(core, identities))
    .use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
    .get('/internal/readyz', async (c) => {
      await isReady()
      return c.body(null, 204)
    })
    .use(recordWrites(core))
    .route('/', keyRoutes(core, identities))
    .route('/', replyRoutes(core))
    .route('/', seatNameRoutes(core))
    .route('/internal/pages', numberedPageRoutes(core))
    .route('/internal/sign-up-codes', codeRoutes(core, identities))
    .route('/', auditLogRoutes(core, admins))
    .route('/v1/admin', adminSessionRoutes(core, identities))
    .route('/v1/admin/apps', appAdminRoutes(core, identities))
    .route('/v1/admin', bookingAdminRoutes(core))
    .route('/v1/admin', paymentAdminRoutes(core))
    .route('/v1/admin', outboxAdminRoutes(core))
    .route('/v1/admin', repairAdminRoutes(core))
    .route('/v1/admin', statsRoutes(core))
    .route('/v1/admin', userAdminRoutes(core))
    .route('/v1/auth', userRoutes(core, identities))
    .route('/v1/auth', accountRoutes(core, identities))
    .route('/v1/auth', myDataRoutes(core, identities))
    .route('/v1/people', peopleRoutes(core))
    .route('/v1/admin/people', peopleAdminRoutes(core))
    .route('/internal/tokens', tokenRoutes(core))
    .route('/v1/events', eventRoutes(core))
    .route('/v1/events', holdRoutes(core))
    .route('/v1/events', orderRoutes(core))
    .route('/', paymentRoutes(core))
    .route('/v1/holds', heldRoutes(core))
    .route('/v1/bookings', bookingRoutes(core))
    .route('/v1/webhooks', webhookRoutes(core))
}
