import { type AppVerdict, type BookingId, CompactJws } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { type Caller, succeeded, unreadable } from './core-client.ts'
import type { Services } from './services.ts'

type Reader = Caller & { readonly app: AppVerdict }

/** The receipt that Redis keeps for a day after the sale, for its owner, or for the app's server. */
async function keptReceipt(
  inventory: Services['inventory'],
  reader: Reader,
  bookingId: BookingId,
): Promise<string | null> {
  const { app, principal } = reader
  try {
    const kept = await inventory(reader).receipt({ appId: app.appId, bookingId })
    if (kept.word === 'absent') return null
    const isTheirs = principal === undefined ? app.kind === 'secret' : kept.owner === principal
    return isTheirs ? kept.receipt : null
  } catch (error) {
    if (error instanceof InventoryFault) return null
    throw error
  }
}

/**
 * A booking's receipt, the same bytes from Redis or from core, which is asked when Redis has none for this reader and
 * alone says that there is none.
 *
 * @throws Problem core's refusal, or `dependency_unavailable`
 */
export async function readReceipt(
  { core, inventory }: Pick<Services, 'core' | 'inventory'>,
  caller: Reader,
  bookingId: BookingId,
): Promise<string> {
  const kept = await keptReceipt(inventory, caller, bookingId)
  if (kept !== null) return kept
  const path = `/v1/bookings/${bookingId}/receipt`
  const answer = succeeded(await core.send({ method: 'GET', path, caller }))
  if (!CompactJws.safeParse(answer.text).success) throw unreadable(answer)
  return answer.text
}
