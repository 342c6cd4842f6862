import {
  type EventId,
  entityEventId,
  isDerivedId,
  numberedSeatId,
  type Platform,
  Problem,
  type RequestFault,
  type SeatId,
} from '@holdfast/contract'

type Digests = Pick<Platform, 'sha256'>

const refusal = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })

/**
 * Whether a new event may have this id: one of the form of those that stand for another text is that of an event of this name,
 * so that nobody takes the place of an entity that the predecessor's clients have not named yet.
 * @throws Problem `invalid_request`
 */
export async function assertEventIdIsOwn(platform: Digests, eventId: EventId, name: string): Promise<void> {
  if (!isDerivedId('entity', eventId) || (await entityEventId(platform, name)) === eventId) return
  throw refusal('eventId', 'has the form of an id that stands for another text: give the event another id')
}

/** A seat as it is to be described, by a plan or by itself. */
interface Described {
  readonly id: SeatId
  readonly number?: string | null | undefined
  /** Its id was made of it. */
  readonly guid?: string
  readonly path: string
}

/** What is wrong with the id of a seat that is new: it may not stand for another number than the seat's. */
export async function seatIdFault(
  platform: Digests,
  { id, number, guid, path }: Described,
): Promise<RequestFault | null> {
  if (!isDerivedId('seat', id) || guid !== undefined) return null
  if (number && (await numberedSeatId(platform, number)) === id) return null
  return {
    path: `${path}.id`,
    message: 'has the form of an id that stands for another number: give the seat another id',
  }
}
