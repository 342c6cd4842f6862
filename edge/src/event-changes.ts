import type { AppId, EventId } from '@holdfast/contract'
import type * as z from 'zod'
import type { Caller, CoreClient } from './core-client.ts'
import type { EventReader } from './event-reader.ts'
import { passOn } from './pass-on.ts'

/** A change of an event or of its seats, as an organiser's server asks for it. */
export interface EventChange {
  readonly appId: AppId
  readonly eventId: EventId
  readonly method: 'PUT' | 'POST'
  /** What follows the event's path. */
  readonly part: '' | '/seats' | '/plan' | '/seats/block' | '/seats/unblock'
  readonly body: Uint8Array<ArrayBuffer>
  readonly caller: Caller
  readonly reply: z.ZodType
}

/** Has core change an event and passes its answer on; what this isolate keeps of the event is out of date then. */
export async function changeEvent(
  core: CoreClient,
  events: EventReader,
  { appId, eventId, method, part, body, caller, reply }: EventChange,
): Promise<Response> {
  const path = `/v1/events/${eventId}${part}`
  const answer = await passOn(core, reply, { method, path, body, caller })
  events.forget(appId, eventId)
  return answer
}
