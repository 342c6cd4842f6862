import { headers, type ProblemCode } from '@holdfast/contract'
import type { BadRequest } from './stage.ts'

/** A hold that asks for what cannot be asked for. */
const hold = (name: string, body: unknown, code: ProblemCode = 'invalid_request'): BadRequest => ({
  name: `a hold of ${name}`,
  code,
  send: ({ carol, path }) => carol.client.call('POST', `${path}/holds`, { body }),
})

const seats = (count: number) => Array.from({ length: count }, (_, i) => `S-${i + 3}`)

const holds: readonly BadRequest[] = [
  hold('a seat that is not there', { seats: ['S-99'] }, 'unknown_seat'),
  hold('a seat that is not there among others', { seats: ['S-3', 'S-99', 'S-4'] }, 'unknown_seat'),
  hold('a seat that is held', { seats: ['S-3', 'S-1'] }, 'seats_unavailable'),
  hold('a seat that is sold', { seats: ['S-3', 'S-2'] }, 'seats_unavailable'),
  hold('no seat', { seats: [] }),
  hold('eleven seats', { seats: seats(11) }),
  hold('a seat twice', { seats: ['S-3', 'S-3'] }),
  hold('text instead of a list', { seats: 'S-3' }),
  hold('a number', { seats: [3] }),
  hold('null', { seats: [null] }),
  hold('an operator instead of a list', { seats: { $gt: '' } }),
  hold('an operator', { seats: [{ $gt: '' }] }),
  hold('a field of the inventory', { seats: ['!epoch'] }),
  hold('two seats in one text', { seats: ['S-3,S-4'] }),
  hold('a seat whose name is too long', { seats: ['S'.repeat(65)] }),
  hold('a seat and more than that', { seats: ['S-3'], ttlMs: 3_600_000 }),
  hold('nothing', {}),
  hold('null instead of an object', null),
  hold('a list instead of an object', ['S-3']),
]

const raw = (name: string, body: string | Uint8Array<ArrayBuffer>, code: ProblemCode): BadRequest => ({
  name,
  code,
  send: ({ carol, path }) => carol.client.call('POST', `${path}/holds`, { raw: body }),
})

const bodies: readonly BadRequest[] = [
  raw('JSON that ends too soon', '{"seats":["S-3"]', 'invalid_request'),
  raw('no JSON', 'seats=S-3', 'invalid_request'),
  raw('bytes that are no text', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 'invalid_request'),
  raw(
    'a body of a megabyte',
    JSON.stringify({ seats: ['S-3'], fill: 'x'.repeat(1_000_000) }),
    'body_too_large',
  ),
]

const keyed = (name: string, key: string): BadRequest => ({
  name: `an Idempotency-Key that ${name}`,
  code: 'invalid_request',
  send: ({ carol, path }) =>
    carol.client.call('POST', `${path}/holds`, {
      body: { seats: ['S-3'] },
      headers: { [headers.idempotencyKey]: key },
    }),
})

const keys: readonly BadRequest[] = [
  keyed('has a space', 'two words'),
  keyed('is too long', 'k'.repeat(256)),
  keyed('is not ASCII', 'clé'),
  keyed('is empty', ''),
]

const at = (method: string, path: string, code: ProblemCode = 'not_found'): BadRequest => ({
  name: `${method} ${path}`,
  code,
  send: ({ carol, event }) =>
    carol.client.call(method, path.replace('{event}', event.eventId), {
      ...(method === 'POST' && { body: { seats: ['S-3'] } }),
    }),
})

const unknownHold = `hold_${'x'.repeat(22)}.1.2`

