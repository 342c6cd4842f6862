import { BookingPage, BookingView, PageQuery, Problem } from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { pagePath } from '../event-reader.ts'
import { pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { BookingPath } from './paths.ts'

/** A compact JWS. */
const receiptShape = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Bookings, as core has them: a buyer reads their own, a server all of its app. */
export function bookingRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>()
    .get('/', guards.app, guards.userIfAny, query(PageQuery), async (c) => {
      const path = pagePath('/v1/bookings', c.req.valid('query'))
      const { text } = await core.ask(BookingPage, { method: 'GET', path, caller: c.var })
      return jsonText(text, 200, noStore)
    })
    .get('/:bookingId', guards.app, guards.userIfAny, pathIds(BookingPath), async (c) => {
      const path = `/v1/bookings/${c.req.valid('param').bookingId}`
      const { text } = await core.ask(BookingView, { method: 'GET', path, caller: c.var })
      return jsonText(text, 200, noStore)
    })
    .get('/:bookingId/receipt', guards.app, guards.userIfAny, pathIds(BookingPath), async (c) => {
      const path = `/v1/bookings/${c.req.valid('param').bookingId}/receipt`
      const answer = await core.send({ method: 'GET', path, caller: c.var })
      if (answer.kind === 'refusal') throw answer.problem
      if (answer.kind === 'silence' || !receiptShape.test(answer.text)) {
        throw new Problem('dependency_unavailable', {}, 1)
      }
      return c.body(answer.text, 200, { 'content-type': 'application/jwt', ...noStore })
    })
}
