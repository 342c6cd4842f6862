import { describe, expect, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { type AppVerdict, KeyVerdict } from './apps.ts'
import { BookingView } from './bookings.ts'
import { EventView } from './events.ts'
import { AppId } from './ids.ts'
import { type Openly, openly } from './openly.ts'
import { type Operation, operations } from './operations/index.ts'
import { DeliveryView } from './webhooks.ts'

const Sample = z.strictObject({
  id: AppId,
  word: z.enum(['a', 'b']),
  list: z.array(z.strictObject({ n: z.int() })).max(1),
  either: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]).nullable(),
  counts: z.record(z.enum(['x', 'y']), z.int()),
  done: z.literal(true).optional(),
})
const sample = { id: 'app_1', word: 'a', list: [{ n: 1 }], either: { a: 'a' }, counts: { x: 1, y: 2 } }

describe('a message that is read openly', () => {
  test.each([
    ['a member that is not named', { more: 1 }],
    ['a word that is not named', { word: 'c' }],
    ['a longer list, and a new member in it', { list: [{ n: 1, m: 2 }, { n: 2 }] }],
    ['another kind of object', { either: { c: 'c' } }],
    ['a count of something new', { counts: { x: 1, y: 2, z: 3 } }],
  ])('may have %s, which stays as it is', (_, news) => {
    expect(Sample.safeParse({ ...sample, ...news }).success).toBe(false)
    expect(openly(Sample).parse({ ...sample, ...news })).toEqual({ ...sample, ...news })
  })

  test.each([
    ['a member that is named', { id: undefined }],
    ['the type of a word', { word: 7 }],
    ['the shape of an id', { id: 'a/b' }],
    ['the type of what is in a list', { list: [{ n: 'x' }] }],
    ['a count of what is named', { counts: { x: 1 } }],
    ['what is no word but yes', { done: false }],
  ])('may not be without %s', (_, broken) => {
    expect(openly(Sample).safeParse({ ...sample, ...broken }).success).toBe(false)
  })

  test('has any word where an enumeration was, so that nobody takes its words for all there are', () => {
    expectTypeOf<Openly<z.infer<typeof Sample>>['word']>().toEqualTypeOf<string>()
    expectTypeOf<Openly<z.infer<typeof Sample>>['id']>().toEqualTypeOf<AppId>()
    expectTypeOf<Openly<AppVerdict>['rateLimits']>().toEqualTypeOf<AppVerdict['rateLimits']>()
  })

  test('is made ready once', () => {
    expect(openly(Sample)).toBe(openly(Sample))
  })
})

/** The same with a member more in each of its objects. */
const grown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(grown)
  if (typeof value !== 'object' || value === null) return value
  return { ...Object.fromEntries(Object.entries(value).map(([name, one]) => [name, grown(one)])), news: 1 }
}

const answers = Object.entries<Operation>(operations).flatMap(([id, { answers: of, example }]) =>
  Object.values(of)
    .flatMap((content) => Object.entries(content))
    .filter(([media]) => media === 'application/json')
    .map(([, schema]) => [id, schema, example.answer] as const),
)

test.each(answers)(
  'the answer of %s is readable with a new member in each of its objects',
  (_, schema, answer) => {
    expect(openly(schema).safeParse(grown(answer)).error).toBeUndefined()
  },
)

test('a verdict, an event, a booking and a delivery are readable with words of another version', () => {
  const verdict = {
    ...{ appId: 'app_1', kind: 'kiosk', allowedOrigins: [], allowedDomains: [], allowNoOrigin: false },
    ...{ browserVouching: false, botMode: 'puzzle', rateLimits: { perHour: 1 } },
  }
  expect(openly(KeyVerdict).safeParse({ verdict, deniedUsers: [] }).success).toBe(true)
  const { answer: event } = operations.readEvent.example
  const charges = [{ name: 'Levy', kind: 'levy', perBooking: 100 }]
  expect(openly(EventView).safeParse({ ...event, domain: 'FERRY', sale: 'paused', charges }).success).toBe(
    true,
  )
  const { answer: booking } = operations.readBooking.example
  const payment = { status: 'AUTHORISED', id: null }
  expect(openly(BookingView).safeParse({ ...booking, status: 'moved', payment }).success).toBe(true)
  const { answer: log } = operations.listDeliveries.example
  const [delivery] = log.deliveries
  const payload = { type: 'booking.moved', timestamp: '2026-11-23T12:00:00.000Z', data: { from: 'A-1' } }
  expect(openly(DeliveryView).safeParse({ ...delivery, type: payload.type, payload }).success).toBe(true)
})
