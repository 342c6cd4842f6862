import type { AnyCode } from '@holdfast/contract'
import type { HoldReply, Inventory } from '@holdfast/inventory'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { holdProblem } from '../hold-problems.ts'

/** Why the seats were not held; null: they were. */
function refusalOf(reply: HoldReply): AnyCode | null {
  if ('hold' in reply) return null
  return reply.word === 'not_ready' ? 'event_not_ready' : holdProblem(reply).code
}

/** What Prometheus is told of an edge on Node. On Workers nobody can ask, and the log has the codes. */
export function createEdgeMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const refusals = new Counter({
    name: 'holdfast_hold_refusals_total',
    help: 'Holds that Redis refused, by the code that was answered.',
    labelNames: ['code'],
    registers: [registry],
  })
  return {
    /** An inventory whose refusals of holds are counted. */
    counted: (inventory: Inventory): Inventory => ({
      ...inventory,
      async hold(event, call) {
        const refused = (code: AnyCode) => refusals.inc({ code })
        try {
          const reply = await inventory.hold(event, call)
          const code = refusalOf(reply)
          if (code !== null) refused(code)
          return reply
        } catch (error) {
          refused('dependency_unavailable')
          throw error
        }
      },
    }),
    /** Tells metrics at `/metrics`, and nothing else, on a port of their own, which no ingress shows. */
    serve: (hostname: string, port: number) => {
      const type = { 'content-type': registry.contentType }
      const app = new Hono().get('/metrics', async (c) => c.body(await registry.metrics(), 200, type))
      return serve({ fetch: app.fetch, hostname, port })
    },
  }
}
