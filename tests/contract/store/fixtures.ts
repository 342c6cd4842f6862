import { AppId, EventId, GrantId, Principal, SeatId } from '@holdfast/contract'
import type { Documents, OutboxDoc, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import type { Store } from '@holdfast/core/src/store/store.ts'

/** What one test works with: the store under test, and an app that no other test knows. */
export interface World {
  readonly store: Store
  readonly appId: AppId
}

/** Longer than any transaction of the suite takes. */
export const budgetMs = 120_000

export const eventId = EventId.parse('theatre')
export const noon = new Date('2026-11-23T12:00:00.000Z')
export const after = (ms: number): Date => new Date(noon.getTime() + ms)

export const newApp = (): AppId => AppId.parse(`app_${crypto.randomUUID()}`)
export const seatId = (index: number): SeatId => SeatId.parse(`A-${index}`)
export const grant = (number: number): GrantId => GrantId.parse(`hold_${'x'.repeat(22)}.1.${number}`)

/** A free seat. */
export const seat = (appId: AppId, index: number, fields: Partial<SeatDoc> = {}): SeatDoc => ({
  appId,
  eventId,
  seatId: seatId(index),
  index,
  rev: 0,
  price: 4500,
  state: 'AVAILABLE',
  blocked: false,
  blockedBy: null,
  grantId: null,
  bookingId: null,
  category: null,
  section: null,
  row: null,
  number: null,
  x: null,
  y: null,
  accessible: false,
  metadata: null,
  guid: null,
  sectionNth: 0,
  rowNth: 0,
  ...fields,
})

/** The free seats 1 to `count`. */
export const seats = (appId: AppId, count: number): SeatDoc[] =>
  Array.from({ length: count }, (_, at) => seat(appId, at + 1))

/** A grant that nobody has decided. */
export const reservation = (
  appId: AppId,
  number: number,
  fields: Partial<Documents['reservations']> = {},
): Documents['reservations'] => ({
  appId,
  eventId,
  grantId: grant(number),
  owner: null,
  status: 'ACTIVE',
  seats: [{ id: seatId(1), price: 4500 }],
  until: null,
  bookingId: null,
  createdAt: noon,
  expiresAt: null,
  ...fields,
})

/** A poke that is due. */
export const outboxRow = (appId: AppId, rowId: string, fields: Partial<OutboxDoc> = {}): OutboxDoc => ({
  appId,
  rowId,
  kind: 'apply',
  eventId,
  subject: 'theatre',
  status: 'READY',
  seats: [],
  proof: null,
  notice: null,
  attempts: 0,
  dueAt: noon,
  createdAt: noon,
  expiresAt: null,
  ...fields,
})

/** A claimed key whose time is over at `expiresAt`. */
export const claim = (appId: AppId, key: string, expiresAt: Date): Documents['idempotency'] => ({
  appId,
  owner: Principal.parse('guest:g1'),
  key,
  fingerprint: 'f',
  token: 't',
  status: 'CLAIMED',
  claimedAt: noon,
  about: null,
  reply: null,
  expiresAt,
})

/** What `expect(...).rejects.toMatchObject` takes for a value that a unique index has already. */
export const duplicateIn = (collection: string, index: string) => ({
  name: 'StoreError',
  code: 'duplicate',
  duplicate: { collection, index },
})
