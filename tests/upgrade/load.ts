import { setTimeout as pause } from 'node:timers/promises'
import { type Client, HoldfastProblem } from '@holdfast/client'
import { until } from '../contract/inventory/poll.ts'

/** Buyers who hold and confirm, one after the other, each seat once. Nothing is tried twice. */
export interface Load {
  /** What was answered that should not have been. */
  readonly faults: readonly string[]
  /** The bookings that somebody was told of, and that nobody has cancelled. */
  readonly booked: ReadonlySet<string>
  /** How often each thing was done. */
  readonly done: ReadonlyMap<string, number>
  /** Waits until so many more are booked. */
  more(count: number): Promise<void>
  /** Lets everybody finish, and nobody begin before `go`. */
  pause(): Promise<void>
  go(): void
  stop(): Promise<void>
}

const betweenMs = 20

const faultOf = (error: unknown): string =>
  error instanceof HoldfastProblem ? `${error.status} ${error.code}` : String(error)

/** A refusal with this code, and nothing else. */
async function refused(code: string, asked: Promise<unknown>): Promise<void> {
  const answer = await asked.then(
    () => 'done',
    (error: unknown) => error,
  )
  if (!(answer instanceof HoldfastProblem && answer.code === code)) throw answer
}

/** Sends buyers to an event; each is the client that `buyerOf` gives for its number, and `server` cancels for some. */
export function startLoad(
  { eventId, server }: { readonly eventId: string; readonly server: Client },
  buyers: number,
  buyerOf: (n: number) => Promise<Client>,
): Load {
  const [faults, booked, done] = [[] as string[], new Set<string>(), new Map<string, number>()]
  let [seat, isOver] = [0, false]
  const note = (what: string) => done.set(what, (done.get(what) ?? 0) + 1)

  /** Everything that a buyer does, each by its own turn. */
  const buy = async (client: Client, n: number): Promise<void> => {
    const seats = Array.from({ length: 1 + (n % 2) }, () => `S-${++seat}`)
    const { id: holdId } = await client.createHold({ eventId, seats })
    if (n % 5 === 0) {
      await client.extendHold({ eventId, holdId })
      note('extended')
    }
    if (n % 7 === 0) {
      await client.releaseHold({ eventId, holdId })
      return void note('released')
    }
    const pay = (prefix: string) => ({ eventId, holdId, payment: { id: `pay_${prefix}${seats.join('_')}` } })
    if (n % 4 === 0) {
      await refused('payment_declined', client.confirmHold(pay('declined_')))
      note('declined')
    }
    const [paid, key] = [pay(n % 3 === 0 ? 'auth_' : ''), { idempotencyKey: `confirm-${n}` }]
    const booking = await client.confirmHold(paid, key)
    booked.add(booking.id)
    note('booked')
    if (n % 3 === 1) {
      const again = await client.confirmHold(paid, key)
      if (JSON.stringify(again) !== JSON.stringify(booking))
        throw new Error(`a replay of ${booking.id} differs`)
      note('replayed')
    }
    if (n % 6 === 1) {
      await server.cancelBooking({ bookingId: booking.id })
      booked.delete(booking.id)
      note('cancelled')
    }
  }
  let [door, busy] = [Promise.resolve(), 0]
  let open = () => {}
  const queues = Array.from({ length: buyers }, async (_, queue) => {
    for (let n = queue; !isOver; n += buyers) {
      await door
      busy += 1
      try {
        await buy(await buyerOf(n), n)
      } catch (error) {
        faults.push(faultOf(error))
      }
      busy -= 1
      await pause(betweenMs)
    }
  })
  return {
    faults,
    booked,
    done,
    more: (count) => {
      const wanted = (done.get('booked') ?? 0) + count
      return until(async () => (done.get('booked') ?? 0) >= wanted || faults.length > 0)
    },
    pause: () => {
      door = new Promise((resolve) => {
        open = resolve
      })
      return until(async () => busy === 0)
    },
    go: () => open(),
    async stop() {
      isOver = true
      open()
      await Promise.all(queues)
    },
  }
}
