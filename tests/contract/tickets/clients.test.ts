import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, saidIn } from '../../support/tickets.ts'
import { openTickets, type Tickets } from './clients.ts'

/*
 * What the clients of TicketS that are in use do, one by one, written from the page of its contract.
 */

let tickets: Tickets
beforeAll(async () => {
  tickets = await openTickets()
})
afterAll(() => tickets.world.close())

const objectId = (n: number) => `64b7f0c2a1b2c3d4e5f6${String(n).padStart(4, '0')}`
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('the load client of TicketS', () => {
  test('ends with one lock and 499 refusals where every user has an address', async () => {
    const users = await Promise.all(numbers(500).map((n) => tickets.user(n, `10.9.${n >> 8}.${n & 255}`)))
    const answers = await Promise.all(users.map(({ lock }) => lock('C1')))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) saidIn(409, said.notLocked, answer)
    const won = answers.findIndex(({ status }) => status === 200)
    expect((await users[won]?.seat('C1'))?.lockedBy, 'a number is its text').toBe(String(won))
  })

  test('is refused only by the limit of an address where all its users have one, and nobody locks twice', async () => {
    const users = await Promise.all(numbers(500).map((n) => tickets.user(n, '10.8.0.1')))
    const answers = await Promise.all(users.map(({ lock }) => lock('C2')))
    const [taken, limited] = [409, 429].map((code) => answers.filter(({ status }) => status === code))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of taken ?? []) saidIn(409, said.notLocked, answer)
    for (const answer of limited ?? []) saidIn(429, said.error, answer)
    expect([taken?.length, limited?.length]).toEqual([49, 450])
  })

  test.each([-1, 1.5, 1e21, '', null, true, ['7'], { id: 7 }])(
    'is refused with 403 with a token for the user %s',
    async (userId) => {
      saidIn(403, said.error, await (await tickets.user(userId)).lock('C3'))
    },
  )
})

describe('the page of TicketS', () => {
  const venue = '198.51.100.1'
  /** Lets a page poll as it does, once. */
  const poll = async () => saidIn(200, said.seats, await tickets.client(undefined, venue).look())

  test('open twelve times behind one address, each polling once a second, completes five purchases of five', async () => {
    for (const n of numbers(5)) {
      const buyer = await tickets.user(objectId(n), venue)
      await Promise.all(numbers(12).map(poll))
      saidIn(200, said.locked, await buyer.lock(`B${n + 1}`))
      await Promise.all(numbers(12).map(poll))
      saidIn(200, said.paid, await buyer.pay(`B${n + 1}`, `venue-${n}`))
      await tickets.pass(1_000)
    }
  })

  test('locks ten chosen seats in one click, pays for five and gives five back', async () => {
    const buyer = await tickets.user(objectId(20), '198.51.100.20')
    const seats = numbers(10).map((n) => `B${n + 11}`)
    const all = <Result>(of: readonly string[], run: (seat: string) => Promise<Result>) =>
      Promise.all(of.map(run))
    for (const answer of await all(seats, buyer.lock)) saidIn(200, said.locked, answer)
    for (const answer of await all(seats.slice(0, 5), (seat) => buyer.pay(seat, `all-${seat}`))) {
      saidIn(200, said.paid, answer)
    }
    const page = tickets.client(undefined, '198.51.100.20')
    for (const answer of await all(seats.slice(5), (seat) => page.release(seat, objectId(20)))) {
      saidIn(200, said.released, answer)
    }
    const { seats: seen } = saidIn(200, said.seats, await page.look())
    expect(seats.slice(5).map((id) => seen.find((seat) => seat.id === id)?.state)).toEqual(
      Array(5).fill('available'),
    )
  })

  test('gives a seat back without a token by the id of its login, from wherever it moved to', async () => {
    const buyer = await tickets.user(objectId(30), '198.51.100.30')
    saidIn(200, said.locked, await buyer.lock('B30'))
    const moved = tickets.client(undefined, '198.51.100.31')
    saidIn(401, said.error, await moved.release('B30', objectId(31)))
    saidIn(401, said.error, await moved.release('B30'))
    saidIn(200, said.released, await moved.release('B30', objectId(30)))
    saidIn(200, said.locked, await (await tickets.user(objectId(31))).lock('B30'))
  })

  test('gives a seat back without a token by an id that can be guessed from the address that locked alone', async () => {
    const buyer = await tickets.user(7, '198.51.100.32')
    saidIn(200, said.locked, await buyer.lock('B31'))
    saidIn(401, said.error, await tickets.client(undefined, '198.51.100.33').release('B31', 7))
    const same = tickets.client(undefined, '198.51.100.32')
    saidIn(401, said.error, await same.release('B31', 8))
    saidIn(200, said.released, await same.release('B31', 7))
  })

  test('sees a lock of its own by the id of its login, and that of others as somebody’s', async () => {
    const [one, two] = [await tickets.user(objectId(40), '198.51.100.40'), await tickets.user(objectId(41))]
    saidIn(200, said.locked, await one.lock('B32'))
    expect((await one.seat('B32'))?.lockedBy).toBe(objectId(40))
    expect((await two.seat('B32'))?.lockedBy).toBe('somebody')
    saidIn(409, said.notLocked, await one.lock('B32'))
  })
})
