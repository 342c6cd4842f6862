/* For tests: the predecessors' documents as mongoexport writes them, in the shapes that their databases have. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, type DefaultProvider, EventId, type Platform, systemPlatform } from '@holdfast/contract'
import type { Entry, Store } from '../store/store.ts'
import { createDiagnostics } from './diagnostics.ts'
import type { Legacy } from './legacy.ts'
import type { Reading } from './mongoexport.ts'
import { moveIn } from './move-in.ts'
import { type Plan, planMove } from './plan.ts'
import type { Resolution } from './sold-twice.ts'
import { readTickets } from './tickets.ts'
import { readUnified } from './unified.ts'

type Fields = Readonly<Record<string, unknown>>

/** The seconds in every ObjectId below: 24 March 2024. */
const madeAtSeconds = 0x66000000
export const madeAtTime = new Date(madeAtSeconds * 1_000)

export const oid = (n: number) => ({
  $oid: `${madeAtSeconds.toString(16)}${n.toString(16).padStart(16, '0')}`,
})
export const hex = (n: number): string => oid(n).$oid
export const at = { $date: '2024-05-01T10:00:00.000Z' }
export const later = { $date: '2024-05-02T10:00:00.000Z' }
export const hash = `$2b$10$${'a'.repeat(53)}`

export const oldApp = AppId.parse('app_old')

export const unifiedApp = (fields: Fields = {}) => ({
  ...{ _id: oid(1), appId: 'app_old', name: 'Old shop', domain: 'EVENT', isActive: true },
  allowedDomains: ['shop.example', 'https://www.shop.example'],
  apiKeyHash: hash,
  metadata: { plan: 'gold', $gt: '' },
  ...{ createdBy: 'admin@example.org', createdAt: at, updatedAt: at, __v: 0 },
  ...fields,
})

export const unifiedUser = (n: number, fields: Fields = {}) => ({
  ...{ _id: oid(100 + n), email: `Buyer${n}@Example.org`, name: `Buyer ${n}`, password: hash },
  ...{ isActive: true, createdAt: at, updatedAt: at, __v: 0 },
  ...fields,
})

export const unifiedSeat = (n: number, fields: Fields = {}) => ({
  ...{ _id: oid(200 + n), appId: 'app_old', domain: 'EVENT', entityId: 'concert', seatNumber: `A${n}` },
  ...{ price: 499.5, status: 'AVAILABLE', bookedBy: null, bookingId: null },
  ...{ metadata: { row: 1, column: n }, createdAt: at, updatedAt: at, __v: 0 },
  ...fields,
})

export const unifiedBooking = (n: number, fields: Fields = {}) => ({
  ...{ _id: oid(300 + n), bookingId: `BK-20240501-00000${n}`, appId: 'app_old', userId: hex(101) },
  ...{ seatId: oid(200 + n), amount: 499.5, paymentStatus: 'SUCCESS', paymentId: `pay_${n}` },
  ...{ reservationToken: 'x', bookingDate: at, createdAt: at, updatedAt: at, __v: 0 },
  metadata: { seatNumber: `A${n}`, entityId: 'concert', domain: 'EVENT' },
  ...fields,
})

export const ticketsUser = (n: number, fields: Fields = {}) => ({
  ...{ _id: oid(100 + n), email: `buyer${n}@example.org`, password: hash, phone: '+911234567890' },
  ...{ role: 'user', createdAt: at, __v: 0 },
  ...fields,
})

export const ticketsSeat = (n: number, fields: Fields = {}) => ({
  ...{ _id: oid(200 + n), seatId: `A${n}`, row: 'A', number: n, price: 120, tier: 'vip' },
  ...{ status: 'available', userId: null, version: 0, __v: 0 },
  ...fields,
})

/** Where TicketS goes. */
export const gala = { appId: oldApp, eventId: EventId.parse('gala'), currency: 'USD' }

/** A folder of exports, and a store that they are brought into; both go with it. */
export interface Moving {
  readonly folder: string
  readonly store: Store
  /** Writes one document a line. */
  write(name: string, docs: readonly object[]): Promise<void>
  writeText(name: string, text: string | Uint8Array): Promise<void>
  unified(options?: UnifiedMove): Promise<Moved>
  tickets(options?: TicketsMove): Promise<Moved>
  /** Everything in the store but which format it has. */
  everything(): Promise<Entry[]>
  close(): Promise<void>
}

interface Moved {
  readonly legacy: Legacy
  readonly plan: Plan
  readonly warnings: readonly string[]
}

interface UnifiedMove {
  readonly store?: Store
  readonly resolution?: Resolution
  readonly payment?: DefaultProvider
}
type TicketsMove = Partial<typeof gala>

const receipts = { sign: async ({ bookingId }: { bookingId: string }) => `receipt of ${bookingId}` }

/** The clock stands, so that what was done at different times is the same. */
const platform: Platform = { ...systemPlatform, now: () => Date.UTC(2026, 0, 1) }

async function moveInto(
  store: Store,
  folder: string,
  read: (reading: Reading) => Promise<Legacy>,
): Promise<Moved> {
  const diagnostics = createDiagnostics()
  const legacy = await read({ folder, diagnostics, platform })
  const plan = await planMove({ store, diagnostics }, legacy, () => {})
  diagnostics.refuseFaults()
  await moveIn({ store, platform, receipts }, plan, () => () => {})
  return { legacy, plan, warnings: diagnostics.warnings() }
}

export async function entriesOf(store: Store): Promise<Entry[]> {
  const all: Entry[] = []
  for await (const entry of store.snapshot()) if (entry.collection !== 'meta') all.push(entry)
  return all
}

const external: DefaultProvider = { paymentProvider: 'external', paymentAccount: 'default' }

export async function openMoving(ours: Store): Promise<Moving> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-moving-in-'))
  const writeText: Moving['writeText'] = (name, text) => writeFile(join(folder, `${name}.json`), text)
  return {
    folder,
    store: ours,
    writeText,
    write: (name, docs) => writeText(name, docs.map((doc) => `${JSON.stringify(doc)}\n`).join('')),
    unified: ({ store = ours, payment = external, resolution } = {}) =>
      moveInto(store, folder, (reading) => readUnified(reading, { currency: 'INR', payment, resolution })),
    tickets: (options) => moveInto(ours, folder, (reading) => readTickets(reading, { ...gala, ...options })),
    everything: () => entriesOf(ours),
    close: async () => {
      await ours.close()
      await rm(folder, { recursive: true })
    },
  }
}
