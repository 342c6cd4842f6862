import { secrets } from '../../security/secrets.ts'
import { boundEvent, onServer, openWorld } from '../../security/world.ts'
import { oldTokenOf, said, saidIn } from '../../support/tickets.ts'

/** Seats as TicketS has them: `seatId` "A1", a row, a number, one of three tiers. */
const seats = ['A', 'B', 'C'].flatMap((row, i) =>
  Array.from({ length: 40 }, (_, n) => ({
    ...{ id: `${row}${n + 1}`, row, number: String(n + 1), price: 4550 },
    category: ['vip', 'premium', 'standard'][i],
  })),
)

const jwtSecret = new TextDecoder().decode(secrets.oldTickets)

/** A whole Holdfast in this process whose routes of TicketS sell these seats, and clients of them as they were. */
export async function openTickets() {
  const world = await openWorld()
  const { shop, clock } = world
  const path = `/v1/events/${boundEvent}`
  for (const [at, body] of [
    [path, { name: 'Play', currency: 'EUR' }],
    [`${path}/seats`, { seats }],
  ] as const) {
    const answer = await world.send({ method: 'PUT', path: at, headers: onServer(shop), body })
    if (answer.status >= 300) throw new Error(`${at}: ${answer.text}`)
  }

  /** Whoever sends this token, or none, from this address. */
  const client = (token?: string, address = '192.0.2.1') => {
    const headers = { 'x-test-address': address, ...(token && { authorization: `Bearer ${token}` }) }
    const post = (route: string, body: unknown) =>
      world.send({ method: 'POST', path: `/api${route}`, headers, body })
    const look = () => world.send({ method: 'GET', path: '/api/seats', headers })
    return {
      post,
      look,
      lock: (seatId: string) => post('/lock', { seatId }),
      pay: (seatId: string, idempotencyKey: string) => post('/pay', { seatId, idempotencyKey }),
      release: (seatId: string, userId?: unknown) => post('/release', { seatId, userId }),
      seat: async (id: string) => saidIn(200, said.seats, await look()).seats.find((seat) => seat.id === id),
    }
  }

  /** Lets time pass. */
  const pass = async (ms: number) => {
    let isOver = false
    void clock.platform.sleep(ms).then(() => {
      isOver = true
    })
    while (!isOver) {
      clock.pass()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    world,
    client,
    pass,
    /** Somebody who has signed in to TicketS. */
    user: async (userId: unknown, address?: string) => client(await oldTokenOf(userId, jwtSecret), address),
    /** The code in the last letter. */
    code: () => /\d{6}/.exec(world.letters.at(-1) ?? '')?.[0] ?? 'none',
  }
}
/** What tests of the contract of TicketS stand on. */
export type Tickets = Awaited<ReturnType<typeof openTickets>>
