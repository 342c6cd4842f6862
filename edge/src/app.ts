import {
  bucketsPerIsolateMax,
  clientLargeReadsPerSecondDefault,
  clientReadsPerSecondDefault,
  type EdgeKeys,
  isStrongSecret,
  type Platform,
  Problem,
} from '@holdfast/contract'
import type { Inventory } from '@holdfast/inventory'
import { Hono } from 'hono'
import { createAssertionSigner } from './assertion.ts'
import { ticketsRoutes } from './compat/tickets.ts'
import type { TicketsSettings } from './compat/tickets-guards.ts'
import {
  ticketsAuthPaths,
  ticketsAuthRefusal,
  ticketsPaths,
  ticketsRefusal,
} from './compat/tickets-refusals.ts'
import { createEnvelope } from './compat/unified-booking/envelope.ts'
import type { UnifiedSettings } from './compat/unified-booking/guards.ts'
import { unifiedWords } from './compat/unified-booking/paths.ts'
import { unifiedBookingRoutes } from './compat/unified-booking.ts'
import type { EdgeEnv } from './context.ts'
import { createCoreClient } from './core-client.ts'
import { createEventReader } from './event-reader.ts'
import { createFlights } from './flights.ts'
import { createClientNames, unitsOfCaller } from './hold-clients.ts'
import { createIntentNames } from './hold-key.ts'
import { createLockReader } from './holders.ts'
import { createKeyVerdicts } from './key-verdicts.ts'
import { adminAuth, adminOrigin } from './middleware/admin-auth.ts'
import { adminNetworks } from './middleware/admin-networks.ts'
import { appAuth, secretKey } from './middleware/app-auth.ts'
import { bodyLimit } from './middleware/body-limit.ts'
import { createBotCheck } from './middleware/bot-check.ts'
import { cors } from './middleware/cors.ts'
import { errorsOnly } from './middleware/errors-only.ts'
import { flood } from './middleware/flood.ts'
import { guestLimit } from './middleware/guest-limit.ts'
import { knownMethods } from './middleware/methods.ts'
import { createEnforce, rateLimit } from './middleware/rate-limit.ts'
import { type ReadsPerSecond, readLimit } from './middleware/read-limit.ts'
import { refusalShape } from './middleware/refusal-shape.ts'
import { requestId } from './middleware/request-id.ts'
import { requestLog } from './middleware/request-log.ts'
import { userAuth } from './middleware/user-auth.ts'
import type {
  Challenge,
  ClientAddress,
  CloudflareScore,
  Colo,
  CorePort,
  Flood,
  Limiter,
  Log,
  SharedCache,
} from './ports.ts'
import { createProbes } from './probes.ts'
import { createLocalLimiter, createRateGate } from './rate-gate.ts'
import { refuse } from './refusals.ts'
import { createRevocations } from './revocations.ts'
import { accountRoutes } from './routes/accounts.ts'
import { adminRoutes } from './routes/admin.ts'
import { auditLogRoutes } from './routes/audit-log.ts'
import { authRoutes } from './routes/auth.ts'
import { bookingRoutes } from './routes/bookings.ts'
import { confirmRoutes } from './routes/confirm.ts'
import { docsRoutes } from './routes/docs.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { heldRoutes } from './routes/held.ts'
import { holdStatusRoutes } from './routes/hold-status.ts'
import { holdRoutes } from './routes/holds.ts'
import { inventoryRoutes } from './routes/inventory.ts'
import { orderRoutes } from './routes/orders.ts'
import { paymentRoutes } from './routes/payments.ts'
import { myDataRoutes, peopleRoutes } from './routes/people.ts'
import { seatRoutes } from './routes/seats.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { sealedCache } from './sealed-cache.ts'
import type { Guards, Services } from './services.ts'
import { observedInventory } from './telemetry/observed-inventory.ts'
import type { Tracing } from './telemetry/tracer.ts'
import type { VerifyingSecrets } from './tokens.ts'
import { createVerdictCache } from './verdict-cache.ts'

