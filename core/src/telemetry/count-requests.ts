import { Problem, ProblemBody } from '@holdfast/contract'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { Overloaded } from '../http/overloaded.ts'
import type { createInstruments } from './instruments.ts'

/** The pattern of the route, which has no ids in it. Middleware is registered for all methods, and is no route. */
const routeOf = (c: Context): string =>
  matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? 'none'

/** What a confirm was told. */
async function outcomeOf({ res, error }: Context): Promise<string> {
  if (error instanceof Problem) return error.code
  if (res.status === 201) return 'confirmed'
  return ProblemBody.parse(await res.clone().json()).code
}

/** Counts and times requests, and what confirms come to. Whatever goes wrong with that, the answer is what it was. */
export function countRequests(to: ReturnType<typeof createInstruments>) {
  const count = async (c: Context<CoreEnv>, route: string) => {
    if (c.error instanceof Overloaded) to.shed.inc({ reason: c.error.reason })
    if (route.endsWith('/confirm')) to.confirms.inc({ code: await outcomeOf(c) })
  }
  return createMiddleware<CoreEnv>(async function countRequests(c, next) {
    const end = to.requestSeconds.startTimer()
    await next()
    const labels = { route: routeOf(c), method: c.req.method, status: c.res.status }
    end(labels)
    to.requests.inc(labels)
    await count(c, labels.route).catch(() => {})
  })
}
