import {
  address,
  addressFault,
  adminHashCostMax,
  adminHashCostMin,
  areSecretsApart,
  auditLogKeptDaysDefault,
  clearTextWords,
  collectorKeyKept,
  coreBudgetMs,
  EdgeKeys,
  Email,
  edgeBudgetMs,
  emailKey,
  endedHoldKeptDaysDefault,
  keptDaysMax,
  keptDaysMin,
  LogLevel,
  listening,
  nameLengthMax,
  pinLeaseMs,
  portsApart,
  problemsOf,
  redisOrUpstash,
  redisSettings,
  Secret,
  together,
  totpSecretBytes,
  tracingSettings,
  unpaidKeptDaysDefault,
} from '@holdfast/contract'
import * as z from 'zod'
import {
  AdminPasswordHash,
  areAdminsApart,
  areHashesOfOneCost,
  OtherAdmins,
  TotpSecret,
} from './administration/settings.ts'
import { hasLiveAccount, RazorpayAccounts, StripeAccounts } from './payments/account-settings.ts'
import { isKept, lostWithThePod, storeUrl } from './store/open.ts'

const flag = z
  .enum(['0', '1'], { error: 'must be 0 or 1' })
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

const Switch = { refused: 'anything but 0 and 1' }

/** Less could forget a decision before the last word on it (`bookings/late-sale.ts`). */
const keptDays = (days: number) =>
  z.coerce.number('must be a whole number').int().min(keptDaysMin).max(keptDaysMax).default(days)
const keptDaysRefused = `less than ${keptDaysMin} days, and more than ${keptDaysMax}`

/** Also for the command that leaves entries. */
export const AuditLogKeptDays = keptDays(auditLogKeptDaysDefault).meta({
  description: 'How long it is kept who changed what, in days.',
  refused: keptDaysRefused,
})

const StoreUrl = z
  .string()
  .regex(storeUrl, 'must be sqlite:<path>, mongodb://... or mongodb+srv://...')
  .superRefine((text, context) => {
    const fault = text.startsWith('mongodb') ? addressFault(text, 1) : undefined
    if (fault !== undefined) context.addIssue(fault)
    else if (!isKept(text)) context.addIssue(clearTextWords('tls=true after the ?'))
  })

