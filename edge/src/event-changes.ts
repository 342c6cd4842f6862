import type { AppId, EventId } from '@holdfast/contract'
import type * as z from 'zod'
import { jsonText, noStore } from './answers.ts'
import type { Caller, CoreClient } from './core-client.ts'
import type { EventReader } from './event-reader.ts'

/** A change of an event or of its seats, as an organiser's server asks for it. */
export interface EventChange<Schema extends z.ZodType> {
  readonly appId: AppId
  readonly eventId: EventId
  readonly method: 'PUT' | 'POST'
  /** What follows the event's path. */
  readonly part: '' | '/seats' | '/plan' | '/seats/block' | '/seats/unblock'
  readonly body: Uint8Array<ArrayBuffer>
  readonly caller: Caller
  readonly reply: Schema
}

/** Has core change an event and passes its answer on; what this isolate keeps of the event is out of date then. */
export async function changeEvent<Schema extends z.ZodType>(
  core: CoreClient,
  events: EventReader,
  { appId, eventId, method, part, body, caller, reply }: EventChange<Schema>,
): Promise<Response> {
  const path = `/v1/events/${eventId}${part}`
  const { status, text } = await core.ask(reply, { method, path, body, caller })
  events.forget(appId, eventId)
  return jsonText(text, status, noStore)
}
