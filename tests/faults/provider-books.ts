import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRef } from '@holdfast/inventory'
import type { Store } from '../../core/src/store/store.ts'
import type { ProviderLine } from './mortal/payments.ts'
import type { Notes } from './notes.ts'

const limit = 100_000

/** What the provider was asked to do, from the logs of all cores, whatever the store says of it. */
function linesIn(dir: string): ProviderLine[] {
  return readdirSync(dir)
    .filter((name) => /^core-\d+\.\d+\.log$/.test(name))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{"provider":'))
    .map((line) => JSON.parse(line) as ProviderLine)
}

/**
 * I3, F18: nothing was captured but for a committed booking, for one and no other, and what the store says was taken
 * or given back the provider was asked for.
 */
export async function judgeProvider(store: Store, ref: EventRef, dir: string, notes: Notes): Promise<void> {
  const { appId, eventId } = ref
  const payments = await store.find(appId, 'payments', { eventId }, { limit })
  const bookings = await store.find(appId, 'bookings', { eventId }, { limit })
  const refunds = await store.find(appId, 'refunds', {}, { limit })
  const ids = new Set<string>(payments.map(({ paymentId }) => paymentId))
  const lines = linesIn(dir).filter(({ paymentId }) => ids.has(paymentId))
  const sold = new Set(bookings.map((one) => `${one.bookingId} ${one.paymentId}`))
  const done = (call: ProviderLine['provider'], word: string) =>
    lines.filter((line) => line.provider === call && line.word === word)

  for (const { paymentId, bookingId } of lines.filter((line) => line.provider === 'capture'))
    if (!sold.has(`${bookingId} ${paymentId}`))
      notes.complain('I3', `${paymentId} was captured for ${bookingId}, which was not sold on it`)
  const captured = new Set(done('capture', 'captured').map(({ paymentId }) => paymentId))
  for (const { paymentId, state } of payments)
    if (state === 'CAPTURED' && paymentId.startsWith('pay_auth_') && !captured.has(paymentId))
      notes.complain('I3', `${paymentId} is on record as captured, and nobody captured it`)
  const given = new Set(done('refund', 'done').map(({ paymentId, reference }) => `${paymentId} ${reference}`))
  for (const { paymentId, refundId, state } of refunds)
    if (ids.has(paymentId) && state === 'DONE' && !given.has(`${paymentId} ${refundId}`))
      notes.complain('I3', `${refundId} of ${paymentId} is on record as done, and nobody asked for it`)
}
