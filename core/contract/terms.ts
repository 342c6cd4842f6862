import * as z from 'zod'
import {
  cancellationHoursMax,
  cancellationStepsMax,
  chargeBasisPointsMax,
  chargesPerEventMax,
  nameLengthMax,
} from './limits.ts'
import { MinorUnits } from './money.ts'

/** What a charge is: the organiser's own, or the state's. */
export const ChargeKind = z.enum(['fee', 'tax'])
export type ChargeKind = z.infer<typeof ChargeKind>

const about = { name: z.string().min(1).max(nameLengthMax), kind: ChargeKind }

/**
 * A part of every price that is told by itself. Prices are what a buyer pays, with everything in them: a charge never
 * adds to one. `perSeat` is a fixed sum; `basisPoints` are hundredths of a percent: of a fee of the price it is in, of a
 * tax of the price without it, so that 1900 is 19 % on top.
 */
export const Charge = z.union([
  z.strictObject({ ...about, perSeat: MinorUnits }),
  z.strictObject({ ...about, basisPoints: z.int().min(1).max(chargeBasisPointsMax) }),
])
export type Charge = z.infer<typeof Charge>

/** The charges of an event. */
export const Charges = z.array(Charge).max(chargesPerEventMax)

/** A charge of a sale or of a refund, summed up over its seats: a part of the total, in minor units. */
export const ChargeLine = z.object({ name: z.string(), kind: ChargeKind, amount: z.int() })
export type ChargeLine = z.infer<typeof ChargeLine>

const step = z.strictObject({
  hoursBefore: z.int().min(0).max(cancellationHoursMax),
  refundPercent: z.int().min(0).max(100),
})

/**
 * How a buyer may give seats back: `refundPercent` of their price until `hoursBefore` the start, the earliest step
 * first. After the last step they may not. `keepFees`: the fees in a price stay, and the percent is of the rest. A sale keeps
 * the terms that it was made on, and the start is the event's as it is announced now: after a postponement buyers have until
 * the new one. Where it was brought forward, the start that was sold counts as long as that is better for the buyer and the
 * event has not started.
 */
export const CancellationTerms = z.strictObject({
  steps: z
    .array(step)
    .min(1)
    .max(cancellationStepsMax)
    .refine(
      (steps) =>
        steps.every(({ hoursBefore }, i) => i === 0 || hoursBefore < (steps[i - 1]?.hoursBefore ?? 0)),
      'must go from many hours before to few',
    ),
  keepFees: z.boolean().default(false),
})
export type CancellationTerms = z.infer<typeof CancellationTerms>

/** As much of an amount as the part is of the whole, exactly, rounded to the nearest minor unit. */
export function shareOf(amount: number, part: number, whole: number): number {
  const [a, p, w] = [BigInt(amount), BigInt(part), BigInt(whole)]
  // biome-ignore lint/plugin: of whole numbers without bounds, whose rest is rounded here
  return Number((2n * a * p + w) / (2n * w))
}

/** How much of a price a charge is; never more than the price. */
export function chargeIn(price: number, charge: Charge): number {
  if ('perSeat' in charge) return Math.min(price, charge.perSeat)
  const { kind, basisPoints } = charge
  return kind === 'fee'
    ? shareOf(price, basisPoints, 10_000)
    : price - shareOf(price, 10_000, 10_000 + basisPoints)
}

/** The fees in a price together; never more than the price. */
export const feesIn = (price: number, charges: readonly Charge[]): number =>
  Math.min(
    price,
    charges.filter(({ kind }) => kind === 'fee').reduce((sum, charge) => sum + chargeIn(price, charge), 0),
  )

/** So many percent of an amount, rounded to the nearest minor unit. */
export const percentOf = (amount: number, percent: number): number => shareOf(amount, percent, 100)

/** What charges come to over some seats: seat by seat, so that the parts of a booking add up to the whole. */
export const chargeLines = (
  seats: readonly { readonly price: number }[],
  charges: readonly Charge[],
): ChargeLine[] =>
  charges.map((charge) => ({
    name: charge.name,
    kind: charge.kind,
    amount: seats.reduce((sum, { price }) => sum + chargeIn(price, charge), 0),
  }))
