import { coreBudgetMs, Problem, providerEventKeptMs, type WebhookCommand } from '@holdfast/contract'
import { base64url } from 'jose'
import type { Documents, PaymentDoc } from '../store/schema.ts'
import { everyApp, isDuplicate, type Statements } from '../store/store.ts'
import type { Settling } from './book-paid.ts'
import { isOurs, keyOf } from './payment-rows.ts'
import type { Provider, ProviderEvent } from './provider.ts'
import { recordRefund } from './record-refund.ts'
import { recordCapture } from './record-state.ts'
import { settlePayment } from './settle-payment.ts'
import { isOrdered } from './take-payment.ts'

/** More rows of one payment than there are: one was ordered, others are an older core's, of clients that named it. */
const namedMax = 100

/**
 * Hears a webhook of a payment provider: the signature first, then its effect, once for each event, together with the
 * record that it was heard. That money is here is believed as it is told; whatever else it says, the provider is asked
 * where the payment stands now, since deliveries come in any order. Returns what is left to do, for afterwards.
 *
 * @throws Problem `not_found` for an account that core does not have, `invalid_signature`
 */
export async function hearProvider(
  ctx: Settling,
  { provider: name, account, headers, body }: WebhookCommand,
): Promise<() => Promise<void>> {
  const provider = ctx.findProvider(name, account)
  if (!provider?.readEvent) throw new Problem('not_found')
  const reading = await provider.readEvent(base64url.decode(body), (header) => headers[header.toLowerCase()])
  if (reading.word === 'bad_signature') throw new Problem('invalid_signature')
  if (reading.word === 'ignored') return async () => {}
  const { event } = reading
  const payment = await findPayment(ctx, provider, { provider: name, account }, event)
  if (!payment) {
    ctx.log({ level: 'warn', event: 'provider_event_unmatched', provider: name, account })
    return async () => {}
  }
  await heed(ctx, payment, event)
  return () => settlePayment(ctx, payment)
}

/**
 * A provider knows nothing of apps: its payment is found by the order of ours that it pays, among those of the account.
 * An id alone says nothing, since anybody can name one; what the provider tells of the order must agree.
 */
async function findPayment(
  { store }: Settling,
  adapter: Provider,
  { provider, account }: Pick<PaymentDoc, 'provider' | 'account'>,
  { paymentId, fact }: ProviderEvent,
): Promise<PaymentDoc | undefined> {
  const told = fact.kind === 'payment' ? fact.seen.reference : null
  const found = await store.find(everyApp, 'payments', { provider, account, paymentId }, { limit: namedMax })
  return found.find((payment) => isOurs(payment, adapter) && (told === null || told === payment.reference))
}

async function heed(ctx: Settling, payment: PaymentDoc, event: ProviderEvent): Promise<void> {
  const { appId, provider, account } = payment
  const expiresAt = new Date(ctx.platform.now() + providerEventKeptMs)
  const news = { appId, provider, account, providerEventId: event.eventId, expiresAt }
  const { fact } = event
  if (fact.kind === 'payment' && fact.seen.state === 'captured' && isOrdered(payment, fact.seen))
    return recordCapture(ctx, payment, fact.seen.amount, news)
  if (fact.kind === 'refund') return recordRefund(ctx, payment, fact, (effect) => once(ctx, news, effect))
  await once(ctx, news, (tx) => lookSoon(ctx, tx, payment))
}

type News = Documents['providerEvents']

/** The effect of an event and the record of it, together and once. */
async function once(
  { store }: Settling,
  news: News,
  effect: (tx: Statements) => Promise<unknown>,
): Promise<void> {
  try {
    await store.transaction(coreBudgetMs, async (tx) => {
      await tx.insert(news.appId, 'providerEvents', news)
      await effect(tx)
    })
  } catch (error) {
    // Two events may tell one refund.
    const isKnown =
      isDuplicate(error, 'providerEvents', 'primary') || isDuplicate(error, 'refunds', 'primary')
    if (!isKnown) throw error
  }
}

const lookSoon = ({ platform }: Settling, tx: Statements, payment: PaymentDoc) =>
  tx.updateIf(payment.appId, 'payments', keyOf(payment), {
    set: { dueAt: new Date(platform.now()), attempts: 0, expiresAt: null },
  })