/** What an operator sets. */
export interface EdgeSettings {
  /** The first signs what is said to core. */
  readonly edgeKeys: EdgeKeys
  readonly userTokenSecret: Uint8Array
  readonly adminTokenSecret: Uint8Array
  /** While a secret changes: the other one, whose tokens are good as well. */
  readonly userTokenSecretOld?: Uint8Array | undefined
  readonly adminTokenSecretOld?: Uint8Array | undefined
  /** Until when tokens are good on /v1 that no app has made; absent: until their own end. */
  readonly poolTokensUntilMs?: number | undefined
  readonly holdKeySecret: Uint8Array
  /** Exact origins of pages that may use the admin routes; `localhost` stands for all ports of this machine. */
  readonly adminOrigins: readonly string[]
  /** Networks that reach the admin routes, such as `203.0.113.0/24`; none or absent: all. */
  readonly adminNetworks?: readonly string[]
  /** Whether requests may wait for each other's questions to core. Not on Workers. */
  readonly coalesce: boolean
  /** What one client address may read; the defaults when absent. */
  readonly reads?: ReadsPerSecond
  /** Absent: the routes of TicketS are not here. */
  readonly tickets?: TicketsSettings | undefined
  readonly unified?: UnifiedSettings
}

/** What the edge needs from where it runs. */
export interface EdgeDeps {
  readonly platform: Platform
  readonly inventory: Inventory
  readonly core: CorePort
  /** Absent where the platform counts nothing by itself. */
  readonly flood?: Flood
  readonly limiter: Limiter
  readonly cache: SharedCache
  readonly clientAddress: ClientAddress
  /** Absent where Cloudflare is not in front. */
  readonly cloudflareScore?: CloudflareScore
  /** Absent: guests are shown none. */
  readonly challenge?: Challenge | undefined
  readonly colo?: Colo
  readonly log: Log
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined
  readonly settings: EdgeSettings
}

const readsDefault: ReadsPerSecond = {
  all: clientReadsPerSecondDefault,
  large: clientLargeReadsPerSecondDefault,
}

const present = <Value>(value: Value | undefined): Value[] => (value === undefined ? [] : [value])

const userSecretsOf = (settings: EdgeSettings): VerifyingSecrets => [
  settings.userTokenSecret,
  ...present(settings.userTokenSecretOld),
]

/** The public API. The same app runs on Workers and on Node; one for each isolate, since it keeps its caches. */
export function createEdgeApp(deps: EdgeDeps) {
  const { platform, log, clientAddress, settings, tracing, colo } = deps
  const services = createServices(deps)
  const { reads = readsDefault, tickets, unified } = settings
  const ofOperator = adminNetworks(settings.adminNetworks ?? [])
  const app = new Hono<EdgeEnv>()
  app.onError((error, c) => refuse(error, c.var))
  app.notFound((c) => refuse(new Problem('not_found'), c.var))
  const served = app
    .use('*', requestId(platform, clientAddress))
    .use('*', requestLog({ log, platform, tracing, colo }))
    .use(
      '*',
      refusalShape(ticketsPaths, (problem) => ticketsRefusal(problem)),
    )
    .use('*', refusalShape(ticketsAuthPaths, ticketsAuthRefusal))
    .use('*', refusalShape(unifiedWords, createEnvelope(platform).refusal))
    .use('*', cors(settings.adminOrigins))
    .use('*', errorsOnly)
    .use('/v1/admin/*', ofOperator)
    .use('/admin/*', ofOperator)
    .use('*', flood(deps.flood ?? (async () => false), platform))
    .use(
      '*',
      readLimit(platform, {
        perSecond: reads,
        ticketsPerSecond: tickets?.perSecond.reads.client,
        unitsOf: unitsOfCaller,
      }),
    )
    .use('*', knownMethods(app))
    .use('*', bodyLimit)
    .route('/', healthRoutes(services))
    .route('/docs', docsRoutes())
    .route('/v1/events', eventRoutes(services))
    .route('/v1/events', inventoryRoutes(services))
    .route('/v1/events', seatRoutes(services))
    .route('/v1/events', holdRoutes(services))
    .route('/v1/events', holdStatusRoutes(services))
    .route('/v1/events', confirmRoutes(services))
    .route('/v1/events', orderRoutes(services))
    .route('/v1', paymentRoutes(services))
    .route('/v1/holds', heldRoutes(services))
    .route('/v1/bookings', bookingRoutes(services))
    .route('/v1/webhooks', webhookRoutes(services))
    .route('/v1/audit-log', auditLogRoutes(services))
    .route('/v1/auth', authRoutes(services))
    .route('/v1/auth', accountRoutes(services))
    .route('/v1/auth', myDataRoutes(services))
    .route('/v1/people', peopleRoutes(services))
    .route('/v1/admin', adminRoutes(services))
    .route('/', unifiedBookingRoutes(services, unified ?? {}, userSecretsOf(settings)))
  if (tickets) served.route('/api', ticketsRoutes(services, tickets, userSecretsOf(settings)))
  if (tickets?.pay === 'unpaid') log({ level: 'warn', event: 'tickets_sells_unpaid', ...tickets.event })
  warnOfWeak(log, 'TICKETS_JWT_SECRET', tickets?.jwtSecret)
  warnOfWeak(log, 'UNIFIED_JWT_SECRET', unified?.jwtSecret)
  return served
}

