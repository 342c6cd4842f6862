import { headers } from '@holdfast/contract'
import type { ClientOptions } from './client.ts'
import { headerKey, headerValue } from './header-values.ts'
import type { Route } from './route.ts'

/** A request as it is sent, and sent again. */
export interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** Puts what the caller gave into the path, the query and the body. */
export function requestOf(
  route: Route,
  input: Readonly<Record<string, unknown>>,
  {
    options,
    accept,
    idempotencyKey,
  }: {
    readonly options: ClientOptions
    readonly accept: string
    readonly idempotencyKey: string | undefined
  },
): Sent {
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined))
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const part = encodeURIComponent(String(rest.get(name)))
    rest.delete(name)
    return part
  })
  const url = new URL(options.baseUrl.replace(/\/$/, '') + path)
  // A URL takes a part of one or two dots for a way up.
  if (!url.pathname.endsWith(path)) throw new TypeError(`${path} is no path of an id`)
  for (const name of route.hasBody ? (route.query ?? []) : [...rest.keys()]) {
    if (rest.has(name)) url.searchParams.set(name, String(rest.get(name)))
    rest.delete(name)
  }
  return {
    url: url.href,
    method: route.method,
    headers: {
      accept: `${accept}, application/problem+json`,
      ...(route.hasBody && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { [headers.idempotencyKey]: headerKey(idempotencyKey) }),
      ...credentialsOf(route, options),
      ...options.headers,
    },
    body: route.hasBody ? JSON.stringify(Object.fromEntries(rest)) : undefined,
  }
}

/** What the operation asks for, and no other secret. */
function credentialsOf({ shows }: Route, options: ClientOptions): Record<string, string> {
  const { apiKey, userToken, externalUser, adminToken } = options
  const bearer = (token: string | undefined) => token !== undefined && { authorization: `Bearer ${token}` }
  if (shows === 'admin') return { ...bearer(adminToken) }
  const isBuyer = shows === 'buyer'
  return {
    ...(shows !== 'nothing' && apiKey !== undefined && { [headers.apiKey]: apiKey }),
    ...(isBuyer && bearer(userToken)),
    ...(isBuyer && externalUser && vouched(externalUser)),
  }
}

const vouched = ({ id, email, name }: NonNullable<ClientOptions['externalUser']>) => ({
  [headers.externalUserId]: headerValue(id),
  ...(email !== undefined && { [headers.externalUserEmail]: headerValue(email) }),
  ...(name !== undefined && { [headers.externalUserName]: headerValue(name) }),
})
