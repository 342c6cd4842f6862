import * as z from 'zod'
import { metadataBytesMax, seatMetadataBytesMax } from './limits.ts'

const isWithin = (value: unknown, bytesMax: number): boolean => {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length <= bytesMax
  } catch {
    // Nested deeper than anybody can write it down.
    return false
  }
}

/**
 * Any JSON object of so many bytes, with every key that it has: a record of zod's would drop `__proto__`. The store keeps it
 * as text, so no key of it is an operator.
 */
const metadata = (bytesMax: number) =>
  z
    .custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .refine((value) => isWithin(value, bytesMax), `must have at most ${bytesMax} bytes as JSON`)
    .meta({ type: 'object', additionalProperties: true })

/** What an admin notes about an app. */
export const Metadata = metadata(metadataBytesMax)
export type Metadata = z.infer<typeof Metadata>

/** What an organiser keeps with a seat: it comes back as it was sent, and nothing here looks into it. */
export const SeatMetadata = metadata(seatMetadataBytesMax)
export type SeatMetadata = z.infer<typeof SeatMetadata>
