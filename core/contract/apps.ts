import * as z from 'zod'
import { Domain, EventDefaults } from './hold-settings.ts'
import { AppId, idPattern } from './ids.ts'
import {
  appWritesPerSecondDefault,
  clientWritesPerSecondDefault,
  deniedUsersMax,
  keyOverlapSecondsMax,
  metadataBytesMax,
  nameLengthMax,
  originsPerAppMax,
  passwordBytesMax,
  secretBytesMin,
  userWritesPerSecondDefault,
} from './limits.ts'

/** What a call with a key may do. Publishable keys are for browsers and bound to origins; secret ones for servers. */
export const KeyKind = z.enum(['publishable', 'secret'])
export type KeyKind = z.infer<typeof KeyKind>

/**
 * The kinds of key that are issued. A `legacy` key is a predecessor's: with an Origin it has a publishable key's
 * rights, without one a secret key's, and only on the predecessors' routes.
 */
export const IssuedKind = z.enum([...KeyKind.options, 'legacy'])
export type IssuedKind = z.infer<typeof IssuedKind>

/** How an app's bookings are paid. `simulated` needs ALLOW_SIMULATED_PAYMENTS=1 at core. */
export const PaymentProvider = z.enum(['none', 'external', 'simulated', 'stripe', 'razorpay'])
export type PaymentProvider = z.infer<typeof PaymentProvider>

/** The account of the provider that is paid, by its name in core's configuration. */
export const PaymentAccount = z.string().regex(idPattern)
export const paymentAccountDefault = 'default'

/** What becomes of a browser call that looks automated: nothing, a line in the log, or a refusal. */
export const BotMode = z.enum(['off', 'observe', 'enforce'])
export type BotMode = z.infer<typeof BotMode>

/** An exact web origin, as browsers send it: scheme, host and port, no path. */
export const Origin = z
  .string()
  .max(nameLengthMax)
  .regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be an origin such as https://shop.example')

/**
 * Where the Unified Booking Backend's own API may be called from, beside `allowedOrigins`: an exact origin, a host with
 * or without its port, or `*`. `/v1` does not look at it.
 */
export const AllowedDomain = z
  .string()
  .max(nameLengthMax)
  .regex(
    /^(\*|(https?:\/\/)?[A-Za-z0-9.-]+(:\d{1,5})?)$/,
    'must be a host, an origin such as https://shop.example, or *',
  )

/** Writes allowed a second: to one user, to one client address, and to all server calls of the app together. */
export const RateLimits = z.strictObject({
  userPerSecond: z.int().min(1).max(1_000_000).default(userWritesPerSecondDefault),
  clientPerSecond: z.int().min(1).max(1_000_000).default(clientWritesPerSecondDefault),
  appPerSecond: z.int().min(1).max(1_000_000).default(appWritesPerSecondDefault),
})
export type RateLimits = z.infer<typeof RateLimits>

const isWithin = (value: unknown, bytesMax: number): boolean => {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length <= bytesMax
  } catch {
    // Nested deeper than anybody can write it down.
    return false
  }
}

/** What an admin notes about an app: any JSON object. The store keeps it as text, so no key of it is an operator. */
export const Metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => isWithin(value, metadataBytesMax), `must have at most ${metadataBytesMax} bytes as JSON`)
export type Metadata = z.infer<typeof Metadata>

const settings = {
  name: z.string().min(1).max(nameLengthMax),
  domain: Domain,
  allowedOrigins: z.array(Origin).max(originsPerAppMax),
  allowedDomains: z.array(AllowedDomain).max(originsPerAppMax),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  paymentAccount: PaymentAccount,
  botMode: BotMode,
  rateLimits: RateLimits,
  eventDefaults: EventDefaults,
  browserVouching: z.boolean(),
  metadata: Metadata,
}

/** POST /v1/admin/apps */
export const AppInput = z.strictObject({
  ...settings,
  domain: settings.domain.default('EVENT'),
  allowedOrigins: settings.allowedOrigins.default([]),
  allowedDomains: settings.allowedDomains.default([]),
  allowNoOrigin: settings.allowNoOrigin.default(false),
  paymentProvider: settings.paymentProvider.default('none'),
  paymentAccount: settings.paymentAccount.default(paymentAccountDefault),
  botMode: settings.botMode.default('observe'),
  rateLimits: settings.rateLimits.prefault({}),
  eventDefaults: settings.eventDefaults.default({}),
  browserVouching: settings.browserVouching.default(false),
  metadata: settings.metadata.default({}),
})
export type AppInput = z.infer<typeof AppInput>

