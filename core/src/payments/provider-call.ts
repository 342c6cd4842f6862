import { faultNameOf, type Platform, paymentCallMs } from '@holdfast/contract'
import type { Log } from '../context.ts'

/** What an adapter of a payment provider works with. */
export interface ProviderTools {
  readonly fetch: typeof fetch
  readonly platform: Pick<Platform, 'now' | 'deadline' | 'sha256' | 'hmacSha256'>
  readonly log: Log
}

/** Which account is asked, for the log. */
export interface AccountName {
  readonly provider: string
  readonly account: string
}

/** What the log may know of a fault: a provider's message can carry a key, a card or a buyer's address. */
export interface FaultDetail {
  readonly status?: number | undefined
  readonly code?: string | undefined
}

/** The provider answered, but with nothing that can be relied on. */
export class ProviderFault extends Error implements FaultDetail {
  override readonly name = 'ProviderFault'
  readonly status: number | undefined
  constructor(what: string, status?: number) {
    super(what)
    this.status = status
  }
}

/** What one call may use up: it must ask `signal` before each step that changes something. */
export interface Budget {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Runs a call of a provider; null: no answer in time, or none that can be relied on. */
export type Ask = <Answer>(
  call: string,
  budgetMs: number,
  run: (budget: Budget) => Promise<Answer>,
) => Promise<Answer | null>

/** Bounds every call of an account in time, and turns each fault into a line of the log that holds no secret. */
export function askOf(
  { platform, log }: ProviderTools,
  name: AccountName,
  detailOf: (error: unknown) => FaultDetail,
): Ask {
  return async (call, budgetMs, run) => {
    const timeoutMs = Math.max(1, Math.min(budgetMs, paymentCallMs))
    const signal = platform.deadline(timeoutMs)
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new ProviderFault('late')), { once: true }),
    )
    try {
      return await Promise.race([run({ signal, timeoutMs }), late])
    } catch (error) {
      const fault = signal.aborted ? 'late' : faultNameOf(error)
      log({ level: 'warn', event: 'payment_provider_fault', ...name, call, fault, ...detailOf(error) })
      return null
    }
  }
}
