import { BookingId, EventId, GrantId } from '@holdfast/contract'
import * as z from 'zod'

/** The parts of an event's path. */
export const EventPath = z.object({ eventId: EventId })
/** The parts of a hold's path. */
export const HoldPath = z.object({ eventId: EventId, holdId: GrantId })
/** The parts of a booking's path. */
export const BookingPath = z.object({ bookingId: BookingId })

/** The body of a request that asks for nothing but itself. */
export const Nothing = z.strictObject({})
