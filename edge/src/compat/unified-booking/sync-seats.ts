import {
  type AppId,
  BlockSeatsReply,
  currencyExponent,
  type EventId,
  EventInput,
  EventSummary,
  EventView,
  entityEventId,
  majorUnitsOf,
  minorUnitsOf,
  numberedSeatId,
  type PaymentProvider,
  type Platform,
  Problem,
  placesIn,
  priceFault,
  priceMinorMax,
  type RequestFault,
  type SeatId,
  SeatInput,
  SyncSeatsReply,
  seatsPerBlockMax,
  seatsPerSyncMax,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { readAvailability, statusAt } from '../../availability.ts'
import type { EdgeEnv } from '../../context.ts'
import { type Caller, type CoreCall, jsonBytes } from '../../core-client.ts'
import { jsonBody } from '../../middleware/validate.ts'
import type { Services } from '../../services.ts'
import { type PlacedSeat, planOf, type SeatPlan } from './charts.ts'
import type { Unified } from './context.ts'
import { SyncRequest } from './requests.ts'

/** What the predecessor took its payments in, of events that say nothing else. */
const defaultCurrency = 'INR'

type SyncedSeat = SyncRequest['seats'][number]

const refusal = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })

/** Describes the seats of an event, which is made if it is new. Sold seats and live holds stay as they are. */
export function syncRoutes({ guards, envelope, services }: Unified) {
  const { guards: limits, platform } = services
  return new Hono<EdgeEnv>().post(
    '/admin/sync-seats',
    guards.app,
    limits.secretKey,
    limits.writesOfApps,
    jsonBody(SyncRequest),
    async (c) => {
      const request = c.req.valid('json')
      const eventId = await entityEventId(platform, request.entityId)
      const event = { appId: c.get('app').appId, eventId }
      const caller = c.var
      const plan = await eventOf(services, eventId, request, caller)
      const known = knownSeats(plan)
      const seats = new Map<SeatId, SyncedSeat & { readonly input: SeatInput }>()
      const errors: RequestFault[] = []
      const provider = c.get('app').paymentProvider
      for (const [at, seat] of request.seats.entries()) {
        const input = await describe(platform, plan, known, seat, provider)
        if ('id' in input) seats.set(input.id, { ...seat, input })
        else errors.push({ ...input, path: `seats.${at}${input.path}` })
      }
      if (errors.length > 0) throw new Problem('invalid_request', { errors })
      const inputs = [...seats.values()].map(({ input }) => input)
      const written = await writeSeats(services, eventId, inputs, caller)
      const wanted = [...seats].map(([id, { status }]) => ({ id, status }))
      const turned = await blockAsWanted(services, event, plan, wanted, caller)
      services.events.forget(event.appId, event.eventId)
      const synced = seats.size
      const updated = Math.min(synced - written.inserted, written.updated + turned)
      const data = { entityId: request.entityId, synced, inserted: written.inserted, updated }
      return envelope.done(data, 'Seats synced')
    },
  )
}

/** What core has of an event now: nothing that is kept here may be older than the last sync. */
async function eventOf(
  { core }: Pick<Services, 'core'>,
  eventId: EventId,
  { entityId, currency, domain }: Pick<SyncRequest, 'entityId' | 'currency' | 'domain'>,
  caller: Caller,
): Promise<SeatPlan> {
  const path = `/v1/events/${eventId}`
  const read = async () => planOf((await core.ask(EventView, { method: 'GET', path, caller })).value)
  const found = await read().catch((error: unknown) => {
    if (error instanceof Problem && error.kind.status === 404) return null
    throw error
  })
  if (!found) {
    const said = { name: entityId, currency: currency ?? defaultCurrency, ...(domain && { domain }) }
    const input = EventInput.safeParse(said)
    if (!input.success) throw refusal(String(input.error.issues[0]?.path[0]), 'is none that is known here')
    await core.ask(EventSummary, putJson(path, input.data, caller))
    return read()
  }
  if (domain !== undefined && domain !== found.event.domain) {
    throw refusal('domain', `is that of the event: ${found.event.domain}`)
  }
  if (currency !== undefined && currency !== found.event.currency) {
    throw refusal('currency', `is that of the event: ${found.event.currency}`)
  }
  return found
}

const putJson = (path: string, body: object, caller: Caller, method: 'PUT' | 'POST' = 'PUT'): CoreCall => ({
  method,
  path,
  body: jsonBytes(body),
  caller,
})

