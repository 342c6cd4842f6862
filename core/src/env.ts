import { coreBudgetMs, EdgeKeys, Email, edgeBudgetMs, pinLeaseMs, Secret } from '@holdfast/contract'
import * as z from 'zod'

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1')

/** The environment of core. Each variable is described by what it refuses. */
const Env = z
  .object({
    HOST: z.string().default('0.0.0.0'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8788),
    /** `sqlite:<path>`, or `sqlite::memory:` for a store that ends with the process. */
    STORE_URL: z.string().regex(/^sqlite:.+$/, 'must be sqlite:<path>'),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
    EDGE_ASSERTION_KEYS: EdgeKeys,
    USER_TOKEN_SECRET: Secret,
    ADMIN_TOKEN_SECRET: Secret,
    /** A private Ed25519 key as JWK: it signs receipts. */
    RECEIPT_KEY: z.string().transform((text, context) => {
      try {
        return z
          .looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() })
          .parse(JSON.parse(text))
      } catch {
        context.addIssue('must be a private Ed25519 key in JWK form')
        return z.NEVER
      }
    }),
    ADMIN_EMAIL: Email,
    ADMIN_PASSWORD_HASH: z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash'),
    /** Only the local stack sets it: payments that nobody pays. */
    ALLOW_SIMULATED_PAYMENTS: flag,
    REBUILD_WAIT_MS: z.coerce.number().int().min(0).default(coreBudgetMs),
  })
  .refine((env) => env.REDIS_URL || (env.UPSTASH_REDIS_REST_URL && env.UPSTASH_REDIS_REST_TOKEN), {
    path: ['REDIS_URL'],
    message: 'set REDIS_URL, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
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
