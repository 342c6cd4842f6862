import { AppId, BookingId, base62Of, GrantId, HoldKey, principal, SeatId } from '@holdfast/contract'

/** 22 characters that never come again. */
export const random = () => base62Of(crypto.getRandomValues(new Uint8Array(16)))
export const newKey = (): HoldKey => HoldKey.parse(random())
export const newOperation = (): string => `op_${random()}`
export const newBooking = (): BookingId => BookingId.parse(`BK-${random()}`)
/** A grant of a hold that this Redis knows nothing of: another epoch made it, or it was lost. */
export const strayGrant = (): GrantId => GrantId.parse(`hold_${random()}.1.999`)
export const seatIds = (ids: readonly string[]): SeatId[] => ids.map((id) => SeatId.parse(id))

/** A time to live that a test can wait for, and do something before it is over. */
export const briefMs = 150

/** Who buys in these tests. */
export const ann = principal.pool('ann')
export const bob = principal.guest('bob')
export const carl = principal.external(AppId.parse('app'), 'carl')
export const eve = principal.pool('eve')

export const priceDefault = 4_500
