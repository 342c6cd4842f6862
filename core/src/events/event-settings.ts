import type { HoldSettings } from '@holdfast/contract'
import type { EventSettings } from '@holdfast/inventory'
import type { EventDoc } from '../store/schema.ts'

/** The rules of holds of an event. */
export const holdSettingsOf = (event: EventDoc): HoldSettings => ({
  holdTtlMs: event.holdTtlMs,
  holdLifetimeMs: event.holdLifetimeMs,
  seatsHeldPerOwner: event.seatsHeldPerOwner,
  holdsPerMinute: event.holdsPerMinute,
  lapsedHoldsPerOwner: event.lapsedHoldsPerOwner,
  coolDownMs: event.coolDownMs,
})

/** Long ago for the scripts, which know no time before their clock's first. */
const msOf = (at: Date | null): number | null => at && Math.max(1, at.getTime())

/** The part of an event that the scripts enforce. */
export const eventSettings = (event: EventDoc): EventSettings => ({
  rev: event.rev,
  sale: event.sale,
  onSaleAtMs: msOf(event.onSaleAt),
  offSaleAtMs: msOf(event.offSaleAt),
  ...holdSettingsOf(event),
  currency: event.currency,
})
