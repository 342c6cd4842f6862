import { clientDeadlines } from '@holdfast/contract'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Metrics } from './metrics.ts'

/** Where metrics are told. */
export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** Tells metrics at `/metrics`, and nothing else, on a port of their own, which no ingress shows. */
export function serveMetrics(
  { text, contentType }: Pick<Metrics, 'text' | 'contentType'>,
  at: MetricsAddress,
) {
  const app = new Hono().get('/metrics', async (c) =>
    c.body(await text(), 200, { 'content-type': contentType }),
  )
  return serve({ fetch: app.fetch, hostname: at.host, port: at.port, serverOptions: clientDeadlines })
}
