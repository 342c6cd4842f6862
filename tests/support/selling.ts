import { createClient } from '@holdfast/client'

/** The documented setting: an app whose own servers send the traffic raises its limits. */
export const limitless = {
  userPerSecond: 1_000_000,
  clientPerSecond: 1_000_000,
  appPerSecond: 1_000_000,
  unpaidOrdersPerHour: 1_000,
  freeSeatsPerDay: 100_000,
}

/** What every seat costs that has no price of its own. */
export const seatPrice = 4500

/** Seats `S-1` to `S-<count>`. */
export const seatsTo = (count: number, price = seatPrice) =>
  Array.from({ length: count }, (_, i) => ({ id: `S-${i + 1}`, price }))

/** Puts an event with its seats on sale, or changes them. */
export async function putOnSale(
  { edgeUrl, secretKey }: { readonly edgeUrl: string; readonly secretKey: string },
  eventId: string,
  {
    seats,
    ...settings
  }: {
    readonly seats: ReturnType<typeof seatsTo>
    readonly holdTtlMs?: number
    readonly holdsPerMinute?: number
  },
): Promise<void> {
  const organiser = createClient({ baseUrl: edgeUrl, apiKey: secretKey, timeoutMs: 60_000 })
  await organiser.putEvent({ eventId, name: eventId, currency: 'EUR', ...settings })
  await organiser.putSeats({ eventId, seats })
}
