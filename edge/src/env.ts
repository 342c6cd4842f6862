import {
  AppId,
  areSecretsApart,
  Cidr,
  clientLargeReadsPerSecondDefault,
  clientReadsPerSecondDefault,
  collectorKeyKept,
  DefaultProvider,
  EdgeKeys,
  httpsOrPrivate,
  LogLevel,
  listening,
  Origin,
  portsApart,
  problemsOf,
  redisOrUpstash,
  redisSettings,
  Secret,
  Time,
  together,
  tracingSettings,
  trustedProxyHopsMax,
  upstashSettings,
} from '@holdfast/contract'
import * as z from 'zod'
import { RateLimitBinding } from './adapters/cloudflare-flood.ts'
import type { EdgeSettings } from './app.ts'
import { boundOrNot, limit, OldSecret, ticketsSettingsOf, ticketsVariables } from './compat/tickets-env.ts'

/** Where a server answers that is asked by its paths. */
const WebOrigin = Origin.refine(
  (origin) => /^https?:/.test(origin),
  'must be an origin such as https://core.example.com',
).refine(...httpsOrPrivate)

/** What stands between commas, if anything does. */
const List = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ''))

/** `https://console.example,localhost`: origins; `localhost` stands for all ports of this machine. */
const AdminOrigins = List.pipe(
  z.array(
    z.union(
      [z.literal('localhost'), Origin],
      'must be origins such as https://console.example, separated by commas, or localhost',
    ),
  ),
)

