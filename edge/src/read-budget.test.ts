import { expect, test } from 'vitest'
import { createReadBudget } from './read-budget.ts'

const rates = { all: { perSecond: 50, burst: 100 }, large: { perSecond: 5, burst: 20 } }

/** A budget by a clock of its own. */
function createBudget(bytesMax = 100_000) {
  const clock = { nowMs: 1_000_000 }
  return { clock, budget: createReadBudget({ now: () => clock.nowMs }, rates, bytesMax) }
}

/** How many of so many reads pass. */
const taken = ({ budget }: ReturnType<typeof createBudget>, client: string, times: number, isLarge = false) =>
  Array.from({ length: times }, () => budget.take(client, isLarge)).filter(({ allowed }) => allowed).length

test('an address has its burst, then what comes to it, each its own', () => {
  const of = createBudget()
  expect(taken(of, 'a', 150)).toBe(100)
  expect(taken(of, 'b', 150)).toBe(100)
  of.clock.nowMs += 100
  expect(taken(of, 'a', 150)).toBe(5)
  of.clock.nowMs += 60_000
  expect(taken(of, 'a', 150)).toBe(100)
})

test('a refusal says when there is more, and costs nothing', () => {
  const of = createBudget()
  taken(of, 'a', 1_000)
  expect(of.budget.take('a', false)).toEqual({
    ...{ allowed: false, limit: 50, remaining: 0 },
    resetMs: of.clock.nowMs + 20,
  })
  of.clock.nowMs += 20
  expect(of.budget.take('a', false).allowed).toBe(true)
})

test('a clock that goes back gives nothing and takes nothing', () => {
  const of = createBudget()
  taken(of, 'a', 100)
  of.clock.nowMs -= 5_000
  expect(taken(of, 'a', 10)).toBe(0)
  of.clock.nowMs += 1_000
  expect(taken(of, 'a', 100)).toBe(50)
})

test('large answers are counted afterwards, and refuse only reads that will be large', () => {
  const of = createBudget()
  for (let n = 0; n < 20; n++) of.budget.settle('a', { share: 1, isLarge: true, wasExpected: false })
  expect(of.budget.take('a', true)).toMatchObject({ allowed: false, limit: 5 })
  expect(of.budget.take('a', false).allowed).toBe(true)
  of.clock.nowMs += 200
  expect(of.budget.take('a', true).allowed).toBe(true)
})

test('who owes a burst of large answers reads nothing, and never owes more', () => {
  const of = createBudget()
  for (let n = 0; n < 1_000; n++) of.budget.settle('a', { share: 1, isLarge: true, wasExpected: false })
  expect(of.budget.take('a', false).allowed).toBe(false)
  of.clock.nowMs += 200
  expect(of.budget.take('a', false).allowed).toBe(true)
  expect(of.budget.take('a', true).allowed).toBe(false)
  of.clock.nowMs += 4_000
  expect(of.budget.take('a', true).allowed).toBe(true)
})

test('a read of one that stands for many costs a part, and one that is not counted nothing', () => {
  const of = createBudget()
  const read = (share: number) => {
    const { allowed } = of.budget.take('a', false)
    if (allowed) of.budget.settle('a', { share, isLarge: false, wasExpected: false })
    return allowed
  }
  for (let n = 0; n < 1_000; n++) expect(read(0)).toBe(true)
  let count = 0
  while (read(1 / 4)) count++
  expect(count).toBe(397)
})

test('what is kept is bounded, and those who have not asked for longest are forgotten first', () => {
  const of = createBudget(10 * 202)
  taken(of, 'a', 1_000)
  for (let n = 0; n < 9; n++) taken(of, String(n), 1)
  expect(taken(of, 'a', 1), 'still known').toBe(0)
  for (let n = 0; n < 10; n++) taken(of, String(n), 1)
  expect(taken(of, 'a', 1_000)).toBe(100)
})