const paths: readonly BadRequest[] = [
  at('GET', '/v1/nothing'),
  at('POST', '/v1/events/nowhere/holds'),
  at('GET', '/v1/events/nowhere'),
  at('GET', '/v1/events/nowhere/seats'),
  at('POST', `/v1/events/${'e'.repeat(65)}/holds`),
  at('POST', '/v1/events/%7B%22$gt%22:%22%22%7D/holds'),
  at('POST', '/v1/events/..%2f{event}/holds'),
  at('POST', '/v1/events/{event}%7D:state/holds'),
  at('GET', `/v1/events/{event}/holds/${unknownHold}`),
  at('GET', '/v1/events/{event}/holds/hold_1'),
  at('GET', `/v1/events/{event}/holds/${unknownHold.replaceAll('.', '%00')}`),
  at('GET', '/v1/bookings/%7B%22$ne%22:null%7D'),
  at('GET', '/v1/bookings/BK-20261123-AAAAAA'),
  at('PATCH', '/v1/events/{event}/holds', 'method_not_allowed'),
  at('DELETE', '/v1/events', 'method_not_allowed'),
  at('GET', '/v1/events?limit=0', 'invalid_request'),
  at('GET', '/v1/events?limit=101', 'invalid_request'),
  at('GET', '/v1/events?sale=soon', 'invalid_request'),
  at('GET', '/v1/bookings?cursor=$gt', 'invalid_request'),
]

const put = (
  name: string,
  part: string,
  body: unknown,
  code: ProblemCode = 'invalid_request',
): BadRequest => ({
  name: `a server that puts ${name}`,
  code,
  send: ({ shop, path }) => shop.server.call('PUT', `${path}${part}`, { body }),
})

const puts: readonly BadRequest[] = [
  put('another currency', '', { name: 'Play', currency: 'USD' }),
  put('no currency', '', { name: 'Play' }),
  put('a currency that is none', '-new', { name: 'Play', currency: 'XXX' }),
  put('a start beyond the calendar', '', {
    ...{ name: 'Play', currency: 'EUR', startsAt: '9999-12-31T23:59:59-05:00' },
  }),
  put('a start without a zone', '', { name: 'Play', currency: 'EUR', startsAt: '2027-02-01T20:00:00' }),
  put('a new seat without a price', '/seats', { seats: [{ id: 'NEW-1', row: 'A' }] }),
  put('a word that is none for what it may do', '/seats?relabel=all', { seats: [{ id: 'S-3', price: 1 }] }),
  put('a hold time of a day', '', { name: 'Play', currency: 'EUR', holdTtlMs: 86_400_000 }),
  put('a negative price', '/seats', { seats: [{ id: 'S-3', price: -1 }] }),
  put('a fraction of a cent', '/seats', { seats: [{ id: 'S-3', price: 0.5 }] }),
  put('a price of text', '/seats', { seats: [{ id: 'S-3', price: '1' }] }),
  put('a seat twice', '/seats', { seats: [1, 2].map((price) => ({ id: 'S-3', price })) }),
  put('a state of its own', '/seats', { seats: [{ id: 'S-2', price: 1, state: 'AVAILABLE' }] }),
  put('a plan without prices', '/plan', {
    plan: { name: 'P', categories: [{ name: 'A' }], zones: [] },
    prices: {},
  }),
  put('seats of an event that is not there', '-not/seats', { seats: [{ id: 'S-3', price: 1 }] }, 'not_found'),
]

const signUp = (name: string, account: object): BadRequest => ({
  name: `an account with ${name}`,
  code: 'invalid_request',
  send: ({ shop }) => {
    const valid = { email: 'eve@example.org', password: 'long enough', name: 'Eve', code: '12345678' }
    return shop.server.call('POST', '/v1/auth/signup', { body: { ...valid, ...account } })
  },
})

const accounts: readonly BadRequest[] = [
  signUp('an operator for an e-mail', { email: { $gt: '' } }),
  signUp('a password that bcrypt would cut off', { password: 'ä'.repeat(37) }),
  signUp('a short password', { password: 'short' }),
  signUp('a role of its own', { role: 'admin' }),
]

/** Requests that cannot be understood, or ask for what is not there. */
export const badRequests: readonly BadRequest[] = [
  ...holds,
  ...bodies,
  ...keys,
  ...paths,
  ...puts,
  ...accounts,
]
