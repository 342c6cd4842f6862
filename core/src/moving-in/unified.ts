import { join } from 'node:path'
import {
  type AppId,
  AppInput,
  type DefaultProvider,
  originsPerAppMax,
  placesIn,
  type SeatInput,
} from '@holdfast/contract'
import type * as z from 'zod'
import { cursorOf } from '../cursor.ts'
import type { AppDoc } from '../store/schema.ts'
import { readDomain } from './allowed-domains.ts'
import { type Diagnostics, shown } from './diagnostics.ts'
import { madeAt } from './fields.ts'
import { createForeignIds } from './foreign-ids.ts'
import { hasSeat, type Legacy, type LegacyApp, type LegacyEvent, type LegacySale } from './legacy.ts'
import { isNeeded, type Located, type Reading, readMongoexport } from './mongoexport.ts'
import { refuseRepeated } from './repeated.ts'
import { type Resolution, resolveSoldTwice } from './sold-twice.ts'
import { App, Booking, Seat } from './unified-documents.ts'
import { readSales } from './unified-sales.ts'
import { type PlacedSeat, placeSeats, type References } from './unified-seats.ts'
import { readUsers } from './users.ts'

export interface UnifiedOptions {
  /** Of every event: the predecessor's prices have none. */
  readonly currency: string
  /** Who takes the money of its apps. */
  readonly payment: DefaultProvider
  /** The apps whose key no page has. */
  readonly serverKeys?: readonly AppId[] | undefined
  /** Who has a seat that was sold twice; undefined: that is a fault. */
  readonly resolution?: Resolution | undefined
}

/** An address may have a password in it. */
const withoutUser = (address: string): string => address.replace(/\/\/[^/]*@/, '//')

/** The entries that an Origin can be equal to, each once; the others are told. */
function domainsOf({ at, doc }: Located<z.output<typeof App>>, { warn, fault }: Diagnostics): string[] {
  const field = 'allowedDomains'
  const domains = new Set<string>()
  for (const entry of doc.allowedDomains) {
    const read = readDomain(entry)
    if ('domain' in read) domains.add(read.domain)
    else warn({ ...at, field }, `${shown(withoutUser(entry))} is left out: it ${read.dropped}`)
  }
  if (domains.size > originsPerAppMax) fault({ ...at, field }, `has more than ${originsPerAppMax} entries`)
  return [...domains].slice(0, originsPerAppMax)
}

function appOf(
  located: Located<z.output<typeof App>>,
  { payment, serverKeys = [] }: UnifiedOptions,
  diagnostics: Diagnostics,
): LegacyApp {
  const { at, doc } = located
  const { _id, appId, name, domain, isActive, apiKeyHash, apiKey, metadata, createdAt = madeAt(_id) } = doc
  const allowedDomains = domainsOf(located, diagnostics)
  const settings = AppInput.parse({
    ...{ name, domain, allowedDomains, metadata: metadata ?? {} },
    ...payment,
  })
  const app: AppDoc = {
    ...settings,
    appId,
    active: isActive,
    buyersForgottenTo: '',
    metadata: JSON.stringify(settings.metadata),
    cursor: cursorOf(createdAt, appId),
    createdAt,
  }
  const keyHash = apiKeyHash ?? apiKey ?? null
  if (keyHash === null) diagnostics.warn({ ...at, field: 'apiKeyHash' }, 'is missing: the app gets no key')
  return { at, app, keyHash, use: serverKeys.includes(appId) ? 'server' : null }
}

