import type { AppId, EventId, SeatInput } from '@holdfast/contract'
import type { SeatDoc } from '../store/schema.ts'
import { labelOf } from './seat-identity.ts'

/** A seat as it is to be described, where the request says so, and as a plan knows it. */
export interface SyncedSeat extends SeatInput {
  readonly path: string
  readonly guid?: string
  readonly sectionNth?: number
  readonly rowNth?: number
}

type Description = Partial<
  Pick<
    SeatDoc,
    | 'price'
    | 'category'
    | 'section'
    | 'row'
    | 'number'
    | 'x'
    | 'y'
    | 'accessible'
    | 'metadata'
    | 'sectionNth'
    | 'rowNth'
  >
>

const labelled = (text: string | null | undefined) => (text === undefined ? undefined : labelOf(text))

/** What an organiser says of a seat: a field that is absent is left as it is. */
export function descriptionOf(seat: SyncedSeat): Description {
  const said = {
    price: seat.price,
    category: labelled(seat.category),
    section: labelled(seat.section),
    row: labelled(seat.row),
    number: labelled(seat.number),
    x: seat.x,
    y: seat.y,
    accessible: seat.accessible === null ? false : seat.accessible,
    metadata: seat.metadata ? JSON.stringify(seat.metadata) : seat.metadata,
    sectionNth: seat.sectionNth,
    rowNth: seat.rowNth,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

export const isSame = (seat: SeatDoc, described: Description): boolean =>
  Object.entries(described).every(([field, value]) => seat[field as keyof Description] === value)

/** A seat that nobody has described yet: what is not said of it is not there. */
export const newSeat = (appId: AppId, eventId: EventId, seat: SyncedSeat, index: number): SeatDoc => ({
  appId,
  eventId,
  seatId: seat.id,
  index,
  rev: 0,
  price: 0,
  state: 'AVAILABLE',
  blocked: false,
  grantId: null,
  bookingId: null,
  blockedBy: null,
  category: null,
  section: null,
  row: null,
  number: null,
  x: null,
  y: null,
  accessible: false,
  metadata: null,
  guid: seat.guid ?? null,
  sectionNth: 0,
  rowNth: 0,
  ...descriptionOf(seat),
})
