import { type AppVerdict, type BookingId, CompactJws, headers, Ticket } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { type Caller, succeeded, unreadable } from './core-client.ts'
import type { Services } from './services.ts'

type Reader = Caller & { readonly app: AppVerdict }

/** A receipt, and whether the ticket is good; undefined: a core of before did not say. */
interface Shown {
  readonly receipt: string
  readonly ticket: Ticket | undefined
}

/** The receipt that Redis keeps for a day after the sale, for its owner, or for the app's server. */
async function keptReceipt(
  inventory: Services['inventory'],
  reader: Reader,
  bookingId: BookingId,
): Promise<Shown | null> {
  const { app, principal } = reader
  try {
    const kept = await inventory(reader).receipt({ appId: app.appId, bookingId })
    if (kept.word === 'absent') return null
    const isTheirs = principal === undefined ? app.kind === 'secret' : kept.owner === principal
    return isTheirs ? kept : null
  } catch (error) {
    if (error instanceof InventoryFault) return null
    throw error
  }
}

/**
 * A booking's receipt, the same bytes from Redis or from core, which is asked when Redis has none for this reader and
 * alone says that there is none; and, where it answers, whether a payment that was on its way has come.
 *
 * @throws Problem core's refusal, or `dependency_unavailable`
 */
export async function readReceipt(
  { core, inventory }: Pick<Services, 'core' | 'inventory'>,
  caller: Reader,
  bookingId: BookingId,
): Promise<Shown> {
  const kept = await keptReceipt(inventory, caller, bookingId)
  if (kept && kept.ticket !== 'pending') return kept
  const path = `/v1/bookings/${bookingId}/receipt`
  const sent = await core.send({ method: 'GET', path, caller })
  const isSilent = sent.kind === 'silence' || (sent.kind === 'refusal' && sent.problem.kind.retryable)
  if (kept && isSilent) return kept
  const answer = succeeded(sent)
  if (!CompactJws.safeParse(answer.text).success) throw unreadable(answer)
  return { receipt: answer.text, ticket: Ticket.safeParse(answer.headers.get(headers.ticket)).data }
}
