import * as z from 'zod'
import { Domain, EventDefaults } from './hold-settings.ts'
import { AppId, idPattern } from './ids.ts'
import {
  addressUnitsDefault,
  addressUnitsMax,
  appWritesPerSecondDefault,
  buyersKeptDaysMax,
  clientNetworksMax,
  clientWritesPerSecondDefault,
  freeSeatsPerDayDefault,
  freeSeatsPerDayMax,
  keyOverlapSecondsMax,
  originsPerAppMax,
  passwordBytesMax,
  secretBytesMin,
  unpaidOrdersPerHourDefault,
  unpaidOrdersPerHourMax,
  userWritesPerSecondDefault,
} from './limits.ts'
import { Metadata } from './metadata.ts'
import { Name } from './names.ts'
import { AllowedDomain, Origin } from './origins.ts'
import { patterns } from './patterns.ts'

/** What a call with a key may do. Publishable keys are for browsers and bound to origins; secret ones for servers. */
export const KeyKind = z.enum(['publishable', 'secret'])
export type KeyKind = z.infer<typeof KeyKind>

/** The kinds of key that are issued. A `legacy` key is a predecessor's: it is for the predecessors' routes alone. */
export const IssuedKind = z.enum([...KeyKind.options, 'legacy'])
export type IssuedKind = z.infer<typeof IssuedKind>

/**
 * Who has a predecessor's key, which its text does not tell: a `page`, and so everybody, or the app's own `server`. The
 * operator says so, and no request ever does: what it leaves out would be a right.
 */
export const KeyUse = z.enum(['page', 'server'])
export type KeyUse = z.infer<typeof KeyUse>

/** How an app's bookings are paid. `simulated` needs ALLOW_SIMULATED_PAYMENTS=1 at core. */
export const PaymentProvider = z.enum(['none', 'external', 'simulated', 'stripe', 'razorpay'])
export type PaymentProvider = z.infer<typeof PaymentProvider>

/** The account of the provider that is paid, by its name in core's configuration. */
export const PaymentAccount = z.string().regex(idPattern)
export const paymentAccountDefault = 'default'

/** What becomes of a browser call that looks automated: nothing, a line in the log, or a refusal. */
export const BotMode = z.enum(['off', 'observe', 'enforce'])
export type BotMode = z.infer<typeof BotMode>

/** What becomes of a hold that is more than its client address may have: nothing, a metric and a line in the log, or a refusal. */
export const AddressBudget = z.enum(['off', 'observe', 'enforce'])
export type AddressBudget = z.infer<typeof AddressBudget>

/** A network of addresses. An IPv4 address that comes in IPv6 (`::ffff:203.0.113.7`) is the IPv4 address, and its network one of IPv4. */
export const Cidr = z
  .union([z.cidrv4(), z.cidrv6()], {
    error: 'must be a network such as 203.0.113.0/24 or 2001:db8::/48',
  })
  .refine((cidr) => cidr === '::/0' || !cidr.startsWith('::'), 'must be the IPv4 network itself')

/**
 * A venue, an office or a carrier with many people behind each of its addresses, and how many units each may hold: no fewer than
 * any other.
 */
export const ClientNetwork = z.strictObject({
  cidr: Cidr,
  units: z.int().min(addressUnitsDefault).max(addressUnitsMax),
})
export type ClientNetwork = z.infer<typeof ClientNetwork>
/** The same as it is told: what may be said of one is judged at the door alone. */
const ToldNetwork = z.object({ cidr: z.string(), units: z.int() })

/**
 * Writes allowed a second: to one user, to one client address, and to all server calls of the app together; and orders of
 * payments of one client address that nobody has paid, in an hour, and seats that it books for nothing, in a day.
 */
export const RateLimits = z.strictObject({
  userPerSecond: z.int().min(1).max(1_000_000).default(userWritesPerSecondDefault),
  clientPerSecond: z.int().min(1).max(1_000_000).default(clientWritesPerSecondDefault),
  appPerSecond: z.int().min(1).max(1_000_000).default(appWritesPerSecondDefault),
  unpaidOrdersPerHour: z.int().min(1).max(unpaidOrdersPerHourMax).default(unpaidOrdersPerHourDefault),
  freeSeatsPerDay: z.int().min(1).max(freeSeatsPerDayMax).default(freeSeatsPerDayDefault),
})
export type RateLimits = z.infer<typeof RateLimits>

