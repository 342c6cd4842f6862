import { ProblemBody, problems } from '@holdfast/contract'
import { type AnswerHeader, type Operation, operations, problemsOf } from '@holdfast/contract/operations'
import { expect } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'

const routes = Object.values<Operation>(operations).map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}))

const toldHeaders = [
  'etag',
  'location',
  'idempotent-replayed',
  'x-holdfast-version',
] as const satisfies AnswerHeader[]

/** What a path without an operation, or a method that its operations do not have, may be answered. */
const refusalsElsewhere = ['not_found', 'method_not_allowed', 'body_too_large', 'unsupported_encoding']

const mediaTypeOf = ({ headers }: ApiAnswer) => headers.get('content-type')?.split(';')[0]

/**
 * Holds an answer of the edge to the table of operations: its status, media type, headers and refusal are those that
 * the operation tells of, and its body has exactly the fields of the schema.
 */
export function expectDocumented(method: string, url: string, answer: ApiAnswer): void {
  const { pathname } = new URL(url)
  const found = routes.find((route) => route.operation.method === method && route.pattern.test(pathname))
  const call = `${method} ${pathname} -> ${answer.status}`
  if (mediaTypeOf(answer) === 'application/problem+json') {
    const problem = ProblemBody.parse(answer.body)
    expect(problem, call).toEqual(answer.body)
    expect(answer.status, call).toBe(problems[problem.code].status)
    expect(found ? problemsOf(found.operation) : refusalsElsewhere, call).toContain(problem.code)
    return
  }
  expect(found, `${call} is in the table`).toBeDefined()
  if (found) expectAnswer(found.operation, call, answer)
}

function expectAnswer({ answers, sends = [] }: Operation, call: string, answer: ApiAnswer): void {
  const content = answers[answer.status]
  expect(content, `${call} is a status of the operation`).toBeDefined()
  for (const name of toldHeaders) if (answer.headers.has(name)) expect(sends, call).toContain(name)
  const schema = content?.[mediaTypeOf(answer) ?? '']
  if (content && Object.keys(content).length === 0) {
    expect(answer.text, call).toBe('')
    return
  }
  expect(schema, `${call} has a media type of the operation`).toBeDefined()
  if (mediaTypeOf(answer) === 'application/octet-stream') return
  // A field that the schema does not know would be gone.
  expect(schema?.parse(answer.body), call).toEqual(answer.body)
}