/** PATCH /v1/admin/apps/{a}: replaces what is given, whole; the domain only until the app has its first event. */
export const AppPatch = z.strictObject({
  name: settings.name.exactOptional(),
  domain: settings.domain.exactOptional(),
  active: z.boolean().exactOptional(),
  allowedOrigins: settings.allowedOrigins.exactOptional(),
  allowedDomains: settings.allowedDomains.exactOptional(),
  allowNoOrigin: settings.allowNoOrigin.exactOptional(),
  paymentProvider: settings.paymentProvider.exactOptional(),
  paymentAccount: settings.paymentAccount.exactOptional(),
  botMode: settings.botMode.exactOptional(),
  rateLimits: settings.rateLimits.exactOptional(),
  eventDefaults: settings.eventDefaults.exactOptional(),
  browserVouching: settings.browserVouching.exactOptional(),
  metadata: settings.metadata.exactOptional(),
})
export type AppPatch = z.infer<typeof AppPatch>

/** An app as its admin sees it. */
export const AppView = z.object({
  id: AppId,
  name: z.string(),
  domain: Domain,
  active: z.boolean(),
  allowedOrigins: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  paymentAccount: PaymentAccount,
  botMode: BotMode,
  rateLimits: RateLimits,
  eventDefaults: EventDefaults,
  browserVouching: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
})
export type AppView = z.infer<typeof AppView>

/** The answer to a created app: its keys are shown this once. */
export const CreatedApp = z.object({ app: AppView, publishableKey: z.string(), secretKey: z.string() })
export type CreatedApp = z.infer<typeof CreatedApp>

/** A key that its caller chose, without our prefix; bcrypt reads all of it. */
export const ChosenKey = z
  .string()
  .regex(
    new RegExp(`^(?!hf_)[!-~]{${secretBytesMin},${passwordBytesMax}}$`),
    `must be ${secretBytesMin} to ${passwordBytesMax} visible ASCII characters and not begin with hf_`,
  )

const overlapSeconds = z.int().min(0).max(keyOverlapSecondsMax).default(0)

/** POST /v1/admin/apps/{a}/keys/rotate: without an overlap the keys before it end now. */
export const RotateKeyRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: KeyKind, overlapSeconds }),
  z.strictObject({ kind: z.literal('legacy'), overlapSeconds, key: ChosenKey.optional() }),
])
export type RotateKeyRequest = z.infer<typeof RotateKeyRequest>

/** The new key, shown this once, and until when the ones before it still work. */
export const RotatedKey = z.object({
  app: AppId,
  kind: IssuedKind,
  key: z.string(),
  previousUntil: z.iso.datetime(),
})
export type RotatedKey = z.infer<typeof RotatedKey>

/** What the edge must know of an app to serve a call with one of its keys. */
export const AppVerdict = z.object({
  appId: AppId,
  kind: KeyKind,
  allowedOrigins: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  browserVouching: z.boolean(),
  botMode: BotMode,
  rateLimits: RateLimits,
})
export type AppVerdict = z.infer<typeof AppVerdict>

/** An app, and which kind of key was presented: a legacy one is not for every route. */
export const IssuedVerdict = AppVerdict.extend({ kind: IssuedKind })
export type IssuedVerdict = z.infer<typeof IssuedVerdict>

/**
 * Core's word on a presented key; a `null` verdict is a wrong key, and is remembered too. `deniedUsers` are the ids
 * of users of the pool who were deactivated while tokens of theirs may be about.
 */
export const KeyVerdict = z.object({
  verdict: IssuedVerdict.nullable(),
  deniedUsers: z.array(z.string()).max(deniedUsersMax),
})
export type KeyVerdict = z.infer<typeof KeyVerdict>

/** What the edge asks core of an app that it is bound to by configuration: no key is shown. */
export const AppQuestion = z.object({ appId: AppId })
export type AppQuestion = z.infer<typeof AppQuestion>

/** What the edge asks core on a cache miss. A key without our prefix says nothing of itself, so it needs the app. */
export const KeyQuestion = z.object({ key: z.string().min(1).max(200), appId: AppId.optional() })
export type KeyQuestion = z.infer<typeof KeyQuestion>