const common = {
  CORE_URL: WebOrigin.meta({
    description: 'Where core answers: scheme, host and port, e.g. `https://core.example.com`.',
    refused: 'a path, and what is no URL; `http://` to a public host',
  }),
  EDGE_ASSERTION_KEYS: EdgeKeys.meta({
    description:
      'One or two keys that core has too, `kid:base64url[,kid:base64url]`; the first signs what this edge says to core.',
    refused: 'keys below 32 random bytes',
    secret: true,
  }),
  USER_TOKEN_SECRET: Secret.meta({
    description: "Verifies the tokens of users and guests; the same as core's.",
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  ADMIN_TOKEN_SECRET: Secret.meta({
    description: "Verifies the tokens of the admin; the same as core's.",
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  USER_TOKEN_SECRET_OLD: Secret.optional().meta({
    description:
      'While the secret changes: the other one, whose tokens are good as well. Those of users last 7 days.',
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  ADMIN_TOKEN_SECRET_OLD: Secret.optional().meta({
    description: "The same of the admin's tokens, which last 8 hours.",
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  POOL_TOKENS_UNTIL: Time.optional().meta({
    description:
      'Until when tokens of users are good on /v1 that no app has made, e.g. `2026-12-09T00:00:00Z`. Versions before 0.3 made them; without it they are good until their own end, which is 7 days after the last such core at most.',
    refused: 'what is no time in UTC',
  }),
  HOLD_KEY_SECRET: Secret.meta({
    description: "Names holds by their Idempotency-Key; the edge's alone. Changed, a retry makes a new hold.",
    refused: 'less than 32 random bytes, samples, and any other secret of this edge',
    secret: true,
  }),
  ADMIN_ORIGINS: AdminOrigins.meta({
    description:
      'Origins of pages that may use /v1/admin, separated by commas; `localhost` stands for all of its ports.',
    refused: 'paths and patterns',
  }),
  ADMIN_NETWORKS: List.pipe(z.array(Cidr)).meta({
    description:
      'Networks of client addresses that reach /v1/admin and the /admin routes of the Unified Booking Backend, separated by commas, e.g. `203.0.113.0/24,2001:db8::/48`; for others nothing is there. Without it they are reached from everywhere.',
    refused: 'what is no network; a single address without its `/32` or `/128`',
  }),
  CLIENT_READS_PER_SECOND: limit(
    clientReadsPerSecondDefault,
    'Reads of one client address a second, as one edge counts them; twice as many may come at once. Those of servers are not counted, the seats of TicketS have limits of their own.',
  ),
  CLIENT_LARGE_READS_PER_SECOND: limit(
    clientLargeReadsPerSecondDefault,
    'Of those, the ones whose answer is above 64 kB; four times as many may come at once.',
  ),
  TURNSTILE_SECRET: z.string().min(20, 'must be the secret key of a Turnstile widget').optional().meta({
    description:
      'The secret key of a Cloudflare Turnstile widget: guests who send its response are not counted, and may hold more where many share an address.',
    refused: 'less than 20 characters',
    secret: true,
  }),
  ...ticketsVariables,
  UNIFIED_JWT_SECRET: OldSecret.optional().meta({
    description: 'The same of the Unified Booking Backend, on its own routes.',
    refused: 'the empty one',
    secret: true,
  }),
  UNIFIED_APP_ID: AppId.optional().meta({
    description:
      'The app that calls of /auth/* are of which show no key, as those of the Unified Booking Backend did; without it they are refused.',
    refused: 'what is no id of an app',
  }),
  UNIFIED_DEFAULT_PROVIDER: DefaultProvider.optional().meta({
    description:
      'By what apps are paid that are made in the console of the Unified Booking Backend: a provider, or a provider and its account, e.g. `razorpay:default`. Without it payments are simulated where core allows that, and else taken elsewhere.',
    refused: 'what is no provider',
  }),
  LOG_LEVEL: LogLevel,
  ...tracingSettings,
}

const secretsApart = together<z.infer<z.ZodObject<typeof common>>>()(
  [
    ...(['HOLD_KEY_SECRET', 'USER_TOKEN_SECRET', 'USER_TOKEN_SECRET_OLD'] as const),
    ...(['ADMIN_TOKEN_SECRET', 'ADMIN_TOKEN_SECRET_OLD', 'EDGE_ASSERTION_KEYS'] as const),
  ],
  'must be another secret than those of tokens and the keys of EDGE_ASSERTION_KEYS, and so must each of these: make one for each (openssl rand -base64 32)',
  (env) =>
    areSecretsApart([
      env.EDGE_ASSERTION_KEYS.map(({ secret }) => secret),
      [env.USER_TOKEN_SECRET, env.USER_TOKEN_SECRET_OLD],
      [env.ADMIN_TOKEN_SECRET, env.ADMIN_TOKEN_SECRET_OLD],
      [env.HOLD_KEY_SECRET],
    ]),
)

/** The bindings of the Worker; `SETTINGS.md` is made of what is said of them here. */
export const WorkerEnv = z
  .object({
    ...common,
    ...upstashSettings,
    CLIENT_FLOOD: RateLimitBinding.optional().meta({
      description:
        'A binding, not a variable: the first tier of rate limits, in writes of one client address per period, above every limit that an app has.',
      refused: 'what is no rate limit',
    }),
    SERVER_FLOOD: RateLimitBinding.optional().meta({
      description: "The same of one address that sends servers' keys.",
      refused: 'what is no rate limit',
    }),
  })
  .refine(...boundOrNot)
  .refine(...secretsApart)
  .refine(...collectorKeyKept)
/** What the Worker is given. */
export type WorkerEnv = z.infer<typeof WorkerEnv>

const nodeFields = {
  ...common,
  ...listening(8787),
  ...redisSettings,
  TRUSTED_PROXY_HEADER: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/i, 'must be the name of a header')
    .optional()
    .meta({
      description:
        "The header in which the proxies before this edge put the client's address, e.g. `x-real-ip`; without one the address is the socket's.",
      refused: 'what is no name of a header',
    }),
  TRUSTED_PROXY_HOPS: z.coerce
    .number('must be a number of proxies')
    .int()
    .min(1)
    .max(trustedProxyHopsMax)
    .default(1)
    .meta({
      description:
        'How many proxies write to that header, one after the other: the client is that many entries before its end.',
      refused: `what is no number from 1 to ${trustedProxyHopsMax}`,
    }),
}

/** The environment of the Node entry. */
export const NodeEnv = z
  .object(nodeFields)
  .refine(...redisOrUpstash)
  .refine(...portsApart)
  .refine(...boundOrNot)
  .refine(...secretsApart)
  .refine(...collectorKeyKept)
/** What the Node entry is given. */
export type NodeEnv = z.infer<typeof NodeEnv>

/** Settings that are wrong, all of them, by the names of the variables and never by their values. */
export class EnvError extends Error {
  constructor(error: z.ZodError, source: object) {
    const lines = problemsOf(error, source).map((line) => `  ${line}`)
    super(`the edge cannot start with these settings:\n${lines.join('\n')}`)
    this.name = 'EnvError'
  }
}

function read<Schema extends z.ZodType>(schema: Schema, source: object): z.output<Schema> {
  const result = schema.safeParse(source)
  if (!result.success) throw new EnvError(result.error, source)
  return result.data
}

/**
 * Reads the bindings of the Worker.
 * @throws EnvError
 */
export const readWorkerEnv = (source: object): WorkerEnv => read(WorkerEnv, source)

/**
 * Reads the environment of the Node entry.
 * @throws EnvError
 */
export const readNodeEnv = (source: Record<string, string | undefined>): NodeEnv => read(NodeEnv, source)

/** What of the environment is the app's own concern. */
export const settingsOf = (env: WorkerEnv | NodeEnv, coalesce: boolean): EdgeSettings => ({
  edgeKeys: env.EDGE_ASSERTION_KEYS,
  userTokenSecret: env.USER_TOKEN_SECRET,
  adminTokenSecret: env.ADMIN_TOKEN_SECRET,
  userTokenSecretOld: env.USER_TOKEN_SECRET_OLD,
  adminTokenSecretOld: env.ADMIN_TOKEN_SECRET_OLD,
  holdKeySecret: env.HOLD_KEY_SECRET,
  poolTokensUntilMs: env.POOL_TOKENS_UNTIL === undefined ? undefined : Date.parse(env.POOL_TOKENS_UNTIL),
  adminOrigins: env.ADMIN_ORIGINS,
  adminNetworks: env.ADMIN_NETWORKS,
  coalesce,
  reads: { all: env.CLIENT_READS_PER_SECOND, large: env.CLIENT_LARGE_READS_PER_SECOND },
  unified: {
    jwtSecret: env.UNIFIED_JWT_SECRET,
    defaultApp: env.UNIFIED_APP_ID,
    defaultProvider: env.UNIFIED_DEFAULT_PROVIDER,
  },
  tickets: ticketsSettingsOf(env),
})
