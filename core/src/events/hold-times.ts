import { type EventDefaults, type HoldSettings, Problem } from '@holdfast/contract'

type Times = Pick<HoldSettings, 'holdTtlMs' | 'holdLifetimeMs'>

/**
 * Refuses to begin holds with more time than they may live, of which they would never have the rest.
 *
 * @param said what a request says of either; what was set before stays as it is.
 * @throws Problem `invalid_request` at the one that was said
 */
export function assertHoldTimes({ holdTtlMs, holdLifetimeMs }: Times, said: EventDefaults, above = ''): void {
  if (said.holdTtlMs === undefined && said.holdLifetimeMs === undefined) return
  if (holdTtlMs <= holdLifetimeMs) return
  const error =
    said.holdTtlMs === undefined
      ? { path: 'holdLifetimeMs', message: `must be at least holdTtlMs, which is ${holdTtlMs}: change both` }
      : {
          path: 'holdTtlMs',
          message: `must be at most holdLifetimeMs, which is ${holdLifetimeMs}: change both`,
        }
  throw new Problem('invalid_request', { errors: [{ ...error, path: `${above}${error.path}` }] })
}
