import { coreBudgetMs, EdgeKeys, Email, edgeBudgetMs, LogLevel, pinLeaseMs, Secret } from '@holdfast/contract'
import * as z from 'zod'
import { hasLiveAccount, RazorpayAccounts, StripeAccounts } from './payments/account-settings.ts'
import { lostWithThePod, storeUrl } from './store/open.ts'

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1')

/** A private Ed25519 key as JWK: it signs receipts. */
export const ReceiptKey = z.string().transform((text, context) => {
  try {
    return z
      .looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() })
      .parse(JSON.parse(text))
  } catch {
    context.addIssue('must be a private Ed25519 key in JWK form')
    return z.NEVER
  }
})

const PublicKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })

/** Public keys that signed receipts before this one, as a JSON array of JWKs; a private part is not taken over. */
export const OldReceiptKeys = z
  .string()
  .default('[]')
  .transform((text, context) => {
    try {
      return z.array(PublicKey).parse(JSON.parse(text))
    } catch {
      context.addIssue('must be a JSON array of public Ed25519 keys in JWK form')
      return z.NEVER
    }
  })

/** The environment of core. Each variable is described by what it refuses. */
const Env = z
  .object({
    HOST: z.string().default('0.0.0.0'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8788),
    /** A file, `sqlite::memory:` for a store that ends with the process, or the address of a MongoDB. */
    STORE_URL: z.string().regex(storeUrl, 'must be sqlite:<path>, mongodb://... or mongodb+srv://...'),
    /** Set where the file system ends with the process, as in a container: a SQLite file would be lost with it. */
    REFUSE_SQLITE: flag,
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
    EDGE_ASSERTION_KEYS: EdgeKeys,
    USER_TOKEN_SECRET: Secret,
    ADMIN_TOKEN_SECRET: Secret,
    RECEIPT_KEY: ReceiptKey,
    /** Published beside the key that signs, so that receipts of keys before it verify. */
    RECEIPT_KEYS_OLD: OldReceiptKeys,
    ADMIN_EMAIL: Email,
    /** By which the admin may sign in as well, where an API asks for a name. */
    ADMIN_USERNAME: z.string().min(1).toLowerCase().optional(),
    ADMIN_PASSWORD_HASH: z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash'),
    /** Only the local stack sets it: payments that nobody pays. */
    ALLOW_SIMULATED_PAYMENTS: flag,
    /** Only the local stack sets it: apps may be told at http://localhost. */
    ALLOW_LOCAL_WEBHOOKS: flag,
    STRIPE_ACCOUNTS: StripeAccounts,
    RAZORPAY_ACCOUNTS: RazorpayAccounts,
    /** Where mail goes; without it nobody can sign up by a mailed code. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.email().optional(),
    /** Only the local stack sets it: mail is printed in the log, one-time codes with it. */
    ALLOW_MAIL_IN_LOG: flag,
    /** `info`, `warn` or `error`: lines of the log that weigh less are not written. */
    LOG_LEVEL: LogLevel,
    REBUILD_WAIT_MS: z.coerce.number().int().min(0).default(coreBudgetMs),
  })
  .refine((env) => !(env.REFUSE_SQLITE && env.STORE_URL.startsWith('sqlite:')), {
    path: ['STORE_URL'],
    message: lostWithThePod,
  })
  .refine((env) => env.REDIS_URL || (env.UPSTASH_REDIS_REST_URL && env.UPSTASH_REDIS_REST_TOKEN), {
    path: ['REDIS_URL'],
    message: 'set REDIS_URL, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
  })
  .refine(
    (env) => !(env.ALLOW_SIMULATED_PAYMENTS && hasLiveAccount(env.STRIPE_ACCOUNTS, env.RAZORPAY_ACCOUNTS)),
    {
      path: ['ALLOW_SIMULATED_PAYMENTS'],
      message: 'must not be set beside live keys: somebody could book without paying',
    },
  )
  .refine(
    (env) => !(env.ALLOW_LOCAL_WEBHOOKS && hasLiveAccount(env.STRIPE_ACCOUNTS, env.RAZORPAY_ACCOUNTS)),
    {
      path: ['ALLOW_LOCAL_WEBHOOKS'],
      message: 'must not be set beside live keys: apps could call what runs on this machine',
    },
  )
  .refine((env) => (env.SMTP_URL === undefined) === (env.MAIL_FROM === undefined), {
    path: ['MAIL_FROM'],
    message: 'set SMTP_URL and MAIL_FROM, or neither',
  })
export type Env = z.infer<typeof Env>

/**
 * Reads the environment, once, at the door.
 * @throws with one line for every variable that is wrong.
 */
export function readEnv(source: Record<string, string | undefined>): Env {
  // The answer of core must be on its way before the edge gives up, and the pin must outlive both.
  if (!(coreBudgetMs < edgeBudgetMs && edgeBudgetMs < pinLeaseMs)) {
    throw new Error('the time budgets must grow from core to edge to lease')
  }
  const result = Env.safeParse(source)
  if (result.success) return result.data
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new Error(`core cannot start with these settings:\n${[...new Set(lines)].join('\n')}`)
}
