import { outboxAttemptsMax, outboxRetryMsMax, outboxRetryMsMin } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import type { OutboxDoc } from '../store/schema.ts'
import { StoreError } from '../store/store.ts'

/** How one kind of row is tried again. */
interface RetryPlan {
  /** The pause after the first failure, in milliseconds; it doubles with each further one, up to the last. */
  readonly firstMs: number
  readonly lastMs: number
  /** How often it may fail for reasons of its own; null: it is tried for ever. */
  readonly attemptsMax: number | null
}

const soon = {
  firstMs: outboxRetryMsMin,
  lastMs: outboxRetryMsMax,
  attemptsMax: outboxAttemptsMax,
} as const satisfies RetryPlan

const plans: Readonly<Record<OutboxDoc['kind'], RetryPlan>> = {
  settle: soon,
  apply: soon,
  // Its messages are put into the queues of their endpoints, which have pauses of their own.
  webhook: soon,
  // A chain may not pass over a receipt.
  receipt: { firstMs: outboxRetryMsMin, lastMs: outboxRetryMsMax, attemptsMax: null },
}

/** Whether the surroundings failed and not the row: no number of such failures makes it dead. */
export const isAway = (error: unknown): boolean =>
  error instanceof InventoryFault || (error instanceof StoreError && error.code === 'unavailable')

/** What a failure makes of a row: it is dead, or tried again after so many milliseconds. */
export function afterFailure(
  { kind, attempts }: Pick<OutboxDoc, 'kind' | 'attempts'>,
  error: unknown,
): 'dead' | number {
  const { firstMs, lastMs, attemptsMax } = plans[kind]
  if (attemptsMax !== null && attempts + 1 >= attemptsMax && !isAway(error)) return 'dead'
  return Math.min(lastMs, firstMs * 2 ** Math.min(attempts, 30))
}
