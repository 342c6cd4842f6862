import type { Platform } from '@holdfast/contract'

/** How often, and for how long, one call is tried. */
export interface Retries {
  /** Sent so often at most, the first included; 1 is no retry. */
  readonly attempts: number
  /** No wait begins that would end later than this, counted from the call. */
  readonly withinMs: number
}

export const defaultRetries: Retries = { attempts: 4, withinMs: 20_000 }

const firstWaitMs = 200
const waitMsMax = 5_000

/** A number in [0, 1). */
function fraction({ random }: Pick<Platform, 'random'>): number {
  const [high = 0, low = 0] = random(2)
  return (high * 256 + low) / 65_536
}

/**
 * How long to wait before the next attempt: what the answer asked for, or twice as long each time. Either way a
 * random part is added, so that the clients of one rush do not come back as one.
 */
export function waitMs(
  attempt: number,
  retryAfterMs: number | undefined,
  platform: Pick<Platform, 'random'>,
): number {
  const backoffMs = Math.min(waitMsMax, firstWaitMs * 2 ** (attempt - 1))
  const jitterMs = (fraction(platform) * backoffMs) / 2
  return retryAfterMs === undefined ? backoffMs / 2 + jitterMs : retryAfterMs + jitterMs
}
