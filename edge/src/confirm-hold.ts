import {
  BookingView,
  type ConfirmCommand,
  type GrantId,
  type Openly,
  openly,
  type PaymentClaim,
  type Principal,
  Problem,
  pinLeaseMs,
} from '@holdfast/contract'
import { type EventRef, holdPath, reportOf } from '@holdfast/inventory'
import { type Caller, type CoreAnswer, jsonBytes, readJson } from './core-client.ts'
import type { Services } from './services.ts'

/** A hold that its owner wants booked. */
export interface Confirm {
  readonly event: EventRef
  readonly grantId: GrantId
  readonly owner: Principal
  readonly idempotencyKey: string
  readonly payment?: PaymentClaim | undefined
  readonly caller: Caller
  /** Whose free bookings are counted together; absent: as the caller's key says. */
  readonly client?: string | undefined
}

/**
 * What became of a confirm. `text` is core's answer byte for byte, since the same key gets the same bytes. `unknown`:
 * no answer came that can be read, or core has only accepted the confirm, so it may have booked the seats. A refusal
 * whose code is of another version is as final as its status says.
 */
export type ConfirmOutcome =
  | {
      readonly word: 'booked'
      readonly booking: Openly<BookingView>
      readonly status: number
      readonly text: string
      readonly replayed: boolean
    }
  | {
      readonly word: 'refused'
      readonly problem: Problem
      readonly text: string
      readonly replayed: boolean
    }
  | { readonly word: 'unknown' }

/** What a confirm works with. */
export type Confirming = Pick<Services, 'inventory' | 'core' | 'platform' | 'countedClient'>

/**
 * Confirms a hold: the edge pins the seats, core decides. Whatever the pin said, core hears it and has the last word.
 *
 * @throws Problem `dependency_unavailable` when core was certainly not asked.
 */
export async function confirmHold(
  { inventory, core, platform, countedClient }: Confirming,
  { event, grantId, owner, idempotencyKey, payment, caller, ...said }: Confirm,
): Promise<ConfirmOutcome> {
  const pinAskedAtMs = platform.now()
  const pin = await reportOf(inventory(caller).pin(event, grantId, owner, pinLeaseMs))
  const client = said.client ?? (await countedClient(caller))
  const named = { ...(payment && { payment }), ...(client && { client }) }
  const command: ConfirmCommand = { idempotencyKey, pin, pinAskedAtMs, ...named }
  const path = `${holdPath(event.eventId, grantId)}/confirm`
  const body = jsonBytes(command)
  return outcomeOf(await core.send({ method: 'POST', path, body, caller }))
}

function outcomeOf(answer: CoreAnswer): ConfirmOutcome {
  if (answer.kind === 'silence') {
    if (!answer.sent) throw new Problem('dependency_unavailable', {}, 1)
    return { word: 'unknown' }
  }
  const { text, replayed } = answer
  if (answer.kind === 'refusal') return { word: 'refused', problem: answer.problem, text, replayed }
  const { status } = answer
  const booking = status === 202 ? undefined : readJson(openly(BookingView), text)
  return booking ? { word: 'booked', booking, status, text, replayed } : { word: 'unknown' }
}
