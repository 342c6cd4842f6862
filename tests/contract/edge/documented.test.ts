import { problemBody } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { expectDocumented } from '../../support/documented.ts'

const url = 'http://edge.example/readyz'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers({
    'content-type': status < 300 ? 'application/json' : 'application/problem+json',
    ...headers,
  }),
  text: JSON.stringify(body),
  body,
})

test('what the table tells of passes', () => {
  expectDocumented('GET', url, answer(200, { status: 'ready' }))
  expectDocumented('GET', url, answer(503, problemBody('dependency_unavailable')))
  expectDocumented('PUT', url, answer(405, problemBody('method_not_allowed')))
})

test.each([
  ['a field too many', answer(200, { status: 'ready', password: 'x' })],
  ['a field of another type', answer(200, { status: 1 })],
  ['another status', answer(201, { status: 'ready' })],
  ['another media type', answer(200, { status: 'ready' }, { 'content-type': 'text/plain' })],
  ['a header that is not told of', answer(200, { status: 'ready' }, { etag: '"1"' })],
  ['a refusal that is not told of', answer(409, problemBody('sale_closed'))],
  ['a refusal with another status', answer(500, problemBody('dependency_unavailable'))],
  ['a refusal with a field too many', answer(503, { ...problemBody('dependency_unavailable'), stack: '' })],
])('%s does not', (_, wrong) => {
  expect(() => expectDocumented('GET', url, wrong)).toThrow()
})

test('nor does what has no place in the table', () => {
  expect(() => expectDocumented('GET', 'http://edge.example/v1/secrets', answer(200, {}))).toThrow()
})
