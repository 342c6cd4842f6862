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
  /** What the request says in its query. */
  readonly asked?: Readonly<Record<string, string | number | undefined>>
  readonly caller: Caller
  readonly reply: z.ZodType
}

/** Has core change an event and passes its answer on; what this isolate keeps of the event is out of date then. */
export async function changeEvent(
  core: CoreClient,
  events: EventReader,
  { appId, eventId, method, part, body, asked = {}, caller, reply }: EventChange,
): Promise<Response> {
  const said = Object.entries(asked).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString()
  const path = `/v1/events/${eventId}${part}${query && `?${query}`}`
  const answer = await passOn(core, reply, { method, path, body, caller })
  events.forget(appId, eventId)
  return answer
}
