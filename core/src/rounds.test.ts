import { describe, expect, test } from 'vitest'
import { createRound, type Lanes, shareOut, workOff } from './rounds.ts'

interface Row {
  readonly lane: string
  readonly queue: string
  readonly n: number
}

const lanes: Lanes<Row> = {
  laneOf: ({ lane }) => lane,
  queueOf: ({ lane, queue }) => `${lane}/${queue}`,
  ofLaneAtOnce: 2,
}
const rows = (lane: string, count: number, queues = count): Row[] =>
  Array.from({ length: count }, (_, n) => ({ lane, queue: String(n % queues), n }))
const never = () => false
const forEver = new Promise<never>(() => {})

describe('F40: a round of background work', () => {
  test('has rows of each lane in turn, oldest first, and all of one where there is no other', () => {
    const due = [...rows('hot', 50), ...rows('late', 1), ...rows('later', 2)]
    const shared = shareOut(due, lanes.laneOf, 6)
    expect(shared.map(({ lane, n }) => `${lane} ${n}`)).toEqual([
      ...['hot 0', 'late 0', 'later 0', 'hot 1', 'later 1', 'hot 2'],
    ])
    expect(shareOut(rows('hot', 50), lanes.laneOf, 6)).toHaveLength(6)
  })

  test('is worked on although a lane hangs', async () => {
    const round = createRound([...rows('hangs', 10), ...rows('works', 10)], lanes)
    const done: Row[] = []
    const all = Promise.withResolvers<void>()
    void workOff(round, { atOnce: 3, isOver: never }, async (row) => {
      if (row.lane === 'hangs') return forEver
      done.push(row)
      if (done.length === 10) all.resolve()
      return 'on'
    })
    await all.promise
    expect(done.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('keeps the order of a queue, and leaves out a lane that is away', async () => {
    const order: Record<string, number[]> = {}
    const all = [...rows('a', 9, 3), ...rows('away', 9, 3)]
    const begun = await workOff(
      createRound(all, lanes),
      { atOnce: 4, isOver: never },
      async ({ lane, queue, n }) => {
        order[`${lane}/${queue}`] = [...(order[`${lane}/${queue}`] ?? []), n]
        await new Promise(setImmediate)
        return lane === 'away' ? 'away' : 'on'
      },
    )
    expect(order['a/0']).toEqual([0, 3, 6])
    expect(order['a/2']).toEqual([2, 5, 8])
    expect(begun).toBe(11)
  })

  test('begins nothing more when its time is over', async () => {
    let begun = 0
    const round = createRound(rows('a', 9), lanes)
    await workOff(round, { atOnce: 1, isOver: () => begun === 3 }, async () => {
      begun += 1
      return 'on'
    })
    expect(begun).toBe(3)
  })
})
