import { type PaymentClaim, type Platform, systemPlatform } from '@holdfast/contract'
import { createReceipts } from '@holdfast/core/src/bookings/receipts.ts'
import type { Core } from '@holdfast/core/src/context.ts'
import { type StripeAccount, stripeProvider } from '@holdfast/core/src/payments/stripe.ts'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { unobserved } from '@holdfast/core/src/telemetry/observe.ts'
import { createInventory, type EventRef, type Hold } from '@holdfast/inventory'
import { connectUpstash, type UpstashAddress, upstashRunner } from '@holdfast/inventory/upstash'
import type { JWK } from 'jose'
import type { Told } from '../balance/teller.ts'

/** Where a core in a process of its own finds what it works with, and what time it is there. */
export interface CoreAddress {
  readonly path: string
  readonly redis: UpstashAddress
  readonly account: StripeAccount
  readonly receiptKey: JWK
  readonly nowMs: number
}

/** What it does, once. */
export type Work = { readonly ref: EventRef; readonly hold: Hold } & (
  | { readonly does: 'order' | 'repair' | 'cancel' }
  | { readonly does: 'confirm'; readonly payment: PaymentClaim }
  | { readonly does: 'hear'; readonly told: Told }
)

/** A core over a store in a file, a Redis behind Upstash's protocol and an account of Stripe. */
export async function coreAt({ path, redis, account, receiptKey, nowMs }: CoreAddress): Promise<Core> {
  const platform: Platform = { ...systemPlatform, now: () => nowMs }
  const provider = stripeProvider('default', account, { fetch, platform, log: () => {} })
  return {
    store: openSqliteStore({ path }),
    inventory: createInventory(upstashRunner(connectUpstash(redis, systemPlatform))),
    platform,
    findProvider: () => provider,
    receipts: await createReceipts(receiptKey, platform),
    log: () => {},
    observe: unobserved,
    rebuildWaitMs: 0,
  }
}
