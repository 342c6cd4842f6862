import * as z from 'zod'
import {
  coolDownMsDefault,
  coolDownMsMax,
  holdLifetimeMsDefault,
  holdLifetimeMsMax,
  holdsPerMinuteDefault,
  holdsPerMinuteMax,
  holdTtlMsDefault,
  holdTtlMsDefaultBus,
  holdTtlMsDefaultMovie,
  holdTtlMsMax,
  holdTtlMsMin,
  lapsedHoldsPerOwnerDefault,
  lapsedHoldsPerOwnerMax,
  seatsHeldPerOwnerDefault,
  seatsHeldPerOwnerMax,
} from './limits.ts'

/** What an app sells: it decides what new events start with, and the words on receipts. */
export const Domain = z.enum(['EVENT', 'BUS', 'MOVIE'])
export type Domain = z.infer<typeof Domain>

/** The rules of holds that an event has, all of them. */
export const HoldSettings = z.strictObject({
  holdTtlMs: z.int().min(holdTtlMsMin).max(holdTtlMsMax),
  holdLifetimeMs: z.int().min(holdTtlMsMin).max(holdLifetimeMsMax),
  seatsHeldPerOwner: z.int().min(1).max(seatsHeldPerOwnerMax),
  holdsPerMinute: z.int().min(1).max(holdsPerMinuteMax),
  lapsedHoldsPerOwner: z.int().min(1).max(lapsedHoldsPerOwnerMax),
  coolDownMs: z.int().min(0).max(coolDownMsMax),
})
export type HoldSettings = z.infer<typeof HoldSettings>

/** What new events of an app start with when they do not say; what is absent here is their domain's. */
export const EventDefaults = HoldSettings.partial()
export type EventDefaults = z.infer<typeof EventDefaults>

const common = {
  holdLifetimeMs: holdLifetimeMsDefault,
  seatsHeldPerOwner: seatsHeldPerOwnerDefault,
  holdsPerMinute: holdsPerMinuteDefault,
  lapsedHoldsPerOwner: lapsedHoldsPerOwnerDefault,
  coolDownMs: coolDownMsDefault,
}

/** What events of each domain start with when neither they nor their app say. */
export const domainDefaults: Readonly<Record<Domain, HoldSettings>> = {
  EVENT: { ...common, holdTtlMs: holdTtlMsDefault },
  BUS: { ...common, holdTtlMs: holdTtlMsDefaultBus },
  MOVIE: { ...common, holdTtlMs: holdTtlMsDefaultMovie },
}
