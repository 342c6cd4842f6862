import * as z from 'zod'
import { priceMinorMax } from './limits.ts'

/** An amount in the minor unit of its currency: an integer, never a fraction. */
export const MinorUnits = z.int().min(0).max(priceMinorMax)

/** ISO 4217. */
export const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, e.g. EUR')

/** A sum of prices, in minor units. */
export const totalOf = (seats: readonly { price: number }[]): number =>
  seats.reduce((sum, seat) => sum + seat.price, 0)
