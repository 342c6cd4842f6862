import { describe, expect, test } from 'vitest'
import { problemBody, problems } from './problems.ts'
import { readProblem } from './read-problem.ts'

const newer = {
  ...problemBody('sale_closed', {}, 'req_1'),
  ...{ type: '/docs/errors#sale_paused', code: 'sale_paused', title: 'The sale is paused', retryable: true },
}
const read = (status: number, body: unknown) => readProblem(status, JSON.stringify(body))

describe('a refusal whose code is of another version', () => {
  test('has the status that it came with, and its own title and advice', () => {
    const problem = readProblem(409, JSON.stringify({ ...newer, status: 200, seats: ['A-1'] }), 7)
    expect(problem?.body('req_2')).toEqual({
      type: '/docs/errors#sale_paused',
      title: 'The sale is paused',
      status: 409,
      detail: problems.sale_closed.advice,
      code: 'sale_paused',
      retryable: true,
      seats: ['A-1'],
      requestId: 'req_2',
    })
    expect(problem?.retryAfterSeconds).toBe(7)
  })

  test('is told without members that are not known here', () => {
    expect(read(409, { ...newer, plan: 'of the newer edge' })?.body()).not.toHaveProperty('plan')
  })

  test('is readable although a known member has another shape: that is left out', () => {
    const shapes = { seats: [{ id: 'A-1' }], errors: 'none', bookingId: 7, opensAt: 'soon', detail: null }
    const problem = read(409, { ...newer, ...shapes })
    expect(problem).toMatchObject({ code: 'sale_paused', extras: {} })
    expect(problem?.kind.advice).toContain('go by the status')
  })

  test.each([
    [400, false],
    [409, false],
    [429, true],
    [500, true],
    [503, true],
    [202, true],
  ])('with %i and nothing beside its code may succeed later: %s', (status, retryable) => {
    const { type, code } = newer
    expect(read(status, { type, code })?.kind).toMatchObject({ status, retryable })
  })
})

test('a known code with its own status is what it is here, whatever words it came with', () => {
  const problem = read(409, { ...problemBody('sale_closed'), title: 'Closed' })
  expect(problem?.body()).toEqual(problemBody('sale_closed'))
})

test('a known code with another status keeps that status', () => {
  expect(read(422, problemBody('sale_closed'))).toMatchObject({ code: 'sale_closed', kind: { status: 422 } })
})

test.each([
  ['a problem of something in between', 409, { ...newer, type: 'about:blank' }],
  ['a problem without a code', 409, { type: newer.type, title: 'x' }],
  ['a code that has no shape of one', 409, { ...newer, type: '/docs/errors#A b', code: 'A b' }],
  ['a success', 200, newer],
  ['a redirect', 302, newer],
  ['what is no object', 409, 'sale_paused'],
])('%s is none of core’s', (_, status, body) => {
  expect(read(status, body)).toBeUndefined()
})

test('what is no JSON is none of core’s', () => {
  expect(readProblem(502, '<html>')).toBeUndefined()
})
