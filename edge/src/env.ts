import { AppId, EdgeKeys, EventId, Secret } from '@holdfast/contract'
import * as z from 'zod'
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
  /** Where core answers: scheme, host and port. */
  CORE_URL: z.string().refine(isOrigin, 'must be an origin such as https://core.internal:8788'),
  EDGE_ASSERTION_KEYS: EdgeKeys,
  USER_TOKEN_SECRET: Secret,
  ADMIN_TOKEN_SECRET: Secret,
  HOLD_KEY_SECRET: Secret,
  ADMIN_ORIGINS: AdminOrigins,
  /** The app and the event that the routes of the predecessor TicketS are for; without them those answer 404. */
  TICKETS_APP_ID: AppId.optional(),
  TICKETS_EVENT_ID: EventId.optional(),
  /** Accepts the user tokens of its existing deployment, on its routes only. */
  TICKETS_JWT_SECRET: OldSecret.optional(),
  /** The same of the Unified Booking Backend. */
  UNIFIED_JWT_SECRET: OldSecret.optional(),
}

interface TicketsEnv {
  readonly TICKETS_APP_ID?: AppId | undefined
  readonly TICKETS_EVENT_ID?: EventId | undefined
  readonly TICKETS_JWT_SECRET?: Uint8Array | undefined
}

/** Half a binding is a mistake, and so is a secret for routes that are not there. */
const isBoundOrNot = ({
  TICKETS_APP_ID: app,
  TICKETS_EVENT_ID: event,
  TICKETS_JWT_SECRET: secret,
}: TicketsEnv) => (app === undefined) === (event === undefined) && (secret === undefined || app !== undefined)

const halfBound = {
  path: ['TICKETS_APP_ID'],
  message: 'set TICKETS_APP_ID and TICKETS_EVENT_ID, or neither and no TICKETS_JWT_SECRET',
  when: () => true,
}

const RestUrl = z.url({ protocol: /^https?$/ })
const RestToken = z.string().min(1)

const WorkerEnv = z
  .object({
    ...common,
    UPSTASH_REDIS_REST_URL: RestUrl,
    UPSTASH_REDIS_REST_TOKEN: RestToken,
  })
  .refine(isBoundOrNot, halfBound)
/** What the Worker is given. */
export type WorkerEnv = z.infer<typeof WorkerEnv>

const NodeEnv = z
  .object({
    ...common,
    HOST: z.string().default('0.0.0.0'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
    /** Where Prometheus is told, and nobody else should reach; absent: it is not. */
    METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    UPSTASH_REDIS_REST_URL: RestUrl.optional(),
    UPSTASH_REDIS_REST_TOKEN: RestToken.optional(),
    /** The header in which the one proxy before this edge puts the client's address, e.g. `x-real-ip`. */
    TRUSTED_PROXY_HEADER: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/i, 'must be the name of a header')
      .optional(),
  })
  .refine((env) => env.REDIS_URL || (env.UPSTASH_REDIS_REST_URL && env.UPSTASH_REDIS_REST_TOKEN), {
    path: ['REDIS_URL'],
    message: 'set REDIS_URL, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
    // Told together with all other problems, instead of after them.
    when: () => true,
  })
  .refine((env) => env.METRICS_PORT !== env.PORT, {
    path: ['METRICS_PORT'],
    message: 'must be another port than PORT: metrics are nobody else’s',
  })
  .refine(isBoundOrNot, halfBound)
/** What the Node entry is given. */
export type NodeEnv = z.infer<typeof NodeEnv>

/** Settings that are wrong, all of them, by the names of the variables and never by their values. */
export class EnvError extends Error {
  constructor(error: z.ZodError) {
    const lines = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
    super(`the edge cannot start with these settings:\n${[...new Set(lines)].join('\n')}`)
    this.name = 'EnvError'
  }
}

function read<Schema extends z.ZodType>(schema: Schema, source: unknown): z.output<Schema> {
  const result = schema.safeParse(source)
  if (!result.success) throw new EnvError(result.error)
  return result.data
}

/**
 * Reads the bindings of the Worker.
 * @throws EnvError
 */
export const readWorkerEnv = (source: unknown): WorkerEnv => read(WorkerEnv, source)

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
