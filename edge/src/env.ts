import {
  AppId,
  EdgeKeys,
  EventId,
  LogLevel,
  listening,
  portsApart,
  problemsOf,
  redisOrUpstash,
  redisSettings,
  Secret,
  together,
  tracingSettings,
  upstashSettings,
} from '@holdfast/contract'
import * as z from 'zod'
import { RateLimitBinding } from './adapters/cloudflare-flood.ts'
import type { EdgeSettings } from './app.ts'

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

/** `https://console.example,localhost`: exact origins; `localhost` stands for all ports of this machine. */
const AdminOrigins = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .refine(
    (parts) => parts.every((part) => part === 'localhost' || isOrigin(part)),
    'must be origins such as https://console.example, separated by commas, or localhost',
  )

/** The secret of a predecessor's tokens. Weak ones are taken: they exist. */
const OldSecret = z
  .string()
  .min(1)
  .transform((text) => new TextEncoder().encode(text))

const common = {
  CORE_URL: z.string().refine(isOrigin, 'must be an origin such as https://core.internal:8788').meta({
    description: 'Where core answers: scheme, host and port, e.g. `https://core.example.com`.',
    refused: 'a path, and what is no URL',
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
    description: "The same of the admin's tokens, which last a day.",
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  HOLD_KEY_SECRET: Secret.meta({
    description: "Names holds by their Idempotency-Key; the edge's alone. Changed, a retry makes a new hold.",
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  ADMIN_ORIGINS: AdminOrigins.meta({
    description:
      'Exact origins of pages that may use /v1/admin, separated by commas; `localhost` stands for all of its ports.',
    refused: 'paths, patterns, spaces',
  }),
  TICKETS_APP_ID: AppId.optional().meta({
    description: 'The app that the clients of the predecessor TicketS are of; without it /api answers 404.',
    refused: 'what is no id of an app; to be without TICKETS_EVENT_ID',
  }),
  TICKETS_EVENT_ID: EventId.optional().meta({
    description: 'The one event of TicketS.',
    refused: 'what is no id of an event; to be without TICKETS_APP_ID',
  }),
  TICKETS_JWT_SECRET: OldSecret.optional().meta({
    description:
      'The secret of the old deployment of TicketS, while its users still have tokens: lets them in under /api and nowhere else. Whoever guesses it is any user there.',
    refused: 'the empty one; to be without TICKETS_APP_ID',
    secret: true,
  }),
  UNIFIED_JWT_SECRET: OldSecret.optional().meta({
    description: 'The same of the Unified Booking Backend, on its own routes.',
    refused: 'the empty one',
    secret: true,
  }),
  LOG_LEVEL: LogLevel,
  ...tracingSettings,
}

interface TicketsEnv {
  readonly TICKETS_APP_ID?: AppId | undefined
  readonly TICKETS_EVENT_ID?: EventId | undefined
  readonly TICKETS_JWT_SECRET?: Uint8Array | undefined
}

/** Half a binding is a mistake, and so is a secret for routes that are not there. */
const boundOrNot = together<TicketsEnv>()(
  ['TICKETS_APP_ID', 'TICKETS_EVENT_ID', 'TICKETS_JWT_SECRET'],
  'set TICKETS_APP_ID and TICKETS_EVENT_ID, or neither and no TICKETS_JWT_SECRET',
  ({ TICKETS_APP_ID: app, TICKETS_EVENT_ID: event, TICKETS_JWT_SECRET: secret }) =>
    (app === undefined) === (event === undefined) && (secret === undefined || app !== undefined),
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
/** What the Worker is given. */
export type WorkerEnv = z.infer<typeof WorkerEnv>

const nodeFields = {
  ...common,
  ...listening(8787),
  ...redisSettings,
  TRUSTED_PROXY_HEADER: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/i, 'must be the name of a header')
    .optional()
    .meta({
      description:
        "The header in which the one proxy before this edge puts the client's address, e.g. `x-real-ip`; without one the address is the socket's.",
      refused: 'what is no name of a header',
    }),
}

/** The environment of the Node entry. */
export const NodeEnv = z
  .object(nodeFields)
  .refine(...redisOrUpstash)
  .refine(...portsApart)
  .refine(...boundOrNot)
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
  adminOrigins: env.ADMIN_ORIGINS,
  coalesce,
  unifiedJwtSecret: env.UNIFIED_JWT_SECRET,
  ...ticketsOf(env),
})

function ticketsOf({
  TICKETS_APP_ID: appId,
  TICKETS_EVENT_ID: eventId,
  TICKETS_JWT_SECRET: jwtSecret,
}: TicketsEnv): Pick<EdgeSettings, 'tickets'> {
  if (appId === undefined || eventId === undefined) return {}
  return { tickets: { event: { appId, eventId }, ...(jwtSecret && { jwtSecret }) } }
}
