import { headers } from '@holdfast/contract'
import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import { unifiedAdminPaths } from '../compat/unified-booking/paths.ts'
import type { EdgeEnv } from '../context.ts'

const allowMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** What is ours, for whom asks for none by name. */
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
  headers.ticket,
].join(', ')

const maxAgeSeconds = 7_200

/** Whether a browser asks if a page of another origin may send what comes next. */
export const isPreflight = (request: Pick<HonoRequest, 'method' | 'header'>): boolean =>
  request.method === 'OPTIONS' && request.header('access-control-request-method') !== undefined

/** Whether an origin is in a list of exact origins, in which `localhost` means every port of this machine. */
export function isListed(origin: string, list: readonly string[]): boolean {
  if (list.includes(origin)) return true
  return list.includes('localhost') && /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/.test(origin)
}

const headerName = /^[\w!#$%&'*+.^`|~-]{1,256}$/

/** Whether this is a list of names of headers, as a preflight sends one. */
const areHeaders = (list: string): boolean => list.split(',').every((name) => headerName.test(name.trim()))

/**
 * Lets pages read the answers, refusals too. Not an authorisation: whose origin may use a key is checked where the
 * key is. No cookies are involved, so the origin may be echoed, and so may the headers that a page wants to send: what
 * counts of them is looked at where it counts. `null`, which any sandbox can claim, is not echoed.
 * Not Hono's own: that copies every response twice, which costs the Node entry its fast path.
 */
export function cors(adminOrigins: readonly string[]) {
  const mayRead = (origin: string, path: string): boolean =>
    path.startsWith('/v1/admin/') || unifiedAdminPaths.test(path)
      ? isListed(origin, adminOrigins)
      : /^[a-z][a-z0-9+.-]{0,63}:\/\//.test(origin)

  return createMiddleware<EdgeEnv>(async function cors(c, next) {
    await next()
    const answer = c.res.headers
    const vary = answer.get('vary')
    if (!vary?.toLowerCase().includes('origin')) answer.set('vary', vary ? `Origin, ${vary}` : 'Origin')
    if (isPreflight(c.req)) tellPreflight(c.req, answer)
    const origin = c.req.header('origin')
    if (origin !== undefined && mayRead(origin, c.req.path)) {
      answer.set('access-control-allow-origin', origin)
      answer.set('access-control-expose-headers', exposeHeaders)
    }
  })
}

function tellPreflight(request: Pick<HonoRequest, 'header'>, answer: Headers): void {
  const asked = request.header('access-control-request-headers') ?? ''
  answer.append('vary', 'Access-Control-Request-Headers')
  answer.set('access-control-allow-methods', allowMethods)
  answer.set('access-control-allow-headers', areHeaders(asked) ? asked : allowHeaders)
  answer.set('access-control-max-age', String(maxAgeSeconds))
}
