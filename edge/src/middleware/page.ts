import { createMiddleware } from 'hono/factory'

/**
 * What a page of ours may do: load and ask its own origin, and nothing else. No inline script or style, no eval, no
 * frame around it.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Sends a page with the strictest headers that it works with. */
export const page = createMiddleware(async function page(c, next) {
  await next()
  const { headers } = c.res
  headers.set('content-security-policy', policy)
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cache-control', 'public, max-age=300')
})
