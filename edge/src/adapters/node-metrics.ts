import { type AnyCode, clientDeadlines } from '@holdfast/contract'
import type { HoldReply, Inventory } from '@holdfast/inventory'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { holdProblem } from '../hold-problems.ts'
import type { AddressFault } from './node-client-address.ts'

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
  const budgets = new Counter({
    name: 'holdfast_address_budget_total',
    help: 'Holds that were more than their client address, or its network, may have: refused, or only observed.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const addresses = new Counter({
    name: 'holdfast_client_address_faults_total',
    help: 'Requests whose client address is none, or that of a private network and no proxy is named.',
    labelNames: ['fault'],
    registers: [registry],
  })
  // A series that is not there cannot be watched.
  for (const fault of ['unreadable', 'private'] as const) addresses.inc({ fault }, 0)
  for (const outcome of ['refused', 'observed'] as const) budgets.inc({ outcome }, 0)
  const budget = (reply: HoldReply) => {
    if (reply.word === 'held_over') budgets.inc({ outcome: 'observed' })
    if (reply.word === 'too_many' && reply.scope !== 'owner') budgets.inc({ outcome: 'refused' })
  }
  return {
    addressFault: (fault: AddressFault) => addresses.inc({ fault }),

    /** An inventory whose refusals of holds are counted. */
    counted: (inventory: Inventory): Inventory => ({
      ...inventory,
      async hold(event, call) {
        const refused = (code: AnyCode) => refusals.inc({ code })
        try {
          const reply = await inventory.hold(event, call)
          const code = refusalOf(reply)
          if (code !== null) refused(code)
          budget(reply)
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
      return serve({ fetch: app.fetch, hostname, port, serverOptions: clientDeadlines })
    },
  }
}
