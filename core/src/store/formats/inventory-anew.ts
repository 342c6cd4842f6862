import type { RawDoc } from './steps.ts'

/**
 * An event whose inventory repair makes anew from the store. Part of every step, since Redis has no migration: its
 * layout is that of the core which built it. Repair does so for each event whose inventory is not of the epoch that the
 * store has; an event that rested is looked at again.
 */
export const inventoryAnew = (event: RawDoc): RawDoc => ({
  ...event,
  epoch: typeof event.epoch === 'number' && event.epoch > 0 ? event.epoch + 1 : 0,
  buildingSince: null,
  restsSince: null,
})
