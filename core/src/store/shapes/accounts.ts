/** Who sells and who buys: apps and their keys, users and what they tried. */
import {
  AddressBudget,
  AppId,
  BotMode,
  Domain,
  EventDefaults,
  EventId,
  GrantId,
  IssuedKind,
  KeyUse,
  PaymentAccount,
  PaymentProvider,
  Principal,
  RateLimits,
} from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/*
 * Settings have members of their own, to which a newer core of the same format may have added some: they are strict at
 * the door, and not here.
 */
const StoredLimits = z.object(RateLimits.shape)
const StoredNetwork = z.object({ cidr: z.string(), units: z.int() })
const StoredDefaults = z.object(EventDefaults.shape)

/** `metadata` is JSON text, so that no key of it is ever read as an operator. `cursor` orders apps by their age. */
export const AppShape = z.object({
  appId: AppId,
  name: z.string(),
  domain: Domain,
  active: z.boolean(),
  allowedOrigins: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  paymentAccount: PaymentAccount,
  botMode: BotMode,
  /** An app of before 0.3 has not been told of it. */
  addressBudget: AddressBudget.default('observe'),
  clientNetworks: z.array(StoredNetwork).default([]),
  rateLimits: StoredLimits,
  eventDefaults: StoredDefaults,
  browserVouching: z.boolean(),
  buyersKeptDays: z.int().nullable().default(null),
  /** The last booking whose buyer was forgotten for that, by its cursor. */
  buyersForgottenTo: z.string().default(''),
  metadata: z.string(),
  cursor: z.string(),
  createdAt: date(),
})

/**
 * An app key: only hashes are kept. `digest` is SHA-256 of a key that is random; null: only bcrypt's `hash` is known, which
 * every key has for cores of this format that know no digests. `keyId` is the readable part of the key, by which it is found; a legacy
 * key has none in it and is found by its app. It works until `expiresAt`; null means until it is rotated. `use` is of a
 * legacy key; null means that nobody has said it.
 */
export const KeyShape = z.object({
  appId: AppId,
  keyId: z.string(),
  kind: IssuedKind,
  hash: z.string(),
  digest: z.string().nullable().default(null),
  use: KeyUse.nullable().default(null),
  expiresAt: date().nullable(),
  createdAt: date(),
})

/**
 * A user of the pool that all apps share (`appId` is `pool`). `email` is lower case; `cursor` orders by age. `emailVerified`: they
 * have shown that the address is theirs; accounts of before nobody had asked, and they count.
 */
export const UserShape = z.object({
  appId: AppId,
  userId: z.string(),
  email: z.string(),
  emailVerified: z.boolean().default(true),
  name: z.string(),
  phone: z.string().nullable(),
  passwordHash: z.string(),
  active: z.boolean(),
  deactivatedAt: date().nullable(),
  signedInAt: date().nullable().default(null),
  cursor: z.string(),
  createdAt: date(),
})

/** Where a user is signed in: `sessionId` is that of the token, `app` null with all apps on the predecessors' routes. */
export const SessionShape = z.object({
  appId: AppId,
  sessionId: z.string(),
  userId: z.string(),
  app: AppId.nullable(),
  device: z.string().nullable(),
  createdAt: date(),
  expiresAt: date(),
})

/**
 * Tokens that have been ended: those of `subject` (a principal, or the id of one token) that were made before `since`, in seconds. `dueAt`:
 * when edges are told, again; null: they have been.
 */
export const RevocationShape = z.object({
  appId: AppId,
  subject: z.string(),
  since: z.int(),
  createdAt: date(),
  dueAt: date().nullable(),
  expiresAt: date(),
})

/**
 * Failed logins of one `subject` (the digest of an account at an app, of that from an address, or of an address at an app) and what they
 * cost; or the `orders` of one address within the hour, of which `failures` counts the writes.
 */
export const AttemptShape = z.object({
  appId: AppId,
  subject: z.string(),
  failures: z.int(),
  nextAt: date(),
  expiresAt: date(),
  orders: z.array(z.object({ eventId: EventId, grantId: GrantId, atMs: z.int() })).default([]),
})

/**
 * Clients that signed in to an account, the last first, and when. Digests are kept, of the account and of it with a client's
 * address, until nobody has signed in for as long as one counts.
 */
export const KnownClientsShape = z.object({
  appId: AppId,
  account: z.string(),
  clients: z.array(z.object({ client: z.string(), at: date() })),
  expiresAt: date(),
})

/**
 * A person whose name and addresses were taken out, of one app or (`isWhole`, under `pool`) of all. `dueAt`: when it is looked once more
 * for what was on its way; null: it was.
 */
export const ErasureShape = z.object({
  appId: AppId,
  person: Principal,
  isWhole: z.boolean(),
  createdAt: date(),
  dueAt: date().nullable(),
  expiresAt: date(),
})

/** A guest who went into an account, for good. `dueAt`: when it is looked again for what could not go along; null: nothing was left. */
export const GuestMergeShape = z.object({
  appId: AppId,
  guest: Principal,
  owner: Principal,
  dueAt: date().nullable(),
  createdAt: date(),
})

/**
 * One-time codes of one address (`subject` is its digest): only the hash of the last is kept, or null where the mail
 * had none. `sends` counts them until `expiresAt`; the last is good until `goodUntil`, for a few guesses.
 */
export const CodeShape = z.object({
  appId: AppId,
  subject: z.string(),
  hash: z.string().nullable(),
  guesses: z.int(),
  goodUntil: date(),
  sends: z.int(),
  expiresAt: date(),
})
