import * as z from 'zod'
import { Domain } from './hold-settings.ts'
import { AppId, EventId, SeatId } from './ids.ts'
import { seatsPerNamingMax } from './limits.ts'

/**
 * POST /internal/seats/names: what seats are called. A seat is named by its event, or alone, if its id is of one
 * event of the app. `app` counts for the admin only: others ask about the app of their key.
 */
export const SeatNamesQuestion = z.object({
  seats: z
    .array(z.object({ app: AppId.optional(), event: EventId.optional(), seat: SeatId }))
    .max(seatsPerNamingMax),
})
export type SeatNamesQuestion = z.infer<typeof SeatNamesQuestion>

/** The seats that were found, with their event and their number on the plan, and what is said of those events. */
export const SeatNames = z.object({
  seats: z.array(z.object({ app: AppId, event: EventId, seat: SeatId, number: z.string().nullable() })),
  events: z.array(z.object({ app: AppId, event: EventId, name: z.string(), domain: Domain })).default([]),
})
export type SeatNames = z.infer<typeof SeatNames>