/** A predecessor's secret is what it is, so it is taken; whoever can guess it can be anybody. */
function warnOfWeak(log: Log, name: string, secret: Uint8Array | undefined): void {
  if (secret && !isStrongSecret(secret)) log({ event: 'weak_secret', name })
}

/** The public API by its type, for typed clients. */
export type EdgeApp = ReturnType<typeof createEdgeApp>

function createServices(deps: EdgeDeps): Services {
  const { platform, inventory, core: corePort, limiter, cache, settings } = deps
  const flights = createFlights(settings.coalesce)
  const core = createCoreClient(corePort, createAssertionSigner(settings.edgeKeys, platform), platform)
  const own = createLocalLimiter(platform, bucketsPerIsolateMax)
  const enforce = createEnforce(createRateGate(limiter, own, platform), platform)
  const botCheck = createBotCheck(deps.cloudflareScore)
  const shared = sealedCache(cache, settings.holdKeySecret, platform)
  const verdicts = createVerdictCache({ core, shared, flights, platform })
  const observed = observedInventory(inventory)
  const revocations = createRevocations({ inventory: observed, core, flights, platform })
  const events = createEventReader(core, flights, platform)
  return {
    guards: createGuards(deps, { enforce, verdicts, botCheck, revocations }),
    enforce,
    botCheck,
    verdicts,
    revocations,
    platform,
    inventory: observed,
    core,
    corePort,
    probes: createProbes({ inventory: observed, core, flights, platform }),
    events,
    locks: createLockReader({ inventory: observed, events, platform }),
    flights,
    intents: createIntentNames(settings.holdKeySecret, platform),
    ...createClientNames(settings.holdKeySecret, platform),
  }
}

function createGuards(
  { platform, settings, challenge }: EdgeDeps,
  {
    enforce,
    verdicts,
    botCheck,
    revocations,
  }: Pick<Services, 'enforce' | 'verdicts' | 'botCheck' | 'revocations'>,
): Guards {
  return {
    app: appAuth(createKeyVerdicts(verdicts, platform), enforce, botCheck),
    secretKey,
    ...userAuth({
      secrets: userSecretsOf(settings),
      poolTokensUntilMs: settings.poolTokensUntilMs,
      revocations,
      platform,
    }),
    ...rateLimit(enforce),
    guests: guestLimit(enforce, challenge),
    admin: adminAuth([settings.adminTokenSecret, ...present(settings.adminTokenSecretOld)], platform),
    adminOrigin: adminOrigin(settings.adminOrigins),
  }
}
