import type { EventSettings } from '@holdfast/inventory'
import type { EventDoc } from '../store/schema.ts'

/** The part of an event that the scripts enforce. */
export const eventSettings = (event: EventDoc): EventSettings => ({
  rev: event.rev,
  sale: event.sale,
  holdTtlMs: event.holdTtlMs,
  holdLifetimeMs: event.holdLifetimeMs,
  seatsHeldPerOwner: event.seatsHeldPerOwner,
  currency: event.currency,
})
