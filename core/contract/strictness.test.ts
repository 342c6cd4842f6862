import { describe, expect, test } from 'vitest'
import type * as z from 'zod'
import { AppQuestion, KeyQuestion } from './apps.ts'
import { CodeRequest, CodeSignUpRequest } from './auth.ts'
import { CancelCommand } from './cancellations.ts'
import { EdgeClaims } from './claims.ts'
import { ConfirmCommand, ReplyQuestion } from './holds.ts'
import { type Operation, operations } from './operations/index.ts'
import { OrderCommand, WebhookCommand } from './payments.ts'
import { SeatNamesQuestion } from './seat-names.ts'

const idempotencyKey = 'key-1'
const email = 'ada@example.org'

/** What an edge writes to core by itself. */
const written: [string, z.ZodType, object][] = [
  [
    'the word on a request',
    EdgeClaims,
    {
      ...{
        method: 'GET',
        path: '/',
        bodyDigest: 'x',
        requestId: 'req_1',
        clientIp: '192.0.2.1',
        budgetMs: 1,
      },
      app: { id: 'app_1', kind: 'secret', news: 1 },
    },
  ],
  [
    'a confirm',
    ConfirmCommand,
    { idempotencyKey, pin: { word: 'pinned', seats: [], currency: 'EUR', until: 1, news: 1 } },
  ],
  ['a cancellation', CancelCommand, { idempotencyKey, request: {} }],
  [
    'an order',
    OrderCommand,
    { seats: [{ id: 'A-1', price: 1, news: 1 }], currency: 'EUR', untilMs: 1, asked: {} },
  ],
  ['a webhook', WebhookCommand, { provider: 'stripe', account: 'default', headers: {}, body: '' }],
  ['a question about a key', KeyQuestion, { key: 'x' }],
  ['a question about an app', AppQuestion, { appId: 'app_1' }],
  ['a question about an answer', ReplyQuestion, { idempotencyKey }],
  ['a question about seats', SeatNamesQuestion, { seats: [{ seat: 'A-1', news: 1 }] }],
  ['a wish for a code', CodeRequest, { email }],
  ['a sign-up with a code', CodeSignUpRequest, { email, code: '123456', password: 'correct horse' }],
]

test.each(written)(
  '%s of another version’s edge may have members that core does not know',
  (_, schema, body) => {
    expect(schema.safeParse(body).error).toBeUndefined()
    expect(schema.safeParse({ ...body, news: 1 }).error).toBeUndefined()
  },
)

const asked = Object.entries<Operation>(operations).flatMap(([id, { body, example }]) =>
  body ? [[id, body, example.body ?? {}] as const] : [],
)

test.each(asked)(
  'what a client asks of %s may not: what is not known would not be done',
  (_, schema, body) => {
    expect(schema.safeParse(body).error).toBeUndefined()
    expect(schema.safeParse({ ...body, news: 1 }).success).toBe(false)
  },
)

describe('the wish of a client that an edge hands on', () => {
  test.each<[string, z.ZodType, object]>([
    [
      'a payment',
      ConfirmCommand,
      { idempotencyKey, pin: { word: 'lost' }, payment: { id: 'pay_1', news: 1 } },
    ],
    ['a cancellation', CancelCommand, { idempotencyKey, request: { news: 1 } }],
    [
      'an order',
      OrderCommand,
      { seats: [{ id: 'A-1', price: 1 }], currency: 'EUR', untilMs: 1, asked: { news: 1 } },
    ],
  ])('as %s is strict at core too', (_, schema, body) => {
    expect(schema.safeParse(body).success).toBe(false)
  })
})

test('a word of a pin that is not known counts as no word, and a known one is read as strictly as ever', () => {
  const pinOf = (pin: object) => ConfirmCommand.safeParse({ idempotencyKey, pin }).data?.pin
  expect(pinOf({ word: 'queued', position: 7 })).toEqual({ word: 'unavailable' })
  expect(pinOf({ word: 'pinned', seats: 'A-1' })).toBeUndefined()
})
