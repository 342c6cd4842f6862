import { setTimeout as pause } from 'node:timers/promises'
import { type Client, HoldfastProblem } from '@holdfast/client'
import { until } from '../contract/inventory/poll.ts'

/** Buyers who hold and confirm, one after the other, each seat once. Nothing is tried twice. */
export interface Load {
  /** What was answered that should not have been. */
  readonly faults: readonly string[]
  /** The bookings that somebody was told of. */
  readonly booked: ReadonlySet<string>
  /** Waits until so many more are booked. */
  more(count: number): Promise<void>
  stop(): Promise<void>
}

const betweenMs = 20
const bookingMsMax = 60_000

const faultOf = (error: unknown): string =>
  error instanceof HoldfastProblem ? `${error.status} ${error.code}` : String(error)

/** Sends buyers to an event; each is the client that `buyerOf` gives for its number. */
export function startLoad(eventId: string, buyers: number, buyerOf: (n: number) => Promise<Client>): Load {
  const [faults, booked] = [[] as string[], new Set<string>()]
  let [seat, isOver] = [0, false]

  const buy = async (client: Client, n: number) => {
    const seats = Array.from({ length: 1 + (n % 2) }, () => `S-${++seat}`)
    const hold = await client.createHold({ eventId, seats })
    if (n % 7 === 0) return client.releaseHold({ eventId, holdId: hold.id })
    const payment = { id: `pay_${n % 3 === 0 ? 'auth_' : ''}${seats.join('_')}` }
    const booking = await client.confirmHold({ eventId, holdId: hold.id, payment })
    booked.add(booking.id)
    return undefined
  }
  const queues = Array.from({ length: buyers }, async (_, queue) => {
    for (let n = queue; !isOver; n += buyers) {
      try {
        await buy(await buyerOf(n), n)
      } catch (error) {
        faults.push(faultOf(error))
      }
      await pause(betweenMs)
    }
  })
  return {
    faults,
    booked,
    more: (count) => {
      const wanted = booked.size + count
      return until(async () => booked.size >= wanted || faults.length > 0, bookingMsMax)
    },
    async stop() {
      isOver = true
      await Promise.all(queues)
    },
  }
}
