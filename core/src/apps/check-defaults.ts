import { domainDefaults, type EventDefaults } from '@holdfast/contract'
import { assertHoldTimes } from '../events/hold-times.ts'
import type { AppDoc } from '../store/schema.ts'

/**
 * Refuses defaults that no event could have.
 * @throws Problem `invalid_request`
 */
export function checkDefaults(
  { domain, eventDefaults }: Pick<AppDoc, 'domain' | 'eventDefaults'>,
  said: EventDefaults,
): void {
  const { holdTtlMs, holdLifetimeMs } = domainDefaults[domain]
  const times = {
    holdTtlMs: eventDefaults.holdTtlMs ?? holdTtlMs,
    holdLifetimeMs: eventDefaults.holdLifetimeMs ?? holdLifetimeMs,
  }
  assertHoldTimes(times, said, 'eventDefaults.')
}
