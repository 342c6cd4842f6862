import {
  foreignIdLengthMax,
  headers,
  type ProblemCode,
  principal,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { SignJWT, UnsecuredJWT } from 'jose'
import { pageOrigin } from './client.ts'
import type { BadRequest, Stage } from './stage.ts'

type Headers = Readonly<Record<string, string>>

/** A hold by somebody with these headers and no others. */
const as = (
  name: string,
  code: ProblemCode,
  headersOf: (stage: Stage) => Headers | Promise<Headers>,
): BadRequest => ({
  name,
  code,
  async send(stage) {
    const always = await headersOf(stage)
    const body = { seats: ['S-3'] }
    return stage.nobody.call('POST', `${stage.path}/holds`, { headers: always, body })
  },
})

const page = ({ shop }: Stage): Headers => ({ [headers.apiKey]: shop.publishableKey, origin: pageOrigin })
const server = ({ shop }: Stage): Headers => ({ [headers.apiKey]: shop.secretKey })
const user: Headers = { [headers.externalUserId]: 'user-1' }

const keys: readonly BadRequest[] = [
  as('no key', 'invalid_api_key', () => user),
  as('a key that is none', 'invalid_api_key', () => ({ ...user, [headers.apiKey]: '{"$gt":""}' })),
  as('a key that nobody has', 'invalid_api_key', () => ({
    ...user,
    [headers.apiKey]: `hf_sk_${'x'.repeat(52)}`,
  })),
  as('a publishable key that says it is secret', 'invalid_api_key', ({ shop }) => ({
    ...user,
    [headers.apiKey]: shop.publishableKey.replace('hf_pk_', 'hf_sk_'),
  })),
  as('a key of another app than the one that is named', 'invalid_api_key', (stage) => ({
    ...server(stage),
    ...user,
    [headers.appId]: stage.otherShop.appId,
  })),
  as('a secret key on a page', 'secret_key_in_browser', (stage) => ({
    ...server(stage),
    ...user,
    origin: pageOrigin,
  })),
  as('a publishable key without a page', 'origin_required', ({ shop }) => ({
    [headers.apiKey]: shop.publishableKey,
  })),
]

const origins: readonly BadRequest[] = [
  'https://evil.example',
  `${pageOrigin}.evil.example`,
  `${pageOrigin}:8443`,
  pageOrigin.replace('https', 'http'),
  'null',
].map((origin) => as(`a page of ${origin}`, 'origin_not_allowed', (stage) => ({ ...page(stage), origin })))

interface Forgery {
  readonly secret?: string
  readonly typ?: string
  readonly audience?: string
  readonly issuer?: string
  readonly issuedAt?: number
  readonly expiresAt?: number
}

const nowSeconds = () => Math.floor(Date.now() / 1000)

/** A guest's token that is as core makes it, but for what is forged. */
async function forge({ world, shop }: Stage, forged: Forgery): Promise<Headers> {
  const { typ, audience } = tokenKinds.user
  const token = await new SignJWT({ app: shop.appId })
    .setProtectedHeader({ alg: 'HS256', typ: forged.typ ?? typ })
    .setIssuer(forged.issuer ?? tokenIssuer)
    .setAudience(forged.audience ?? audience)
    .setSubject(principal.guest('gst_forged'))
    .setJti('tok_forged')
    .setIssuedAt(forged.issuedAt ?? nowSeconds())
    .setExpirationTime(forged.expiresAt ?? nowSeconds() + 60)
    .sign(new TextEncoder().encode(forged.secret ?? world.stack.secrets.userTokenSecret))
  return { authorization: `Bearer ${token}` }
}

const forged = (name: string, forgery: (stage: Stage) => Forgery): BadRequest =>
  as(`a token ${name}`, 'invalid_token', async (stage) => ({
    ...page(stage),
    ...(await forge(stage, forgery(stage))),
  }))

const tokens: readonly BadRequest[] = [
  forged('signed by somebody else', () => ({ secret: 'not the secret of this Holdfast, but long' })),
  forged('signed with the secret of admins', ({ world }) => ({
    secret: world.stack.secrets.adminTokenSecret,
  })),
  forged('that has expired', () => ({ issuedAt: nowSeconds() - 600, expiresAt: nowSeconds() - 60 })),
  forged('for another audience', () => ({ audience: tokenKinds.admin.audience })),
  forged('of another type', () => ({ typ: tokenKinds.edge.typ })),
  forged('of another issuer', () => ({ issuer: 'somebody' })),
  as('a token without a signature', 'invalid_token', (stage) => {
    const unsigned = new UnsecuredJWT({ app: stage.shop.appId, sub: 'guest:gst_1', jti: 'tok_1' })
    return { ...page(stage), authorization: `Bearer ${unsigned.setExpirationTime('1h').encode()}` }
  }),
  as('a token that is none', 'invalid_token', (stage) => ({ ...page(stage), authorization: 'Bearer x' })),
  as('no token on a page', 'invalid_token', page),
  as('a server that names no user', 'invalid_token', server),
]

const persons: readonly BadRequest[] = [
  as('a page that vouches for a user', 'forbidden', (stage) => ({ ...page(stage), ...user })),
  as('a user whose id has no end', 'invalid_request', (stage) => ({
    ...server(stage),
    [headers.externalUserId]: 'x'.repeat(foreignIdLengthMax + 1),
  })),
  {
    name: 'a guest of another app',
    code: 'invalid_token',
    async send({ otherShop, guests, path }) {
      const foreign = { [headers.apiKey]: otherShop.publishableKey }
      return guests.alice.with(foreign).call('POST', `${path}/holds`, { body: { seats: ['S-3'] } })
    },
  },
  {
    name: 'a guest who is vouched for as well',
    code: 'invalid_request',
    send: ({ guests, path }) =>
      guests.alice.call('POST', `${path}/holds`, { headers: user, body: { seats: ['S-3'] } }),
  },
  {
    name: 'another app that asks for the same event',
    code: 'not_found',
    send: ({ otherShop, path }) =>
      otherShop.user('user-1').call('POST', `${path}/holds`, { body: { seats: ['S-3'] } }),
  },
  {
    name: 'another app that reads a booking',
    code: 'not_found',
    send: ({ otherShop, booking }) => otherShop.server.call('GET', `/v1/bookings/${booking.id}`),
  },
]

const pagePuts: readonly BadRequest[] = [
  ['an event', '', { name: 'Mine', currency: 'EUR' }],
  ['seats', '/seats', { seats: [{ id: 'S-3', price: 0 }] }],
  ['a plan', '/plan', { plan: {}, prices: {} }],
].map(([what, part, body]) => ({
  name: `a page that puts ${what}`,
  code: 'forbidden',
  send: ({ carol, path }) => carol.client.call('PUT', `${path}${part}`, { body }),
}))

const adminApps = '/v1/admin/apps'
const admins: readonly BadRequest[] = [
  {
    name: 'an admin without a token',
    code: 'invalid_token',
    send: ({ nobody }) => nobody.call('POST', adminApps, { body: { name: 'Mine' } }),
  },
  {
    name: 'a guest as admin',
    code: 'invalid_token',
    async send(stage) {
      const guest = await forge(stage, {})
      return stage.nobody.call('POST', adminApps, { headers: guest, body: { name: 'Mine' } })
    },
  },
]

/** Requests by somebody who may not make them. */
export const badCredentials: readonly BadRequest[] = [
  ...[keys, origins, tokens, persons, pagePuts, admins].flat(),
]
