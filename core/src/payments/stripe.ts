import { paymentCallMs } from '@holdfast/contract'
import Stripe from 'stripe'
import type { Provider } from './provider.ts'
import { askOf, type FaultDetail, type ProviderTools } from './provider-call.ts'
import { capture, letGo, order, type Ports, sightOf } from './stripe/calls.ts'
import { readStripeEvent } from './stripe/events.ts'
import { isIntentId } from './stripe/intents.ts'
import { refund } from './stripe/refund.ts'

/** One account of Stripe, as core's configuration gives it. */
export interface StripeAccount {
  readonly secretKey: string
  readonly publishableKey: string
  /** One, or the new and the old while they rotate. */
  readonly webhookSecrets: readonly string[]
  readonly apiUrl: string
}

/** An account of Stripe: for each order one PaymentIntent, which is captured by hand. */
export function stripeProvider(name: string, account: StripeAccount, tools: ProviderTools): Provider {
  const ports: Ports = {
    stripe: clientOf(account, tools),
    ask: askOf(tools, { provider: 'stripe', account: name }, detailOf),
  }
  return {
    order: (request, budgetMs) => order(ports, account.publishableKey, request, budgetMs),
    async identify({ id }) {
      return isIntentId(id) ? id : null
    },
    look: (charge, budgetMs) => sightOf(ports, charge, budgetMs),
    capture: (charge, bookingId, budgetMs) => capture(ports, charge, bookingId, budgetMs),
    void: (charge, budgetMs) => letGo(ports, charge, budgetMs),
    refund: (charge, request, budgetMs) => refund(ports, charge, request, budgetMs),
    readEvent: (raw, header) =>
      readStripeEvent(tools.platform, account.webhookSecrets, raw, header('stripe-signature')),
  }
}

function clientOf({ secretKey, apiUrl }: StripeAccount, tools: ProviderTools): Stripe {
  const url = new URL(apiUrl)
  const isPlain = url.protocol === 'http:'
  return new Stripe(secretKey, {
    apiVersion: '2026-10-28.endive',
    // Who calls repeats, with its own pauses. On Node's own client the library would yet repeat a closed connection.
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient((input, init) =>
      tools.fetch(input, { ...init, redirect: 'error' }),
    ),
    timeout: paymentCallMs,
    telemetry: false,
    protocol: isPlain ? 'http' : 'https',
    host: url.hostname,
    port: url.port || (isPlain ? '80' : '443'),
  })
}

const detailOf = (error: unknown): FaultDetail =>
  error instanceof Stripe.errors.StripeError
    ? { status: error.statusCode, code: error.code ?? error.type }
    : {}
