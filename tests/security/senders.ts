import { headers } from '@holdfast/contract'
import { hexOf } from '../../core/src/payments/razorpay/signatures.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { pageOrigin } from '../e2e/client.ts'
import { type Asked, pathOf, type Route } from './routes.ts'
import { secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import { onPage, onServer, type Shop, type World } from './world.ts'

export type Headers = Readonly<Record<string, string>>

/** Somebody who has all that a caller of a route needs. */
export interface Sender {
  readonly shop: Shop
  /** The buyer's token, if it is a buyer. */
  readonly buyer: Headers
}

/** What the app sends of itself on each API: its page, or its server where only that may call. */
export function appHeaders(
  { api, caller, grantedTo }: Pick<Route, 'api' | 'caller' | 'grantedTo'>,
  shop: Shop,
): Headers {
  const isServer = (grantedTo ?? caller) === 'server'
  if (api === 'v1') return isServer ? onServer(shop) : onPage(shop)
  const app = { [headers.appId]: shop.appId }
  return isServer
    ? { ...app, [headers.apiKey]: shop.legacyServerKey }
    : { ...app, [headers.apiKey]: shop.legacyPageKey, origin: pageOrigin }
}

/** The signature that Razorpay puts on what it sends. */
async function signatureOf({ core }: World, body: unknown): Promise<Headers> {
  const encode = (text: string) => new TextEncoder().encode(text)
  const digest = await core.platform.hmacSha256(encode(secrets.webhook), encode(JSON.stringify(body)))
  return { 'x-razorpay-signature': hexOf(digest) }
}

/** The headers with which a route grants what is asked. */
export async function goodHeaders(
  world: World,
  route: Route,
  { body }: Asked,
  { shop, buyer }: Sender,
): Promise<Headers> {
  switch (route.grantedTo ?? route.caller) {
    case 'anybody':
      return {}
    case 'pool':
    case 'app':
    case 'server':
      return appHeaders(route, shop)
    case 'buyer':
    case 'account':
    case 'reader':
      return route.api === 'tickets' ? buyer : { ...appHeaders(route, shop), ...buyer }
    case 'admin':
      return { authorization: `Bearer ${await world.adminToken()}` }
    case 'provider':
      return signatureOf(world, body)
  }
}

/** Sends what a route is asked, with these headers. */
export function sendTo(world: World, route: Route, asked: Asked, sent: Headers): Promise<ApiAnswer> {
  const { method } = route
  const { body } = asked
  return world.send({
    ...{ method, path: pathOf(route, asked), headers: sent },
    ...(body !== undefined && { body }),
  })
}

/** The first app with the buyer of a stage. */
export const owner = ({ world, buyer }: Stage): Sender => ({ shop: world.shop, buyer })
