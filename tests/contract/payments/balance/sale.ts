import {
  type BookingId,
  coreBudgetMs,
  EventId,
  EventInput,
  HoldKey,
  type PaymentClaim,
  type PaymentId,
  type Platform,
  type PricedSeat,
  type Principal,
  Principal as PrincipalId,
  pinLeaseMs,
  SeatId,
  systemPlatform,
} from '@holdfast/contract'
import { cancelBooking } from '@holdfast/core/src/bookings/cancel-booking.ts'
import { confirmHold } from '@holdfast/core/src/bookings/confirm-hold.ts'
import { listBookings } from '@holdfast/core/src/bookings/read-bookings.ts'
import type { Receipts } from '@holdfast/core/src/bookings/receipts.ts'
import type { Core } from '@holdfast/core/src/context.ts'
import { applyEvent } from '@holdfast/core/src/events/apply-event.ts'
import { putEvent } from '@holdfast/core/src/events/put-event.ts'
import { syncSeats } from '@holdfast/core/src/events/sync-seats.ts'
import { relayOnce } from '@holdfast/core/src/outbox/relay.ts'
import { hearProvider } from '@holdfast/core/src/payments/hear-provider.ts'
import { orderPayment } from '@holdfast/core/src/payments/order-payment.ts'
import type { Charge, FindProvider, Provider } from '@holdfast/core/src/payments/provider.ts'
import { settleDue } from '@holdfast/core/src/payments/settle-due.ts'
import { repairOnce } from '@holdfast/core/src/reconcile/loop.ts'
import type { EventDoc } from '@holdfast/core/src/store/schema.ts'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { everyApp, type Store } from '@holdfast/core/src/store/store.ts'
import { testCore } from '@holdfast/core/src/testing.ts'
import { createInventory, type EventRef, type Hold, reportOf } from '@holdfast/inventory'
import { scripts } from '@holdfast/inventory/scripts'
import { embeddedRedis } from '../../../../edge/dev/redis/embedded.ts'
import { decoded, type Engine } from '../../../../edge/dev/redis/engine.ts'
import type { Cancelling, Season } from './plans.ts'
import type { OpenTeller, Teller, Told } from './teller.ts'

/** When every sale begins, by the clock that its store, its Redis and its core share. */
const startMs = Date.UTC(2026, 10, 23, 12)

/** When the event was to start as it was sold. */
const soldMs = startMs + 3_600_000

/** Announces another start, or none. */
export async function moveStart({ core, ref }: Sale, to: Season['date']): Promise<void> {
  if (to === 'stays') return
  const dates = {
    postponed: soldMs + 86_400_000,
    'brought forward': core.platform.now() - 1,
    'put off': null,
  }
  const startsAt = dates[to] === null ? null : new Date(dates[to]).toISOString()
  const input = EventInput.parse({ name: 'Gala', currency: await currencyOf(core, ref), startsAt })
  await putEvent(core, { ...ref, input })
}

async function currencyOf({ store }: Core, { appId, eventId }: EventRef): Promise<string> {
  return (await store.get(appId, 'events', { eventId }))?.currency ?? ''
}

/** An event on sale, of seats that all cost differently, with a provider and a clock that only moves when it is put on. */
export interface Sale {
  readonly core: Core
  readonly ref: EventRef
  readonly teller: Teller
  readonly redis: Engine
  /** What the provider must not be asked for, and was. */
  readonly wrongs: readonly string[]
  wait(ms: number): void
  close(): Promise<void>
}

/** A buyer may cancel for a part of the price that does not come out even. */
const terms = {
  charges: [{ name: 'Booking fee', kind: 'fee', perSeat: 150 }],
  cancellation: { steps: [{ hoursBefore: 0, refundPercent: 67 }], keepFees: true },
} satisfies Partial<EventDoc>

/** Seats that nobody else wants, but rivals. */
export const seatsPerSale = 3

interface SaleOptions {
  readonly path?: string
  readonly receipts?: Receipts
  readonly currency?: string
  /** What its prices are multiples of; refunds of a part of them are not. */
  readonly step?: number
}

/** Opens an event with seats for so many sales. */
export async function openSale(
  openTeller: OpenTeller,
  sales: number,
  { path = ':memory:', receipts, currency = 'EUR', step = 1 }: SaleOptions = {},
): Promise<Sale> {
  let nowMs = startMs
  const now = () => nowMs
  const platform: Platform = { ...systemPlatform, now }
  const teller = await openTeller(platform)
  const redis = await embeddedRedis(() => {}, now)
  const inventory = createInventory({
    run: async (name, keys, args) =>
      decoded(await redis.run(['EVAL', scripts[name].source, String(keys.length), ...keys, ...args])),
  })
  const store = openSqliteStore({ path })
  const wrongs: string[] = []
  const findProvider = () => recorded(teller, store, wrongs)
  const { core, appId, eventId } = await testCore(
    { store, inventory, platform, findProvider, ...(receipts && { receipts }) },
    EventId.parse('gala'),
  )
  await store.updateIf(appId, 'apps', {}, { set: { paymentProvider: teller.name } })
  await store.updateIf(
    appId,
    'events',
    { eventId },
    { set: { ...terms, currency, startsAt: new Date(soldMs) } },
  )
  const seats = Array.from({ length: sales * seatsPerSale }, (_, at) => ({
    id: seatOf(at),
    price: step * (1_999 + 7 * at),
  }))
  await syncSeats(core, { appId, eventId, seats })
  await applyEvent(core, { appId, eventId })
  return {
    core,
    ref: { appId, eventId },
    teller,
    redis,
    wrongs,
    wait: (ms) => {
      nowMs += ms
    },
    async close() {
      await store.close()
      await redis.close()
      await teller.close()
    },
  }
}

