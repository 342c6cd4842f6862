import { principal } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { seatIds } from './fixtures.ts'
import { inFlight } from './poll.ts'
import type { OpenSale } from './sale.ts'

const guest = (number: number) => principal.guest(`g${number}`)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

/** Many buyers at once, from many connections. */
export function raceTests(openSale: OpenSale): void {
  test('I4: of 500 owners who want one seat at once exactly one gets it', async () => {
    const sale = await openSale()
    const replies = await inFlight(
      100,
      upTo(500).map((number) => () => sale.hold(guest(number), ['A-1'])),
    )
    expect(replies.filter(({ word }) => word === 'held')).toHaveLength(1)
    expect(replies.filter(({ word }) => word === 'unavailable')).toHaveLength(499)
    const winner = replies.findIndex(({ word }) => word === 'held')
    const [reply] = replies.slice(winner)
    expect(reply).toMatchObject({ hold: { owner: guest(winner) } })
  })

  test('I7: owners who want overlapping seats get all of theirs or none, and no seat twice', async () => {
    const ids = upTo(20).map((number) => `A-${number}`)
    const sale = await openSale({ seats: ids })
    const wishes = upTo(100).map((number) => [
      ...new Set([0, 7, 11].map((step) => `A-${(number * 13 + step * number) % 20}`)),
    ])
    const replies = await inFlight(
      50,
      wishes.map((wish, number) => () => sale.hold(guest(number), wish)),
    )
    const got = replies.flatMap((reply) =>
      reply.word === 'held' ? reply.hold.seats.map(({ id }) => id) : [],
    )
    const wished = replies.flatMap((reply, at) => (reply.word === 'held' ? seatIds(wishes[at] ?? []) : []))
    expect(new Set(got).size).toBe(got.length)
    expect(got.toSorted()).toEqual(wished.toSorted())
    const held = ids.filter((id) => got.some((seat) => seat === id))
    expect(await sale.map()).toBe(ids.map((id) => (held.includes(id) ? 'H' : 'F')).join(''))
  })

  test('one owner whose calls race never holds more seats than allowed', async () => {
    const ids = upTo(20).map((number) => `A-${number}`)
    const sale = await openSale({ seats: ids, seatsHeldPerOwner: 5 })
    const replies = await inFlight(
      20,
      ids.map((id) => () => sale.hold(guest(1), [id])),
    )
    expect(replies.filter(({ word }) => word === 'held')).toHaveLength(5)
    expect(replies.filter(({ word }) => word === 'too_many')).toHaveLength(15)
  })

  test('a pin that races a release ends in one of the two, whole', async () => {
    const sale = await openSale()
    for (const seat of ['A-1', 'A-2', 'A-3']) {
      const hold = await sale.take(guest(1), [seat, 'A-6'])
      const [pinned, released] = await Promise.all([sale.pin(hold), sale.release(hold)])
      expect([
        ['pinned', 'confirming'],
        ['released', 'released'],
      ]).toContainEqual([pinned.word, released.word])
      await sale.sweep('decided', hold.grantId)
    }
    expect(await sale.map()).toBe('FFFFFF')
  })
}
