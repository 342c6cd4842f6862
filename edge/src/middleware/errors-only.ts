import { createMiddleware } from 'hono/factory'

/** Hono hands errors to onError and lets whatever else is thrown through: that becomes an error here. */
export const errorsOnly = createMiddleware(async function errorsOnly(_, next) {
  try {
    await next()
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new TypeError(`a ${typeof thrown} was thrown`)
  }
})
