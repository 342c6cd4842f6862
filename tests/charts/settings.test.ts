import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { traceTargetOf } from '../../core/contract/index.ts'
import { readEnv } from '../../core/src/env.ts'
import { readNodeEnv } from '../../edge/src/env.ts'
import { hasHelm } from '../support/helm.ts'
import { changed, ciValues, find, type Rendered, render, type Values } from './chart.ts'

const secret = () => randomBytes(32).toString('base64url')
const hex = () => randomBytes(24).toString('hex')

/** What is in the Secrets that the values of `ci` name. */
const secrets: Readonly<Record<string, string>> = {
  STORE_URL: 'mongodb://db1,db2/holdfast?replicaSet=rs0',
  'connectionString.standardSrv': 'mongodb+srv://holdfast:pw@c.mongodb.net/holdfast',
  REDIS_URL: 'redis://redis:6379',
  UPSTASH_REDIS_REST_URL: 'https://eu1.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: secret(),
  EDGE_ASSERTION_KEYS: `k1:${secret()}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  HOLD_KEY_SECRET: secret(),
  RECEIPT_KEY: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  RECEIPT_KEYS_OLD: '[]',
  USER_TOKEN_SECRET_OLD: secret(),
  ADMIN_TOKEN_SECRET_OLD: secret(),
  ADMIN_PASSWORD_HASH: `$2b$10$${'a'.repeat(53)}`,
  ADMIN_TOTP_SECRET: 'JBSWY3DPEHPK3PXPMFRGGZDFMZTWQ2LK',
  ADMINS: JSON.stringify([
    { name: 'ann', email: 'ann@acme.example', passwordHash: `$2b$10$${'b'.repeat(53)}`, role: 'support' },
  ]),
  STRIPE_ACCOUNTS: JSON.stringify({
    default: {
      secretKey: `sk_live_${hex()}`,
      publishableKey: `pk_live_${hex()}`,
      webhookSecret: `whsec_${hex()}`,
    },
  }),
  RAZORPAY_ACCOUNTS: JSON.stringify({
    default: { keyId: 'rzp_live_ABCDEFGHIJKLMN', keySecret: hex(), webhookSecret: hex() },
  }),
  SMTP_URL: 'smtps://mail.acme.example',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20word',
  TICKETS_JWT_SECRET: 'old',
  UNIFIED_JWT_SECRET: 'older',
  TURNSTILE_SECRET: '0x4AAAAAAAbcdefghijklmnopqrstuv',
}

/** The environment of the pods of a part. */
function environmentOf(objects: readonly Rendered[], part: string): Record<string, string> {
  const deployment = find(objects, `Deployment ${part}`)
  const container = deployment.spec.template?.spec?.containers?.[0]
  const config = find(objects, `ConfigMap ${part}`)
  expect(container?.envFrom).toEqual([{ configMapRef: { name: config.metadata.name } }])
  const named = (container?.env ?? []).map(({ name, valueFrom }) => {
    const value = secrets[String(valueFrom?.secretKeyRef?.key)]
    if (value === undefined) throw new Error(`nobody keeps ${valueFrom?.secretKeyRef?.key}`)
    return [String(name), value]
  })
  return { ...config.data, ...Object.fromEntries(named) }
}

const coreOf = async (values: Values) => {
  const environment = environmentOf(await render(values), 'core')
  return { environment, env: readEnv(environment) }
}

describe.runIf(hasHelm)('the environment that the chart gives', () => {
  test('starts core with the least that it needs', async () => {
    const { env, environment } = await coreOf(ciValues('minimal'))
    expect(env).toMatchObject({ PORT: 8788, REFUSE_SQLITE: true, ADMIN_EMAIL: 'admin@acme.example' })
    for (const name of ['STRIPE_ACCOUNTS', 'ADMIN_TOTP_SECRET', 'ADMINS'])
      expect(Object.keys(environment)).not.toContain(name)
  })

  test('starts core with payments, mail and a port for metrics', async () => {
    const { env } = await coreOf(ciValues('production'))
    expect(env).toMatchObject({
      STORE_URL: secrets['connectionString.standardSrv'],
      ADMIN_USERNAME: 'admin',
      MAIL_FROM: 'seats@acme.example',
      SMTP_URL: secrets.SMTP_URL,
      REFUSED_PASSWORDS_FILE: '/refused-passwords/pwned-passwords.txt',
      STRIPE_ACCOUNTS: { default: { isLive: true } },
    })
    expect(env.RAZORPAY_ACCOUNTS).toHaveProperty('default')
    expect(env).toMatchObject({ ADMIN_TOTP_SECRET: secrets.ADMIN_TOTP_SECRET, ADMINS: [{ name: 'ann' }] })
    expect(env.METRICS_PORT).toBe(9464)
    expect(env.LOG_LEVEL).toBe('info')
    expect(traceTargetOf(env)).toEqual({
      ...{ url: 'http://otel-collector.monitoring.svc:4318/v1/traces', ratio: 0.05 },
      headers: { authorization: 'Bearer word' },
    })
  })

  test.each(['minimal', 'production', 'self-hosted-edge'])(
    'never lets core book without a payment: %s',
    async (name) => {
      const { env } = await coreOf(ciValues(name))
      expect(env).toMatchObject({ ALLOW_SIMULATED_PAYMENTS: false, ALLOW_MAIL_IN_LOG: false })
    },
  )

  test('starts the edge beside an ordinary Redis, for both predecessors', async () => {
    const environment = environmentOf(await render(ciValues('self-hosted-edge')), 'edge')
    expect(readNodeEnv(environment)).toMatchObject({
      PORT: 8787,
      CORE_URL: 'http://shop-holdfast-core:8788',
      REDIS_URL: secrets.REDIS_URL,
      ADMIN_ORIGINS: ['https://console.acme.example', 'https://ops.acme.example'],
      ADMIN_NETWORKS: ['203.0.113.0/24', '2001:db8:7::/48', '10.42.0.0/16'],
      TRUSTED_PROXY_HEADER: 'x-real-ip',
      TRUSTED_PROXY_HOPS: 1,
      CLIENT_READS_PER_SECOND: 50,
      CLIENT_LARGE_READS_PER_SECOND: 5,
      TICKETS_EVENT_ID: 'the-show',
      TICKETS_JWT_SECRET: new TextEncoder().encode('old'),
      TICKETS_TOKEN_DAYS: 365,
      TICKETS_USER_LOCKS_PER_SECOND: 10,
      TICKETS_CLIENT_LOCKS_PER_SECOND: 100,
      TICKETS_CLIENT_READS_PER_SECOND: 1_000,
      UNIFIED_JWT_SECRET: new TextEncoder().encode('older'),
      TURNSTILE_SECRET: secrets.TURNSTILE_SECRET,
    })
  })

  test('lets the routes of TicketS sell for nothing only where the values say so', async () => {
    const edgeOf = async (values: Values) => readNodeEnv(environmentOf(await render(values), 'edge'))
    expect(await edgeOf(ciValues('self-hosted-edge'))).not.toHaveProperty('TICKETS_PAY')
    const unpaid = changed(ciValues('self-hosted-edge'), 'edge.tickets.pay', 'unpaid')
    expect(await edgeOf(unpaid)).toMatchObject({ TICKETS_PAY: 'unpaid' })
  })

  test('has both parts log what weighs enough', async () => {
    const objects = await render(changed(ciValues('self-hosted-edge'), 'logs.level', 'warn'))
    for (const part of ['core', 'edge']) expect(environmentOf(objects, part).LOG_LEVEL).toBe('warn')
  })

  test('has both parts traced by one collector, and neither without one', async () => {
    const traced = changed(ciValues('self-hosted-edge'), 'tracing', {
      endpoint: 'https://otlp.acme.example/in/',
    })
    const objects = await render(traced)
    const parts = [readEnv(environmentOf(objects, 'core')), readNodeEnv(environmentOf(objects, 'edge'))]
    for (const env of parts) {
      const url = 'https://otlp.acme.example/in/v1/traces'
      expect(traceTargetOf(env)).toEqual({ url, headers: {}, ratio: 0.01 })
    }
    expect(traceTargetOf((await coreOf(ciValues('minimal'))).env)).toBeUndefined()
  })

  test('keeps to itself what the edge must not know', async () => {
    const values = changed(ciValues('self-hosted-edge'), 'core.payments', ['stripe'])
    const names = Object.keys(environmentOf(await render(values), 'edge'))
    for (const name of ['STORE_URL', 'RECEIPT_KEY', 'ADMIN_PASSWORD_HASH', 'ADMINS', 'STRIPE_ACCOUNTS'])
      expect(names).not.toContain(name)
  })

  test('has no secret in what is no Secret', async () => {
    const objects = await render(ciValues('production'))
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([])
    const { data } = find(objects, 'ConfigMap core')
    expect(Object.keys(data).sort()).toEqual([
      'ADMIN_EMAIL',
      'ADMIN_USERNAME',
      'LOG_LEVEL',
      'MAIL_FROM',
      'METRICS_PORT',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_TRACES_SAMPLER_ARG',
      'PORT',
      'REFUSED_PASSWORDS_FILE',
      'REFUSE_SQLITE',
    ])
  })

  test.each([
    ['core', ['RECEIPT_KEYS_OLD']],
    ['edge', ['USER_TOKEN_SECRET_OLD', 'ADMIN_TOKEN_SECRET_OLD']],
  ])('lets only what is there while a secret changes be absent, of %s', async (part, names) => {
    const deployment = find(await render(ciValues('self-hosted-edge')), `Deployment ${part}`)
    const env = deployment.spec.template?.spec?.containers?.[0]?.env ?? []
    const optional = env.filter(({ valueFrom }) => valueFrom?.secretKeyRef?.optional !== undefined)
    expect(optional.map(({ name }) => name)).toEqual(names)
  })
})
