import { BookingView, HoldView, type ProblemCode } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { poolScope } from '../../core/src/store/store.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Buyer, buyerOf, type Client, createClient, told } from './client.ts'
import { mapOf, type Shop, type World } from './world.ts'

/** Who plays: an app, another app, and guests of the first. */
export interface Cast {
  readonly world: World
  readonly shop: Shop
  readonly otherShop: Shop
  /** Somebody without a key or a token. */
  readonly nobody: Client
  readonly guests: { readonly alice: Client; readonly bob: Client; readonly carol: Client }
}

/** An event of twelve seats on which a bad request is made: Alice holds S-1, Bob has booked S-2, Carol has nothing. */
export interface Stage extends Cast {
  readonly event: EventRef
  readonly path: string
  readonly alice: Buyer
  readonly bob: Buyer
  readonly carol: Buyer
  /** Alice's hold. */
  readonly held: string
  /** The hold that became Bob's booking. */
  readonly sold: string
  readonly booking: BookingView
}

/** A request that is refused, and what it changes all the same. */
export interface BadRequest {
  readonly name: string
  readonly code: ProblemCode
  readonly send: (stage: Stage) => Promise<ApiAnswer>
  /** What is other than before, if anything is. */
  readonly leaves?: (before: Footprint) => Partial<Footprint>
}

/** Finds the actors of a file of tests. */
export async function castOf(world: World): Promise<Cast> {
  const [shop, otherShop] = [await world.openShop(), await world.openShop()]
  const guests = { alice: await shop.guest(), bob: await shop.guest(), carol: await shop.guest() }
  return { world, shop, otherShop, nobody: createClient(shop.edgeUrl, {}), guests }
}

/** Sets the stage for one bad request. */
export async function setStage(cast: Cast, eventId: string): Promise<Stage> {
  const { world, shop, guests } = cast
  const event = await shop.sell(eventId, 12)
  const [alice, bob, carol] = [guests.alice, guests.bob, guests.carol].map((who) => buyerOf(who, event))
  if (!alice || !bob || !carol) throw new Error('somebody is missing')
  const held = told(201, HoldView, await alice.hold(['S-1'])).id
  const sold = told(201, HoldView, await bob.hold(['S-2'])).id
  const booking = told(201, BookingView, await bob.confirm(sold, `pay_${eventId}`))
  await until(async () => (await mapOf(world, event)) === `HB${'F'.repeat(10)}`)
  return { ...cast, event, alice, bob, carol, held, sold, booking, path: `/v1/events/${eventId}` }
}

/** What there is of an app and an event, in the store and in Redis. */
export interface Footprint {
  /** Redis: the availability, and the count of its changes. */
  readonly map: string
  readonly version: string
  readonly seats: ReadonlySet<string>
  readonly bookings: ReadonlySet<string>
  /** Grants that the store has decided about; the ledger copies the others in its own time. */
  readonly decisions: ReadonlySet<string>
  readonly payments: ReadonlySet<string>
  readonly events: ReadonlySet<string>
  readonly users: number
}

const limit = 10_000

/** Reads everything by itself, not by the API. */
export async function footprintOf(
  { store, inventory }: World,
  { appId, eventId }: EventRef,
): Promise<Footprint> {
  const snapshot = await inventory.snapshot({ appId, eventId })
  if (snapshot.word !== 'snapshot') throw new Error('the inventory is not built')
  const [seats, bookings, reservations, payments, events] = await Promise.all([
    store.find(appId, 'seats', { eventId }, { limit }),
    store.find(appId, 'bookings', {}, { limit }),
    store.find(appId, 'reservations', { status: { in: ['CONFIRMED', 'EXPIRED', 'RELEASED'] } }, { limit }),
    store.find(appId, 'payments', {}, { limit }),
    store.find(appId, 'events', {}, { limit }),
  ])
  return {
    map: snapshot.map,
    version: `${snapshot.epoch}.${snapshot.ver}`,
    seats: new Set(seats.map((one) => [one.seatId, one.rev, one.price, one.state, one.bookingId].join())),
    bookings: new Set(bookings.map((one) => `${one.bookingId} ${one.status} ${one.paymentStatus}`)),
    decisions: new Set(reservations.map((one) => `${one.grantId} ${one.status}`)),
    payments: new Set(payments.map((one) => `${one.paymentId} ${one.state}`)),
    events: new Set(events.map((one) => `${one.eventId} ${one.rev}`)),
    users: await store.count(poolScope, 'users', {}),
  }
}