const settings = {
  name: Name,
  domain: Domain,
  allowedOrigins: z.array(Origin).max(originsPerAppMax),
  allowedDomains: z.array(AllowedDomain).max(originsPerAppMax),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  paymentAccount: PaymentAccount,
  botMode: BotMode,
  addressBudget: AddressBudget,
  clientNetworks: z.array(ClientNetwork).max(clientNetworksMax),
  rateLimits: RateLimits,
  eventDefaults: EventDefaults,
  browserVouching: z.boolean(),
  /** Names and addresses of buyers are taken out of bookings so many days after they were made; null: never. */
  buyersKeptDays: z.int().min(1).max(buyersKeptDaysMax).nullable(),
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
  addressBudget: settings.addressBudget.default('enforce'),
  clientNetworks: settings.clientNetworks.default([]),
  rateLimits: settings.rateLimits.prefault({}),
  eventDefaults: settings.eventDefaults.default({}),
  browserVouching: settings.browserVouching.default(false),
  buyersKeptDays: settings.buyersKeptDays.default(null),
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
  addressBudget: settings.addressBudget.exactOptional(),
  clientNetworks: settings.clientNetworks.exactOptional(),
  rateLimits: settings.rateLimits.exactOptional(),
  eventDefaults: settings.eventDefaults.exactOptional(),
  browserVouching: settings.browserVouching.exactOptional(),
  buyersKeptDays: settings.buyersKeptDays.exactOptional(),
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
  addressBudget: AddressBudget.default('observe'),
  clientNetworks: z.array(ToldNetwork).default([]),
  rateLimits: RateLimits,
  eventDefaults: EventDefaults,
  browserVouching: z.boolean(),
  buyersKeptDays: z.int().nullable().default(null),
  metadata: Metadata,
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
    patterns.chosenKey,
    `must be ${secretBytesMin} to ${passwordBytesMax} visible ASCII characters and not begin with hf_`,
  )

const overlapSeconds = z.int().min(0).max(keyOverlapSecondsMax).default(0)

/**
 * POST /v1/admin/apps/{a}/keys/rotate: without an overlap the keys before it end now. An app may have a predecessor's key
 * of each use, of which only that of the same use ends; a `use` that is not said is that of the app's one key.
 */
export const RotateKeyRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: KeyKind, overlapSeconds }),
  z.strictObject({
    kind: z.literal('legacy'),
    overlapSeconds,
    key: ChosenKey.optional(),
    use: KeyUse.optional(),
  }),
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
  /** The readable part of the key. Absent: none was shown, or a core of before does not say. */
  keyId: z.string().optional(),
  allowedOrigins: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  browserVouching: z.boolean(),
  botMode: BotMode,
  /** Absent: a core of before does not say, and then it is only observed. */
  addressBudget: AddressBudget.optional(),
  clientNetworks: z.array(ToldNetwork).optional(),
  rateLimits: RateLimits,
  /** Who takes its money. Absent: a core of before does not say, and nothing may be sold on that. */
  paymentProvider: PaymentProvider.optional(),
  /** Of a predecessor's key only; a core of a version before does not say, and then it is a page's. */
  use: KeyUse.optional(),
})
export type AppVerdict = z.infer<typeof AppVerdict>

/** An app, and which kind of key was presented: a legacy one is not for every route. */
export const IssuedVerdict = AppVerdict.extend({ kind: IssuedKind })
export type IssuedVerdict = z.infer<typeof IssuedVerdict>

/** Core's word on a presented key; a `null` verdict is a wrong key, and is remembered too. */
export const KeyVerdict = z.object({
  verdict: IssuedVerdict.nullable(),
  /** Empty: an edge of a version before read here who was deactivated. */
  deniedUsers: z.array(z.string()).default([]),
})
export type KeyVerdict = z.infer<typeof KeyVerdict>

/** What the edge asks core of an app that it is bound to by configuration: no key is shown. */
export const AppQuestion = z.object({ appId: AppId })
export type AppQuestion = z.infer<typeof AppQuestion>

/** What the edge asks core on a cache miss. A key without our prefix says nothing of itself, so it needs the app. */
export const KeyQuestion = z.object({ key: z.string().min(1).max(200), appId: AppId.optional() })
export type KeyQuestion = z.infer<typeof KeyQuestion>
