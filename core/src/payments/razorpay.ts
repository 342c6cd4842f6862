import { PaymentId, type Platform } from '@holdfast/contract'
import type { PaymentWords, Provider } from './provider.ts'
import { askOf, type FaultDetail, ProviderFault, type ProviderTools } from './provider-call.ts'
import { type RazorpayKey, razorpayApi } from './razorpay/api.ts'
import { capture, letGo, order, type Ports, sightOf } from './razorpay/calls.ts'
import { isOrderId, isPaymentId, Payment } from './razorpay/entities.ts'
import { readRazorpayEvent } from './razorpay/events.ts'
import { refund } from './razorpay/refund.ts'
import { isSigned } from './razorpay/signatures.ts'

/** One account of Razorpay, as core's configuration gives it. */
export interface RazorpayAccount extends RazorpayKey {
  /** One, or the new and the old while they rotate. */
  readonly webhookSecrets: readonly string[]
}

/** An account of Razorpay. A payment is known by its order, which may be attempted often and is paid once. */
export function razorpayProvider(name: string, account: RazorpayAccount, tools: ProviderTools): Provider {
  const { platform } = tools
  const ports: Ports = {
    api: razorpayApi(account, tools),
    ask: askOf(tools, { provider: 'razorpay', account: name }, detailOf),
  }
  return {
    order: (request, budgetMs) => order(ports, account.keyId, request, budgetMs),
    identify: (words, budgetMs) => identify(ports, platform, account.keySecret, words, budgetMs),
    look: (charge, budgetMs) => sightOf(ports, charge, budgetMs),
    capture: (charge, _bookingId, budgetMs) => capture(ports, charge, budgetMs),
    void: (charge, budgetMs) => letGo(ports, charge, budgetMs),
    refund: (charge, request, budgetMs) => refund(ports, platform, charge, request, budgetMs),
    readEvent: (raw, header) => readRazorpayEvent(platform, account.webhookSecrets, raw, header),
  }
}

const detailOf = (error: unknown): FaultDetail =>
  error instanceof ProviderFault ? { status: error.status } : {}

/**
 * The order of a payment: by the signature that Razorpay gave the buyer's page
 * (https://razorpay.com/docs/payments/server-integration/nodejs/payment-gateway/build-integration), else by asking.
 */
async function identify(
  { api, ask }: Ports,
  platform: Pick<Platform, 'hmacSha256'>,
  secret: string,
  { id, order: named, signature }: PaymentWords,
  budgetMs: number,
): Promise<PaymentId | 'unknown' | null> {
  if (isOrderId(id)) return named === undefined || named === id ? id : null
  if (!isPaymentId(id)) return null
  if (signature !== undefined) {
    const order = PaymentId.safeParse(named).data
    if (!order || !isOrderId(order)) return null
    return (await isSigned(platform, secret, `${order}|${id}`, signature)) ? order : null
  }
  const found = await ask('identify', budgetMs, async (budget) => ({
    payment: await api(Payment, { path: `/v1/payments/${id}` }, budget),
  }))
  if (!found) return 'unknown'
  const orderId = found.payment?.order_id
  return orderId && (named === undefined || named === orderId) ? orderId : null
}
