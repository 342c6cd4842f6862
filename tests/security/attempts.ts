import { headers, type ProblemCode } from '@holdfast/contract'
import { callers } from '@holdfast/contract/operations'
import { pageOrigin } from '../e2e/client.ts'
import { type Forgery, forgeriesOf, oldTicketsToken, oldUnifiedToken } from './forgeries.ts'
import type { Asked, Route } from './routes.ts'
import { appHeaders, goodHeaders, type Headers, owner } from './senders.ts'
import type { Stage } from './stage.ts'
import { onPage, onServer, type Shop } from './world.ts'

/** A request by somebody who may not make it, and how it is refused. */
export interface Attempt {
  readonly name: string
  readonly code: ProblemCode
  readonly headers: Headers
  readonly query?: Readonly<Record<string, string>>
}

/** Who and what is refused everywhere. */
export interface Suspects {
  readonly closedShop: Shop
  readonly deactivated: Headers
  readonly signedOut: readonly Forgery[]
  readonly forgedUsers: readonly Forgery[]
  readonly forgedAdmins: readonly Forgery[]
}

/** A key of the right form, of nobody. */
const unknownKey = `hf_sk_${'x'.repeat(52)}`
const foreignOrigins = [
  'https://evil.example',
  `${pageOrigin}.evil.example`,
  `${pageOrigin}:8443`,
  pageOrigin.replace('https', 'http'),
  'null',
]

const without = (sent: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(sent).filter(([key]) => key !== name))

const attempt = (name: string, code: ProblemCode, sent: Headers): Attempt => ({ name, code, headers: sent })

/** Everything that can be wrong with the key of an app, its origin, or the app that is named beside it. */
function appAttempts(route: Route, { world }: Stage, good: Headers, { closedShop }: Suspects): Attempt[] {
  const { shop, other } = world
  const withKey = (key: string) => ({ ...good, [headers.apiKey]: key })
  const wrong: [string, Headers][] = [
    ['a key that is none', withKey('{"$gt":""}')],
    ['a key that nobody has', withKey(unknownKey)],
    ['a key of a thousand letters', withKey('k'.repeat(1_000))],
    ['a key of ours of a thousand letters', withKey(unknownKey.padEnd(1_000, 'x'))],
    ['an empty key', withKey('')],
    ['a publishable key that says it is secret', withKey(shop.publishableKey.replace('_pk_', '_sk_'))],
    ['a key with a letter changed', withKey(`${good[headers.apiKey]?.slice(0, -1)}!`)],
    ['the key of a deactivated app', { ...good, ...appHeaders(route, closedShop) }],
    ['another app named beside the key', { ...good, [headers.appId]: other.appId }],
    ['a predecessor’s key of another app', { ...good, [headers.apiKey]: other.legacyPageKey }],
    ['a predecessor’s server key of another app', { ...good, [headers.apiKey]: other.legacyServerKey }],
    ['the key as a bearer', { ...without(good, headers.apiKey), authorization: `Bearer ${shop.secretKey}` }],
  ]
  const attempts = wrong.map(([name, sent]) => attempt(name, 'invalid_api_key', sent))
  // Users of the pool sign in without any app, and whoever shows no key says nothing of one.
  if (route.caller === 'pool') return [...attempts.slice(0, -1), ...originAttempts(route, shop)]
  attempts.push(attempt('no key', 'invalid_api_key', without(good, headers.apiKey)))
  const inQuery = { ...attempt('the key in the query', 'invalid_api_key', without(good, headers.apiKey)) }
  attempts.push({ ...inQuery, query: { [headers.apiKey]: shop.secretKey, key: shop.secretKey } })
  if (route.api === 'v1') {
    for (const key of [shop.legacyPageKey, shop.legacyServerKey]) {
      const legacy = { ...good, [headers.apiKey]: key, [headers.appId]: shop.appId }
      attempts.push(attempt('a predecessor’s key', 'invalid_api_key', legacy))
    }
  }
  return [...attempts, ...originAttempts(route, shop)]
}

/** Which pages may use which keys, whoever else is signed in. */
function originAttempts(route: Route, shop: Shop): Attempt[] {
  const page = appHeaders({ api: route.api, caller: 'app' }, shop)
  const server = appHeaders({ api: route.api, caller: 'server' }, shop)
  return [
    attempt('a server’s key on a page', 'secret_key_in_browser', { ...server, origin: pageOrigin }),
    attempt('a secret key on a page', 'secret_key_in_browser', { ...onServer(shop), origin: pageOrigin }),
    ...foreignOrigins.map((origin) =>
      attempt(`a page of ${origin}`, 'origin_not_allowed', { ...page, origin }),
    ),
    ...(route.method === 'GET'
      ? []
      : [
          attempt('a page’s key without a page', 'origin_required', without(page, 'origin')),
          attempt('a publishable key without a page', 'origin_required', without(onPage(shop), 'origin')),
        ]),
  ]
}

const bearing = (good: Headers, forged: readonly Forgery[], code: ProblemCode): Attempt[] =>
  forged.map(({ name, token }) => attempt(name, code, { ...good, authorization: `Bearer ${token}` }))

