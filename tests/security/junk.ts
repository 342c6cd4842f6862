import fc from 'fast-check'
import type { Asked, Route } from './routes.ts'
import type { Headers } from './senders.ts'

/** Values that have broken something somewhere. */
const classics: readonly unknown[] = [
  ...[{ $gt: '' }, { $ne: null }, [{ $where: '1' }], { __proto__: null, constructor: 1 }, null, true, ''],
  ...[-1, 0.1, 1e308, 2 ** 53, -(2 ** 53), '1e999', '0x10', 'NaN', '𝕳ǫ𝖑𝖉', 'a\u0000b', '\ud800', '../..'],
  ...['hf:{a/b}:state', 'x'.repeat(5_000), '{"$gt":""}', '%00', 'a}b', "' OR 1=1 --", '\u202etxt'],
]
const value = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...classics) }, fc.jsonValue({ maxDepth: 3 }))
const text = fc.oneof(
  fc.constantFrom(...classics.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
/** What can be in a header at all. */
const headerText = text.map((one) => one.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').trim())

/** The same object with some of its values replaced. */
const spoilt = <Value>(of: Readonly<Record<string, unknown>>, by: fc.Arbitrary<Value>) =>
  fc
    .record(Object.fromEntries(Object.keys(of).map((name) => [name, fc.option(by, { freq: 2 })])))
    .map((given) => ({
      ...of,
      ...Object.fromEntries(Object.entries(given).filter(([, one]) => one !== null)),
    }))

const headerNames = [
  ...['idempotency-key', 'x-external-user-id', 'x-external-user-email', 'x-external-user-name'],
  ...['x-app-id', 'accept', 'if-none-match', 'last-event-id', 'content-type', 'x-razorpay-signature'],
]
const spoiltHeaders: fc.Arbitrary<Headers> = fc.dictionary(fc.constantFrom(...headerNames), headerText, {
  maxKeys: 2,
})

/** A request of a route that is wrong in some places, or in all. */
export interface Junk {
  readonly asked: Asked
  readonly headers: Headers
  readonly raw?: string
}

/** Requests made from a good one. */
export function junkOf(route: Route, { params = {}, query = {}, body }: Asked): fc.Arbitrary<Junk> {
  const isObject = body instanceof Object && !Array.isArray(body)
  const wrong = isObject ? fc.oneof(spoilt(body as Record<string, unknown>, value), value) : value
  const bodies = route.method === 'GET' ? fc.constant(undefined) : wrong
  const raw = route.method === 'GET' ? fc.constant(null) : fc.option(text, { freq: 6 })
  return fc
    .record({
      params: fc.oneof(fc.constant(params), spoilt(params, text)),
      query: fc.oneof(fc.constant(query), spoilt({ ...query, cursor: '', 'limit[$gt]': '' }, text)),
      body: fc.oneof(fc.constant(body), bodies),
      headers: spoiltHeaders,
      raw,
    })
    .map(({ headers, raw: sent, ...asked }) => ({
      asked: asked as Asked,
      headers,
      ...(sent !== null && { raw: sent }),
    }))
}