/** The provider, which notes what it is asked for too early. */
function recorded({ provider, name }: Teller, store: Store, wrongs: string[]): Provider {
  const known = new Set<string>()
  const note = async (verb: string, { paymentId }: Charge) => {
    const rows = await store.find(
      everyApp,
      'payments',
      { provider: name, account: 'default', paymentId },
      { limit: 1 },
    )
    if (rows.length > 0) known.add(paymentId)
    // A payment that was not there may be off the record again.
    if (!known.has(paymentId)) wrongs.push(`${verb} ${paymentId}, which was not on record`)
  }
  return {
    ...provider,
    async look(charge, budgetMs) {
      await note('look', charge)
      return provider.look(charge, budgetMs)
    },
    async capture(charge, bookingId, budgetMs) {
      await note('capture', charge)
      const booked = await store.find(everyApp, 'bookings', { bookingId }, { limit: 1 })
      if (booked.length === 0) wrongs.push(`capture ${charge.paymentId}, for no booking`)
      return provider.capture(charge, bookingId, budgetMs)
    },
  }
}

/** The seat at a place of the hall. */
export const seatOf = (at: number): SeatId => SeatId.parse(`S-${at}`)

/** A buyer of the sale, or somebody else who wants the same seats. */
export const guest = (n: number | string): Principal => PrincipalId.parse(`guest:b${n}`)

/** Holds seats for so long, as the edge does; null: they are not to be had. */
export async function hold(
  { core, ref }: Sale,
  owner: Principal,
  seats: readonly SeatId[],
  ttlMs: number,
): Promise<Hold | null> {
  const holdKey = HoldKey.parse(owner.replace(/\W/g, '').padStart(22, 'k'))
  const reply = await core.inventory.hold(ref, { holdKey, owner, operationId: `op-${owner}`, ttlMs, seats })
  return reply.word === 'held' || reply.word === 'replayed' ? reply.hold : null
}

/** Orders the payment of a hold by a core, as the edge does. */
export async function order(
  core: Core,
  ref: EventRef,
  { grantId, owner, seats, currency, untilMs }: Hold,
): Promise<PaymentId> {
  const command = { seats: [...seats], currency, untilMs, asked: {} }
  return (await orderPayment(core, { ...ref, grantId, owner, kind: 'publishable', command })).id
}

/** Confirms a hold with a payment; the answer's status and code. */
export async function confirm(
  core: Core,
  ref: EventRef,
  { grantId, owner }: Pick<Hold, 'grantId' | 'owner'>,
  payment: PaymentClaim,
  key: string,
): Promise<{ status: number; code?: string }> {
  const pin = await reportOf(core.inventory.pin(ref, grantId, owner, pinLeaseMs))
  const answer = await confirmHold(
    { ...core, findProvider: neverVoiding(core.findProvider), poke: () => {} },
    {
      ...ref,
      grantId,
      owner,
      kind: 'publishable',
      externalUser: undefined,
      requestId: 'req_1',
      fingerprint: `${grantId} ${payment.id}`,
      command: { idempotencyKey: key, payment, pin },
      deadlineMs: core.platform.now() + coreBudgetMs,
    },
  )
  return { status: answer.status, code: JSON.parse(answer.body).code }
}

/** A request never lets money go: repair does, which knows what was decided. */
const neverVoiding =
  (find: FindProvider): FindProvider =>
  (name, account) => {
    const provider = find(name, account)
    return (
      provider && {
        ...provider,
        async void({ paymentId }) {
          throw new Error(`a request lets ${paymentId} go`)
        },
      }
    )
  }

/** The bookings that a buyer sees. */
export const bookingsOf = async ({ core, ref }: Pick<Sale, 'core' | 'ref'>, owner: Principal) =>
  (await listBookings(core, { appId: ref.appId, owner }, { limit: 50 })).bookings

/** Cancels the first seat of a booking that it still has, or all of them. */
export async function cancel(
  core: Core,
  { appId }: EventRef,
  owner: Principal,
  booking: { readonly id: BookingId; readonly seats: readonly PricedSeat[] },
  { isPart, by, refund }: Cancelling,
): Promise<void> {
  const isApp = by === 'app'
  const seats = booking.seats.slice(0, 1).map(({ id }) => id)
  const request = { ...(isPart && { seats }), ...(isApp && { refund }) }
  const asked = { appId, owner: isApp ? null : owner, kind: isApp ? 'secret' : 'publishable' } as const
  const key = { idempotencyKey: 'cancel', fingerprint: JSON.stringify(request) }
  const deadlineMs = core.platform.now() + coreBudgetMs
  await cancelBooking(core, { ...asked, ...key, bookingId: booking.id, request, deadlineMs })
}

/** Hears a webhook, and does what follows from it. */
export async function hear(core: Core, provider: Teller['name'], told: Told): Promise<void> {
  const afterwards = await hearProvider(core, { provider, account: 'default', ...told })
  await afterwards()
}

/** One round of all that core does in the background. */
export async function repair(core: Core): Promise<void> {
  await repairOnce(core)
  await relayOnce(core)
  for (let done = 1; done > 0; ) done = await settleDue(core)
  await relayOnce(core)
}
