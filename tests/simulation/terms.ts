import { CancellationTerms, percentOf } from '@holdfast/contract'
import type { BookingDoc, Documents, EventDoc } from '@holdfast/core/src/store/schema.ts'
import { createClient } from './client.ts'
import type { Complain } from './complaints.ts'
import type { Sometimes } from './sometimes.ts'
import type { Written } from './store/engine.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000

/**
 * In every so many worlds buyers may give seats back by terms, the show is moved, and the money is of a currency whose sums come
 * in steps. A world lasts minutes, so of each start it is plain which step of the terms counts.
 */
export const hasTerms = (seed: number): boolean => seed % 8 === 5

/** What Stripe can charge and give back in this currency is a multiple of so much. */
export const currencyOfSteps = 'KWD'
export const stepOfSums = 10
/** Of this price, the part that goes back is no sum that can be given back. */
export const priceOfSteps = 4_510

const terms = CancellationTerms.parse({
  steps: [
    { hoursBefore: 24, refundPercent: 100 },
    { hoursBefore: 6, refundPercent: 67 },
  ],
})
/** How far away the show is: first, and after it was moved. */
const firstHours = 12
const movedHours = [2, 12, 96]

const startAfter = (nowMs: number, hours: number) => new Date(nowMs + hours * hourMs).toISOString()

/** What an event with terms says of them, when it is put on sale. */
export const termsAt = (nowMs: number) => ({
  currency: currencyOfSteps,
  cancellation: terms,
  startsAt: startAfter(nowMs, firstHours),
})

/** The organiser moves the show, now and then: later, or forward. */
export async function moveShow(world: World, event: object): Promise<void> {
  const { random } = world.scheduler
  const shop = createClient(world, 'shop', () => {})
  for (let n = 1; n <= 3; n++) {
    await shop.machine.platform.sleep(random.between(5_000, 30_000))
    const startsAt = startAfter(world.scheduler.now(), random.pick(movedHours))
    const path = '/v1/events/theatre'
    const put = { action: 'move', subject: '', path, method: 'PUT', key: `move-${n}` } as const
    await shop.ask({ ...put, body: { ...event, startsAt } })
  }
}

/** How long a core may go on with what it read of an event, and stand still meanwhile. */
const readAgoMs = 40_000

/** I3: what a buyer gets back is what the terms say of the better start, as a sum that can be given back. */
export function createTermsCheck(complain: Complain, sometimes: Sometimes) {
  /** Starts that the event had, and until when. */
  const past: { readonly untilMs: number; readonly start: Date | null }[] = []
  const percentAt = (start: Date | null, nowMs: number): number => {
    const leftHours = start ? (start.getTime() - nowMs) / hourMs : Number.POSITIVE_INFINITY
    return terms.steps.find(({ hoursBefore }) => leftHours >= hoursBefore)?.refundPercent ?? 0
  }
  const isRight = ({ seats, refund, retained }: Documents['cancellations'], percent: number) => {
    const prices = seats.map(({ price }) => price)
    const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0)
    const due = sum(prices.map((price) => percentOf(price, percent)))
    return refund === Math.ceil(due / stepOfSums) * stepOfSums && refund + retained === sum(prices)
  }
  return {
    committed({ scheduler, store, ref }: World, { collection, before, after }: Written): void {
      if (!after || after.appId !== ref.appId) return
      const nowMs = scheduler.now()
      if (collection === 'events' && before)
        past.push({ untilMs: nowMs, start: (before as unknown as EventDoc).startsAt })
      if (collection !== 'cancellations' || before || after.by !== 'owner') return
      const cancellation = after as unknown as Documents['cancellations']
      const bookings = store.docs('bookings') as unknown as BookingDoc[]
      const sold =
        bookings.find(({ bookingId }) => bookingId === cancellation.bookingId)?.terms.startsAt ?? null
      const events = (store.docs('events') as unknown as EventDoc[]).filter(
        ({ appId }) => appId === ref.appId,
      )
      const read = past.filter(({ untilMs }) => untilMs >= nowMs - readAgoMs)
      const known = [...read.map(({ start }) => start), ...events.map(({ startsAt }) => startsAt)]
      const percents = known.map((start) => Math.max(percentAt(start, nowMs), percentAt(sold, nowMs)))
      if (!percents.some((percent) => isRight(cancellation, percent)))
        complain(
          'I3',
          `cancellation ${JSON.stringify(cancellation)}, of which ${percents.join(' or ')} % goes back`,
        )
      const isLater = events.some(({ startsAt }) => sold && startsAt && startsAt > sold)
      sometimes.count(isLater ? 'given back after a postponement' : 'given back by terms')
    },
  }
}
