import * as z from 'zod'
import { AppId } from './ids.ts'
import {
  appWritesPerSecondDefault,
  clientWritesPerSecondDefault,
  nameLengthMax,
  originsPerAppMax,
  userWritesPerSecondDefault,
} from './limits.ts'

/** Publishable keys are for browsers and bound to origins; secret keys are for servers. */
export const KeyKind = z.enum(['publishable', 'secret'])
export type KeyKind = z.infer<typeof KeyKind>

/** How an app's bookings are paid. `simulated` needs ALLOW_SIMULATED_PAYMENTS=1 at core. */
export const PaymentProvider = z.enum(['none', 'external', 'simulated'])
export type PaymentProvider = z.infer<typeof PaymentProvider>

/** An exact web origin, as browsers send it: scheme, host and port, no path. */
export const Origin = z
  .string()
  .max(nameLengthMax)
  .regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be an origin such as https://shop.example')

/** Writes allowed a second: to one user, to one client address, and to all server calls of the app together. */
export const RateLimits = z.strictObject({
  userPerSecond: z.int().min(1).max(1_000_000).default(userWritesPerSecondDefault),
  clientPerSecond: z.int().min(1).max(1_000_000).default(clientWritesPerSecondDefault),
  appPerSecond: z.int().min(1).max(1_000_000).default(appWritesPerSecondDefault),
})
export type RateLimits = z.infer<typeof RateLimits>

/** POST /v1/admin/apps */
export const AppInput = z.strictObject({
  name: z.string().min(1).max(nameLengthMax),
  allowedOrigins: z.array(Origin).max(originsPerAppMax).default([]),
  allowNoOrigin: z.boolean().default(false),
  paymentProvider: PaymentProvider.default('none'),
  rateLimits: RateLimits.prefault({}),
})
export type AppInput = z.infer<typeof AppInput>

/** An app as its admin sees it. */
export const AppView = z.object({
  id: AppId,
  name: z.string(),
  active: z.boolean(),
  allowedOrigins: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  rateLimits: RateLimits,
  createdAt: z.iso.datetime(),
})
export type AppView = z.infer<typeof AppView>

/** The answer to a created app: its keys are shown this once. */
export const CreatedApp = z.object({ app: AppView, publishableKey: z.string(), secretKey: z.string() })
export type CreatedApp = z.infer<typeof CreatedApp>

/** What the edge must know of an app to serve a call with one of its keys. */
export const AppVerdict = z.object({
  appId: AppId,
  kind: KeyKind,
  allowedOrigins: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  rateLimits: RateLimits,
})
export type AppVerdict = z.infer<typeof AppVerdict>

/** Core's word on a presented key; `null` is a wrong key, and is remembered too. */
export const KeyVerdict = z.object({ verdict: AppVerdict.nullable() })
export type KeyVerdict = z.infer<typeof KeyVerdict>

/** What the edge asks core on a cache miss. */
export const KeyQuestion = z.strictObject({ key: z.string().min(1).max(200) })