/** Each setting of core, as it is read; `SETTINGS.md` is made of what is said of it here. */
const fields = {
  ...listening(8788),
  STORE_URL: StoreUrl.meta({
    description:
      'Where bookings are kept: `sqlite:<path>`, `sqlite::memory:` for a store that ends with the process, or the address of a MongoDB replica set, `mongodb://…` or `mongodb+srv://…`.',
    refused:
      'other addresses; a standalone MongoDB, one before 5.0, a write concern below majority, missing collections or indexes; a public host without TLS',
    secret: true,
  }),
  REFUSE_SQLITE: flag.meta({
    ...Switch,
    description:
      '`1` where the file system ends with the process, as in a container: a SQLite file would be lost with it.',
  }),
  ...redisSettings,
  EDGE_ASSERTION_KEYS: EdgeKeys.meta({
    description:
      'One or two keys, `kid:base64url[,kid:base64url]`; whoever has one is an edge. Each is accepted, so that they rotate without a gap.',
    refused: 'keys below 32 random bytes',
    secret: true,
  }),
  USER_TOKEN_SECRET: Secret.meta({
    description: 'Signs the tokens of users and guests; the same as at the edge.',
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  ADMIN_TOKEN_SECRET: Secret.meta({
    description: 'Signs the tokens of the admin; the same as at the edge.',
    refused: 'less than 32 random bytes, and samples',
    secret: true,
  }),
  RECEIPT_KEY: ReceiptKey.meta({
    description:
      'The private Ed25519 key, as JWK, that signs receipts. They are verified for years: keep a copy.',
    refused: 'any other key',
    secret: true,
  }),
  RECEIPT_KEYS_OLD: OldReceiptKeys.meta({
    description:
      'A JSON array of the public keys (JWK) that signed before, published so that their receipts still verify.',
    refused: 'what is no such array',
  }),
  ADMIN_EMAIL: Email.meta({
    description: 'The mail address by which the first admin, an operator, signs in.',
    refused: 'what is no mail address',
  }),
  ADMIN_USERNAME: z.string().trim().min(1).max(nameLengthMax).transform(emailKey).optional().meta({
    description:
      "The first admin's name, in logs and where a predecessor's API asks for one; the address when absent.",
    refused: 'the empty name, and one of another admin',
  }),
  ADMIN_PASSWORD_HASH: AdminPasswordHash.meta({
    description: "The bcrypt hash of the first admin's password. Another one ends all their sessions.",
    refused: `anything else, a cost below ${adminHashCostMin} or above ${adminHashCostMax}, and passwords that everybody tries first`,
    secret: true,
  }),
  ADMIN_TOTP_SECRET: TotpSecret.optional().meta({
    description:
      "The secret of the first admin's second factor, in base32; `npx holdfast admin-totp <name>` makes one. Without it there is none.",
    refused: `less than ${totpSecretBytes} random bytes`,
    secret: true,
  }),
  ADMINS: OtherAdmins.meta({
    description:
      'Further admins, as a JSON array: `[{"name":"ann","email":"ann@example.com","passwordHash":"$2b$…","role":"support","totpSecret":"…"}]`. The role is `operator` (everything), `support` (reads, and bookings, payments, refunds, the outbox, deactivating users) or `viewer` (reads); `totpSecret` is optional. Whoever is taken out has no session any more.',
    refused:
      'names and addresses that two have, hashes of another cost than ADMIN_PASSWORD_HASH, and what is refused there',
    secret: true,
  }),
  ALLOW_SIMULATED_PAYMENTS: flag.meta({
    description: '`1` on a laptop only: payments that nobody pays.',
    refused: 'anything but 0 and 1; live keys of a provider beside it',
  }),
  ALLOW_LOCAL_WEBHOOKS: flag.meta({
    description: '`1` on a laptop only: apps may be told at http://localhost.',
    refused: 'anything but 0 and 1; live keys of a provider beside it',
  }),
  STRIPE_ACCOUNTS: StripeAccounts.meta({
    description:
      'Accounts by name, as JSON: `{"default":{"secretKey":"…","publishableKey":"…","webhookSecret":"…"}}`.',
    refused: "samples, keys of two modes, a live key for another address than the provider's",
    secret: true,
  }),
  RAZORPAY_ACCOUNTS: RazorpayAccounts.meta({
    description:
      'Accounts by name, as JSON: `{"default":{"keyId":"…","keySecret":"…","webhookSecret":"…"}}`.',
    refused: "samples, a live key for another address than the provider's",
    secret: true,
  }),
  SMTP_URL: address(/^smtps?:\/\//, 'must be smtp://... or smtps://...')
    .optional()
    .meta({
      description:
        'Where mail goes, `smtp://user:password@host:587` or `smtps://…`; without it nobody can sign up by a mailed code.',
      refused: 'other addresses; to be without MAIL_FROM',
      secret: true,
    }),
  MAIL_FROM: z
    .string()
    .trim()
    .refine((text) => Email.safeParse(text).success, 'must be a mail address')
    .optional()
    .meta({
      description: 'The sender of mail.',
      refused: 'what is no mail address; to be without SMTP_URL',
    }),
  ALLOW_MAIL_IN_LOG: flag.meta({
    refused: 'anything but 0 and 1; live keys of a provider beside it',
    description: '`1` on a laptop only: mail is printed in the log, one-time codes with it.',
  }),
  REFUSED_PASSWORDS_FILE: z.string().min(1, 'must be the path of a file').optional().meta({
    description:
      'The path of a list of passwords that nobody may choose, as Have I Been Pwned offers it for download: SHA-1 in hex, one a line, ordered by hash. It is searched where it is, whatever its size; a new one is read after a restart.',
    refused: 'the empty one; a file that is missing, is no such list, or is not ordered by hash',
  }),
  LOG_LEVEL: LogLevel,
  ...tracingSettings,
  ENDED_HOLDS_KEPT_DAYS: keptDays(endedHoldKeptDaysDefault).meta({
    description:
      'How long it is kept that a hold ran out or was given back, in days; what was sold is never deleted.',
    refused: keptDaysRefused,
  }),
  UNPAID_KEPT_DAYS: keptDays(unpaidKeptDaysDefault).meta({
    description: 'How long orders and payments are kept that no money came of, in days.',
    refused: keptDaysRefused,
  }),
  AUDIT_LOG_KEPT_DAYS: AuditLogKeptDays,
  REBUILD_WAIT_MS: z.coerce.number('must be a whole number').int().min(0).default(coreBudgetMs).meta({
    description:
      'How long the rebuild of an inventory waits for commits of the old epoch, in milliseconds. Less than a commit may take loses holds; only tests set it.',
    refused: 'what is no whole number from 0',
  }),
}

type Fields = z.infer<z.ZodObject<typeof fields>>

const rule = together<Fields>()

/** The environment of core. */
export const Env = z
  .object(fields)
  .refine(...portsApart)
  .refine(
    ...rule(
      ['STORE_URL', 'REFUSE_SQLITE'],
      lostWithThePod,
      (env) => !(env.REFUSE_SQLITE && env.STORE_URL.startsWith('sqlite:')),
    ),
  )
  .refine(...redisOrUpstash)
  .refine(...collectorKeyKept)
  .refine(
    ...rule(
      ['ALLOW_SIMULATED_PAYMENTS', 'STRIPE_ACCOUNTS', 'RAZORPAY_ACCOUNTS'],
      'must not be set beside live keys: somebody could book without paying',
      (env) => !(env.ALLOW_SIMULATED_PAYMENTS && hasLiveAccount(env.STRIPE_ACCOUNTS, env.RAZORPAY_ACCOUNTS)),
    ),
  )
  .refine(
    ...rule(
      ['ALLOW_LOCAL_WEBHOOKS', 'STRIPE_ACCOUNTS', 'RAZORPAY_ACCOUNTS'],
      'must not be set beside live keys: apps could call what runs on this machine',
      (env) => !(env.ALLOW_LOCAL_WEBHOOKS && hasLiveAccount(env.STRIPE_ACCOUNTS, env.RAZORPAY_ACCOUNTS)),
    ),
  )
  .refine(
    ...rule(
      ['ALLOW_MAIL_IN_LOG', 'STRIPE_ACCOUNTS', 'RAZORPAY_ACCOUNTS'],
      'must not be set beside live keys: who reads the log could sign up as anybody',
      (env) => !(env.ALLOW_MAIL_IN_LOG && hasLiveAccount(env.STRIPE_ACCOUNTS, env.RAZORPAY_ACCOUNTS)),
    ),
  )
  .refine(
    ...rule(
      ['ADMIN_TOKEN_SECRET', 'USER_TOKEN_SECRET', 'EDGE_ASSERTION_KEYS'],
      'must be another secret than USER_TOKEN_SECRET, and neither a key of EDGE_ASSERTION_KEYS: make one for each (openssl rand -base64 32)',
      (env) =>
        areSecretsApart([
          env.EDGE_ASSERTION_KEYS.map(({ secret }) => secret),
          [env.USER_TOKEN_SECRET],
          [env.ADMIN_TOKEN_SECRET],
        ]),
    ),
  )
  .refine(
    ...rule(
      ['ADMINS', 'ADMIN_EMAIL', 'ADMIN_USERNAME'],
      'must have names and addresses of their own, which no other admin has',
      areAdminsApart,
    ),
  )
  .refine(
    ...rule(
      ['ADMINS', 'ADMIN_PASSWORD_HASH'],
      'must have hashes of the cost of ADMIN_PASSWORD_HASH, or the time of a login tells who is an admin',
      areHashesOfOneCost,
    ),
  )
  .refine(
    ...rule(
      ['MAIL_FROM', 'SMTP_URL'],
      'set SMTP_URL and MAIL_FROM, or neither',
      (env) => (env.SMTP_URL === undefined) === (env.MAIL_FROM === undefined),
    ),
  )
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
  const lines = problemsOf(result.error, source).map((line) => `  ${line}`)
  throw new Error(`core cannot start with these settings:\n${lines.join('\n')}`)
}