interface KnownSeats {
  readonly byNumber: ReadonlyMap<string, PlacedSeat>
  readonly byId: SeatPlan['byId']
}

const knownSeats = ({ seats, byId }: SeatPlan): KnownSeats => ({
  byNumber: new Map(seats.flatMap((seat) => (seat.number === null ? [] : [[seat.number, seat] as const]))),
  byId,
})

/** A seat as core wants it, the one that has the number already, or what is wrong with it: in decimal units, as it is here. */
async function describe(
  platform: Pick<Platform, 'sha256'>,
  { event: { currency } }: SeatPlan,
  { byNumber, byId }: KnownSeats,
  { seatNumber, price, metadata }: SyncedSeat,
  provider: PaymentProvider | undefined,
): Promise<SeatInput | RequestFault> {
  const minor = minorUnitsOf(price, currency)
  if (minor === null) {
    const message = `must be a decimal number of at most ${currencyExponent(currency)} places`
    return { path: '.price', message }
  }
  const inMajor = (amount: number) => String(majorUnitsOf(amount, currency))
  if (minor > priceMinorMax) return { path: '.price', message: `must be at most ${inMajor(priceMinorMax)}` }
  const message = provider && priceFault(provider, currency, minor, inMajor)
  if (message) return { path: '.price', message }
  const id = byNumber.get(seatNumber)?.id ?? (await numberedSeatId(platform, seatNumber))
  const input = SeatInput.safeParse({
    id,
    price: minor,
    number: byId.get(id)?.number ?? seatNumber,
    ...(metadata && placesIn(metadata)),
    ...(metadata && { metadata }),
  })
  return input.success ? input.data : { path: '', message: 'is no seat' }
}

async function writeSeats(
  { core }: Pick<Services, 'core'>,
  eventId: EventId,
  seats: readonly SeatInput[],
  caller: Caller,
): Promise<{ readonly inserted: number; readonly updated: number }> {
  const total = { inserted: 0, updated: 0 }
  for (let from = 0; from < seats.length; from += seatsPerSyncMax) {
    const body = { seats: seats.slice(from, from + seatsPerSyncMax) }
    // Of a seat these clients change everything but its number, which is what they know it by.
    const call = putJson(`/v1/events/${eventId}/seats?relabel=sold`, body, caller)
    const { value } = await core.ask(SyncSeatsReply, call)
    total.inserted += value.inserted
    total.updated += value.updated
  }
  return total
}

interface Wanted {
  readonly id: SeatId
  readonly status: SyncedSeat['status']
}

/**
 * Takes off sale what is booked elsewhere, for there is no booking of it here, and puts back on what it has taken off. What is
 * sold here is booked already, and stays so; what the organiser or an import has blocked stays blocked, for these clients
 * repeat AVAILABLE of what they have sold.
 */
async function blockAsWanted(
  services: Pick<Services, 'core' | 'inventory' | 'events'>,
  event: { readonly appId: AppId; readonly eventId: EventId },
  { byId }: SeatPlan,
  wanted: readonly Wanted[],
  caller: Caller,
): Promise<number> {
  if (wanted.every(({ status }) => status === undefined)) return 0
  // The seats have just been written, so a map that is not there yet will be soon.
  const { map } = await readAvailability(services, event, caller)
  const statusOf = (id: SeatId) => {
    const seat = byId.get(id)
    return seat && statusAt(map, seat.index)
  }
  const block = wanted.filter(({ id, status }) => status === 'BOOKED' && statusOf(id) !== 'booked')
  const unblock = wanted.filter(({ id, status }) => {
    const now = statusOf(id)
    return status === 'AVAILABLE' && now !== undefined && now !== 'free'
  })
  const turned = [
    await turn(services, event.eventId, 'block', block, caller),
    await turn(services, event.eventId, 'unblock', unblock, caller),
  ]
  return turned.reduce((sum, count) => sum + count, 0)
}

async function turn(
  { core }: Pick<Services, 'core'>,
  eventId: EventId,
  verb: 'block' | 'unblock',
  seats: readonly Wanted[],
  caller: Caller,
): Promise<number> {
  let changed = 0
  for (let from = 0; from < seats.length; from += seatsPerBlockMax) {
    const body = { by: 'sync', seats: seats.slice(from, from + seatsPerBlockMax).map(({ id }) => id) }
    const call = putJson(`/v1/events/${eventId}/seats/${verb}`, body, caller, 'POST')
    changed += (await core.ask(BlockSeatsReply, call)).value.changed
  }
  return changed
}
