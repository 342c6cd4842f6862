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

/** The part of an event that the scripts enforce. */
export const eventSettings = (event: EventDoc): EventSettings => ({
  rev: event.rev,
  sale: event.sale,
  onSaleAtMs: event.onSaleAt?.getTime() ?? null,
  offSaleAtMs: event.offSaleAt?.getTime() ?? null,
  ...holdSettingsOf(event),
  currency: event.currency,
})
