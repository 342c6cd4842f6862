import { headers } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { unifiedAdminPaths } from '../compat/unified-booking/paths.ts'
import type { EdgeEnv } from '../context.ts'

const allowMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

const allowHeaders = [
  'authorization',
  'content-type',
  headers.idempotencyKey,
  headers.appId,
  headers.apiKey,
  headers.externalUserId,
  headers.externalUserEmail,
  headers.externalUserName,
  'if-none-match',
  'last-event-id',
  'traceparent',
].join(', ')

const exposeHeaders = [
  'etag',
  'location',
  headers.retryAfter,
  headers.rateLimitLimit,
  headers.rateLimitRemaining,
  headers.rateLimitReset,
  headers.idempotentReplayed,
  headers.idempotencyKey,
  headers.requestId,
  headers.version,
].join(', ')

const maxAgeSeconds = 7_200

/** Whether an origin is in a list of exact origins, in which `localhost` means every port of this machine. */
export function isListed(origin: string, list: readonly string[]): boolean {
  if (list.includes(origin)) return true
  return list.includes('localhost') && /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/.test(origin)
}

/**
 * Lets pages read the answers, refusals too. Not an authorisation: whose origin may use a key is checked where the
 * key is. No cookies are involved, so the origin may be echoed; `null`, which any sandbox can claim, is not.
 * Not Hono's own: that copies every response twice, which costs the Node entry its fast path.
 */
export function cors(adminOrigins: readonly string[]) {
  const mayRead = (origin: string, path: string): boolean =>
    path.startsWith('/v1/admin/') || unifiedAdminPaths.test(path)
      ? isListed(origin, adminOrigins)
      : /^https?:\/\//.test(origin)

  return createMiddleware<EdgeEnv>(async function cors(c, next) {
    if (c.req.method === 'OPTIONS') c.res = preflight()
    else await next()

    const answer = c.res.headers
    const vary = answer.get('vary')
    if (!vary?.toLowerCase().includes('origin')) answer.set('vary', vary ? `Origin, ${vary}` : 'Origin')
    const origin = c.req.header('origin')
    if (origin !== undefined && mayRead(origin, c.req.path)) {
      answer.set('access-control-allow-origin', origin)
      answer.set('access-control-expose-headers', exposeHeaders)
    }
  })
}

const preflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': allowMethods,
      'access-control-allow-headers': allowHeaders,
      'access-control-max-age': String(maxAgeSeconds),
    },
  })