/** Everything that can be wrong with who a buyer says to be. */
async function buyerAttempts(
  route: Route,
  { world, elsewhere: signedInElsewhere }: Stage,
  good: Headers,
  { deactivated, forgedUsers, signedOut }: Suspects,
): Promise<Attempt[]> {
  const bad: ProblemCode = route.api === 'tickets' ? 'forbidden' : 'invalid_token'
  const admin = await world.adminToken()
  const { token: elsewhere } = await world.tokens.issueGuestToken('gst_1', world.other.appId)
  const foreign: Forgery[] = [
    { name: 'an admin’s token', token: admin },
    { name: 'a guest of another app', token: elsewhere },
    ...signedOut,
  ]
  if (route.api === 'v1') {
    const { token } = await world.tokens.issueUserToken('usr_1', null)
    foreign.push({ name: 'a token for the predecessors’ routes', token })
  }
  if (route.api !== 'tickets') foreign.push({ name: 'a token of TicketS', token: await oldTicketsToken() })
  if (route.api !== 'unified') {
    foreign.push({ name: 'a token of Unified Booking', token: await oldUnifiedToken(world.core.platform) })
  }
  const nobody = without(good, 'authorization')
  const attempts = [
    ...bearing(good, [...forgedUsers, ...foreign], bad),
    attempt('nobody', 'invalid_token', nobody),
    attempt('a user who was deactivated', bad, { ...good, ...deactivated }),
    attempt('the buyer by the token of another app', bad, { ...good, ...signedInElsewhere }),
  ]
  if (route.api === 'tickets') return attempts
  const vouched = { ...nobody, [headers.externalUserId]: 'user-1' }
  attempts.push(attempt('a page that vouches for a user', 'forbidden', vouched))
  if (route.caller === 'account') {
    const { token } = await world.tokens.issueGuestToken('gst_1', world.shop.appId)
    attempts.push(attempt('a guest', 'forbidden', { ...good, authorization: `Bearer ${token}` }))
    const named = { ...onServer(world.shop), [headers.externalUserId]: 'user-1' }
    attempts.push(attempt('a server for its own user', 'forbidden', named))
  }
  if (route.api === 'v1') {
    const both = { ...good, [headers.externalUserId]: 'user-1' }
    attempts.push(attempt('a token and a word beside it', 'invalid_request', both))
  }
  return attempts
}

/** Everything that can be wrong with who says to be the operator. */
async function adminAttempts({ world, buyer }: Stage, { forgedAdmins }: Suspects): Promise<Attempt[]> {
  const token = await world.adminToken()
  const good = { authorization: `Bearer ${token}` }
  const signatureAt = token.lastIndexOf('.') + 1
  // Its first letter: the bits of the last one do not all count.
  const other = token[signatureAt] === 'A' ? 'B' : 'A'
  const changed = token.slice(0, signatureAt) + other + token.slice(signatureAt + 1)
  const foreign = { name: 'the admin’s own token, changed', token: changed }
  return [
    ...bearing({}, [...forgedAdmins, foreign], 'invalid_token'),
    attempt('nobody', 'invalid_token', {}),
    attempt('a user', 'invalid_token', buyer),
    attempt('an app’s server', 'invalid_token', onServer(world.shop)),
    attempt('a user on a page of an app', 'invalid_token', { ...onServer(world.shop), ...buyer }),
    ...[pageOrigin, ...foreignOrigins].map((origin) =>
      attempt(`the admin on a page of ${origin}`, 'origin_not_allowed', { ...good, origin }),
    ),
  ]
}

const providerAttempts = (good: Headers): Attempt[] =>
  [
    ['no signature', {}],
    ['an empty signature', { 'x-razorpay-signature': '' }],
    ['the signature of something else', { 'x-razorpay-signature': 'a'.repeat(64) }],
    [
      'the signature in a header of another provider',
      {
        'stripe-signature': good['x-razorpay-signature'] ?? '',
      },
    ],
  ].map(([name, sent]) => attempt(String(name), 'invalid_signature', sent as Headers))

/** Everybody who may not call a route, one by one: it follows from who may. */
export async function attemptsOn(
  route: Route,
  stage: Stage,
  asked: Asked,
  suspects: Suspects,
): Promise<Attempt[]> {
  const { grantedTo: _, ...anybody } = route
  const good = await goodHeaders(stage.world, anybody, asked, owner(stage))
  if (route.caller === 'provider') return providerAttempts(good)
  if (route.caller === 'admin') return adminAttempts(stage, suspects)
  if (route.caller === 'anybody') return loginAttempts(route)
  const attempts: Attempt[] = []
  const { key, user } = route.caller === 'pool' ? callers.app : callers[route.caller]
  if (route.api !== 'tickets') attempts.push(...appAttempts(route, stage, good, suspects))
  if (user !== 'none') attempts.push(...(await buyerAttempts(route, stage, good, suspects)))
  if (key === 'secret') {
    const page = appHeaders({ api: route.api, caller: 'app' }, stage.world.shop)
    attempts.push(attempt('a page', 'forbidden', page))
    attempts.push(attempt('a user on a page', 'forbidden', { ...page, ...stage.buyer }))
  }
  return attempts
}

/** Who signs the admin in needs to show nothing, but not from any page. */
const loginAttempts = ({ path }: Route): Attempt[] =>
  path.endsWith('/admin/login')
    ? [pageOrigin, ...foreignOrigins].map((origin) =>
        attempt(`a page of ${origin}`, 'origin_not_allowed', { origin }),
      )
    : []

/** Everybody who is refused wherever they come. */
export async function suspectsOf(
  { world }: Pick<Stage, 'world'>,
  published: unknown,
  { deactivated, signedOut }: Pick<Suspects, 'deactivated' | 'signedOut'>,
): Promise<Suspects> {
  const closedShop = await world.openShop()
  await world.store.updateIf(closedShop.appId, 'apps', {}, { set: { active: false } })
  const { platform } = world.core
  return {
    closedShop,
    deactivated,
    signedOut,
    forgedUsers: await forgeriesOf('user', platform, published),
    forgedAdmins: await forgeriesOf('admin', platform, published),
  }
}
