import { ForeignId, type Principal, principal, type SeatId, UserId } from '@holdfast/contract'
import type * as z from 'zod'
import type { AppDoc, UserDoc } from '../store/schema.ts'
import { madeAt } from './fields.ts'
import type { LegacySale } from './legacy.ts'
import type { Located } from './mongoexport.ts'
import { refuseRepeated } from './repeated.ts'
import type { Booking } from './unified-documents.ts'
import type { PlacedSeat, References } from './unified-seats.ts'

/** What others of the files have, by its id, and whether one that cannot be used may have it. */
interface Known<Id, Doc> {
  readonly byId: ReadonlyMap<Id, Doc>
  readonly mayHave: (id: string) => boolean
}

interface Context extends References {
  readonly seats: Known<SeatId, PlacedSeat>
  readonly users: Known<string, UserDoc>
  readonly currency: string
}

type LocatedBooking = Located<z.output<ReturnType<typeof Booking>>>

/** The seat of a booking; null where there is none, which is told. */
function seatOf({ at, doc }: LocatedBooking, app: AppDoc, ctx: Context): PlacedSeat | null {
  const { seats, diagnostics } = ctx
  const seat = seats.byId.get(doc.seatId)
  if (seat?.appId === app.appId) return seat
  const subject = { ...at, field: 'seatId' }
  if (seat) diagnostics.fault(subject, 'is a seat of another app than the booking')
  else if (!seats.mayHave(doc.seatId)) diagnostics.fault(subject, 'is of no seat in seats.json')
  return null
}

/** `ext_<appId>_<id>` is an app's own user, anything else one of the pool; null where neither can be, which is told. */
async function ownerOf(booking: LocatedBooking, app: AppDoc, ctx: Context): Promise<Principal | null> {
  const { userId: text } = booking.doc
  const subject = { ...booking.at, field: 'userId' }
  const prefix = `ext_${app.appId}_`
  if (text.startsWith(prefix)) {
    const { data: id, error } = ForeignId.safeParse(text.slice(prefix.length))
    if (id !== undefined) return principal.external(app.appId, await ctx.ids.userOf(app.appId, id))
    ctx.diagnostics.fault(subject, `the id after ${prefix} ${error?.issues[0]?.message}`)
    return null
  }
  const { data: userId } = UserId.safeParse(text.trim())
  if (userId === undefined || userId.startsWith('ext_')) {
    ctx.diagnostics.fault(subject, `is neither the id of an account nor that of an own user of ${app.appId}`)
    return null
  }
  if (!ctx.users.byId.has(userId) && !ctx.users.mayHave(userId))
    ctx.diagnostics.warn(subject, 'is of no account in users.json: the booking has no name and no address')
  return principal.pool(userId)
}

async function saleOf(booking: LocatedBooking, ctx: Context): Promise<LegacySale | null> {
  const { at, doc } = booking
  const app = ctx.findApp(at, doc.appId)
  if (!app) return null
  const seat = seatOf(booking, app, ctx)
  const owner = await ownerOf(booking, app, ctx)
  if (!seat || !owner) return null
  const user = ctx.users.byId.get(doc.userId.trim())
  return {
    at,
    appId: app.appId,
    eventId: seat.eventId,
    bookingId: doc.bookingId,
    owner,
    buyerName: user?.name ?? null,
    buyerEmail: user?.email ?? null,
    seat: { id: seat.seatId, price: doc.amount ?? seat.price },
    currency: ctx.currency,
    paymentId: doc.paymentId,
    paymentStatus: doc.paymentStatus,
    createdAt: doc.createdAt ?? madeAt(doc._id),
    named: { event: seat.entityId, seat: seat.number, buyer: doc.userId },
  }
}

/** The bookings that can be ones here; what keeps the others from it is told. */
export async function readSales(docs: readonly LocatedBooking[], ctx: Context): Promise<LegacySale[]> {
  const sales: LegacySale[] = []
  for (const booking of docs) {
    const sale = await saleOf(booking, ctx)
    if (sale) sales.push(sale)
  }
  refuseRepeated(
    sales.map((sale) => ({ at: sale.at, doc: sale })),
    ctx.diagnostics,
    'bookingId',
    ({ appId, bookingId }) => `${appId}/${bookingId}`,
    'take one of them out',
  )
  return sales
}
