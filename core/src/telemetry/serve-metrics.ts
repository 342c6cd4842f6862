import { createServer } from 'node:http'
import type { Metrics } from './metrics.ts'

/** Where metrics are told. */
export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** Tells metrics at `/metrics` on a port of their own, which no ingress shows; to GET only, and nothing else. */
export function serveMetrics(metrics: Metrics, { host, port }: MetricsAddress) {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end()
    void metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(port, host)
  return {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
