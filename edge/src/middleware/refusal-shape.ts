import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'
import type { RefusalShape } from '../refusals.ts'

/**
 * Has every refusal below these paths in the words of a predecessor, whoever refuses: its own routes, a guard of all
 * routes, a path or method that is not there, a fault.
 */
export const refusalShape = (paths: RegExp, shape: RefusalShape) =>
  createMiddleware<EdgeEnv>(async function refusalShape(c, next) {
    if (paths.test(c.req.path)) c.set('refusalShape', shape)
    await next()
  })