/** Files speak of an app by its `_id` or by its `appId`; one that is not there is told. */
async function readApps(
  reading: Reading,
  options: UnifiedOptions,
): Promise<{ readonly apps: readonly LegacyApp[] } & Pick<References, 'findApp'>> {
  const { diagnostics, folder } = reading
  const { docs, isEmpty, mayHave } = await readMongoexport(reading, 'apps', App)
  if (isEmpty) diagnostics.fault({ file: join(folder, 'apps.json') }, isNeeded)
  const todo = 'take one of them out'
  refuseRepeated(docs, diagnostics, 'appId', ({ appId }) => appId, todo)
  const apps = docs.map((located) => appOf(located, options, diagnostics))
  for (const appId of options.serverKeys ?? []) {
    if (!docs.some(({ doc }) => doc.appId === appId))
      diagnostics.fault({ file: '--server-keys' }, `there is no app ${shown(appId)} in apps.json`)
  }
  const byId = new Map(
    docs.flatMap(({ doc }, at) => [[doc._id, apps[at]] as const, [doc.appId, apps[at]] as const]),
  )
  const findApp: References['findApp'] = (at, named) => {
    const found = byId.get(named)
    if (found) return found.app
    if (!mayHave(named)) diagnostics.fault({ ...at, field: 'appId' }, 'is of no app in apps.json')
    return null
  }
  return { apps, findApp }
}

const inputOf = ({ seatId, price, number, metadata }: PlacedSeat): SeatInput => ({
  id: seatId,
  price,
  number,
  ...(metadata && { ...placesIn(metadata), metadata }),
})

/** Of the seats that are gone, those without a booking are blocked: nobody may buy them, and nobody has a claim to them. */
function eventsOf(
  seats: readonly PlacedSeat[],
  sales: readonly LegacySale[],
  leftOut: readonly LegacySale[],
  { currency, diagnostics }: { readonly currency: string; readonly diagnostics: Diagnostics },
): LegacyEvent[] {
  const idsOf = (claims: readonly LegacySale[]) => new Set(claims.map(({ seat }) => seat.id))
  const [sold, claimed] = [idsOf(sales.filter(hasSeat)), idsOf(leftOut)]
  const groups = Map.groupBy(seats, ({ appId, eventId }) => `${appId}/${eventId}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { at, appId, eventId, entityId } = first
    const gone = group.filter(({ seatId, isBooked }) => isBooked || claimed.has(seatId))
    const nobodys = gone.filter(({ seatId }) => !sold.has(seatId))
    for (const { at, bookedBy, seatId } of nobodys) {
      if (bookedBy === null || claimed.has(seatId)) continue
      const buyer = `has no booking, so that it is blocked, but was taken by ${shown(bookedBy)}: write to them`
      diagnostics.warn({ ...at, field: 'bookedBy' }, buyer)
    }
    const blocked = new Set(nobodys.map(({ seatId }) => seatId))
    return { at, appId, eventId, name: entityId, currency, seats: group.map(inputOf), blocked }
  })
}

/**
 * Reads `apps.json`, `users.json`, `seats.json` and `bookings.json` of the Unified Booking Backend. App ids, user ids,
 * the hashes of keys and passwords, and seats by their `_id` are kept. Locks are not: they lasted two minutes. What is
 * wrong with the files is told to `diagnostics`, all of it; what cannot be used is not in the answer.
 */
export async function readUnified(reading: Reading, options: UnifiedOptions): Promise<Legacy> {
  const { diagnostics, platform } = reading
  const { currency } = options
  const { apps, findApp } = await readApps(reading, options)
  const users = await readUsers(reading)
  const seatFile = await readMongoexport(reading, 'seats', Seat(currency))
  const bookings = await readMongoexport(reading, 'bookings', Booking(currency))
  const references = { findApp, ids: createForeignIds(platform), diagnostics }
  const seats = await placeSeats(seatFile.docs, references)
  const claims = await readSales(bookings.docs, {
    ...references,
    seats: { ...seatFile, byId: new Map(seats.map((seat) => [seat.seatId, seat])) },
    users: { ...users, byId: new Map(users.docs.map(({ doc: { user } }) => [user.userId, user])) },
    currency,
  })
  const { sales, leftOut } = resolveSoldTwice(claims, options.resolution, diagnostics)
  return {
    apps,
    users: users.docs.map(({ doc }) => doc),
    events: eventsOf(seats, sales, leftOut, { currency, diagnostics }),
    sales,
    leftOut,
    mapped: references.ids.mapped(),
  }
}
