import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { Overloaded } from '../http/overloaded.ts'
import type { createInstruments } from './instruments.ts'

/** The pattern of the route, which has no ids in it. Middleware is registered for all methods, and is no route. */
const routeOf = (c: Context): string =>
  matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? 'none'

/** Counts and times requests, and what confirms come to. */
export function countRequests(to: ReturnType<typeof createInstruments>) {
  return createMiddleware<CoreEnv>(async function countRequests(c, next) {
    const end = to.requestSeconds.startTimer()
    await next()
    const labels = { route: routeOf(c), method: c.req.method, status: c.res.status }
    end(labels)
    to.requests.inc(labels)
    if (c.error instanceof Overloaded) to.shed.inc({ reason: c.error.reason })
    const outcome = c.get('code') ?? (c.res.status === 201 ? 'confirmed' : null)
    if (outcome !== null && labels.route.endsWith('/confirm')) to.confirms.inc({ code: outcome })
  })
}
