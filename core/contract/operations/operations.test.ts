import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ProblemBody, problems } from '../problems.ts'
import * as accounts from './accounts.ts'
import * as admin from './admin.ts'
import * as auditLog from './audit-log.ts'
import * as bookings from './bookings.ts'
import * as events from './events.ts'
import * as holds from './holds.ts'
import { type Operation, operations, problemsOf } from './index.ts'
import * as inventory from './inventory.ts'
import * as outbox from './outbox.ts'
import * as payments from './payments.ts'
import * as privacy from './privacy.ts'
import * as repair from './repair.ts'
import * as service from './service.ts'
import * as users from './users.ts'
import * as webhooks from './webhooks.ts'

const table: [string, Operation][] = Object.entries(operations)

/** The names of an object’s fields, or of those of all members of a union. */
function fieldsOf(schema: z.ZodType | undefined): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((one) => fieldsOf(z.instanceof(z.ZodType).parse(one)))
  }
  return []
}

const templateFields = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)

test('no two operations share a name or a route', () => {
  const files = [
    accounts,
    admin,
    auditLog,
    bookings,
    events,
    holds,
    inventory,
    outbox,
    payments,
    privacy,
    repair,
    service,
    users,
    webhooks,
  ]
  const parts = files.flatMap((file) => Object.entries(file).filter(([name]) => name.endsWith('Operations')))
  const names = parts.flatMap(([, part]) => Object.keys(part))
  expect(names.sort()).toEqual(table.map(([name]) => name).sort())
  const routes = table.map(([, { method, path }]) => `${method} ${path}`)
  expect(routes).toEqual([...new Set(routes)])
})

describe.each(table)('%s', (_, operation) => {
  const { path, method, params, query, body, answers, example, repeat } = operation

  test('describes what its path names', () => {
    expect(fieldsOf(params)).toEqual(templateFields(path))
  })

  test('takes what it needs in one object: no two parts of a request have a field in common', () => {
    const names = [...fieldsOf(params), ...fieldsOf(query), ...fieldsOf(body)]
    const sizes = [params, query, body].map((schema) => new Set(fieldsOf(schema)).size)
    expect(new Set(names).size).toBe(sizes.reduce((sum, size) => sum + size, 0))
  })

  test('a read has no body and can be repeated', () => {
    if (method !== 'GET') return
    expect([body, repeat]).toEqual([undefined, 'always'])
  })

  test('names each refusal once, and none that its guards answer anyway', () => {
    const { problems } = operation
    expect(problems).toEqual([...new Set(problems)])
    const ofGuards = problemsOf({ ...operation, problems: [] })
    expect(problems.filter((code) => ofGuards.includes(code))).toEqual([])
  })

  test('has an example that its schemas accept as it is', () => {
    params?.parse(example.params)
    query?.parse(example.query ?? {})
    body?.parse(example.body)
    const schema = answers[example.status]?.[Object.keys(answers[example.status] ?? {})[0] ?? '']
    expect(Object.keys(answers)).toContain(String(example.status))
    expect(schema === undefined).toBe(example.answer === undefined)
    expect(schema?.parse(example.answer)).toEqual(example.answer)
  })
})

test('the refusals of its guards are those of whoever must show something', () => {
  const of = (id: keyof typeof operations) => problemsOf(operations[id])
  expect(of('readLiveness')).toEqual(['body_too_large', 'internal_error'])
  expect(of('listEvents')).not.toContain('origin_required')
  expect(of('putEvent')).toEqual(expect.arrayContaining(['forbidden', 'invalid_api_key', 'origin_required']))
  expect(of('createHold')).toEqual(expect.arrayContaining(['invalid_token', 'bot_detected', 'not_found']))
  expect(of('createApp')).not.toContain('invalid_api_key')
})

test('every refusal of the catalogue can be met somewhere', () => {
  const met = new Set(table.flatMap(([, operation]) => problemsOf(operation)))
  // For paths whose operations have other methods.
  expect(Object.keys(problems).filter((code) => !met.has(ProblemBody.shape.code.parse(code)))).toEqual([
    'method_not_allowed',
  ])
})
