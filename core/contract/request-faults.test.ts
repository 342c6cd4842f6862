import { expect, test } from 'vitest'
import { errorsPerAnswerMax } from './limits.ts'
import { Problem } from './problems.ts'
import { gatherFaults, type RequestFault } from './request-faults.ts'

const faultsAt = (count: number, field: string, message: string): RequestFault[] =>
  Array.from({ length: count }, (_, at) => ({ path: `seats.${at}.${field}`, message }))

test('one fault of many seats is told once, with how many and some of them', () => {
  expect(gatherFaults(faultsAt(812, 'price', 'must be a number'))).toEqual([
    {
      path: 'seats.0.price',
      message: 'must be a number',
      count: 812,
      examples: ['seats.0.price', 'seats.1.price', 'seats.2.price', 'seats.3.price', 'seats.4.price'],
    },
  ])
})

test('faults of other fields and by other rules are others, in the order they were found', () => {
  const faults = [
    ...faultsAt(2, 'row', 'is too long'),
    ...faultsAt(1, 'number', 'is too long'),
    ...faultsAt(1, 'row', 'is empty'),
    { path: 'prices.Stalls', message: 'is missing' },
    { path: 'prices.Balcony.left', message: 'is missing' },
  ]
  expect(gatherFaults(faults).map(({ path, count = 1 }) => [path, count])).toEqual([
    ['seats.0.row', 2],
    ['seats.0.number', 1],
    ['seats.0.row', 1],
    ['prices.Stalls', 1],
    ['prices.Balcony.left', 1],
  ])
})

test('more kinds than are told are counted, and nothing is cut silently', () => {
  const faults = Array.from({ length: 3 * errorsPerAnswerMax }, (_, at) =>
    faultsAt(2, `field${at}`, 'is wrong'),
  ).flat()
  const told = gatherFaults(faults)
  expect(told).toHaveLength(errorsPerAnswerMax)
  expect(told.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(faults.length)
  expect(told.at(-1)?.message).toBe('and 82 more of 41 other kinds')
})

test('what was gathered is gathered again as it is, as the edge does with what core told', () => {
  const told = gatherFaults([...faultsAt(30, 'price', 'is wrong'), ...faultsAt(1, 'row', 'is wrong')])
  expect(gatherFaults(told)).toEqual(told)
})

test('every refusal of a request is told so, whoever wrote it', () => {
  const problem = new Problem('invalid_request', { errors: faultsAt(300, 'price', 'is wrong') })
  expect(problem.body().errors).toMatchObject([{ path: 'seats.0.price', count: 300 }])
})
