import { headers } from './headers.ts'
import { strictTransportSeconds } from './limits.ts'
import type { Problem } from './problems.ts'

/** What every answer says: it is of no other type than it tells, and whoever came over TLS comes back over TLS. */
export const secureHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': `max-age=${strictTransportSeconds}`,
}

/** Whether a request only reads. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** A refusal as an RFC 9457 response. Bodies of refusals are never stored by caches. */
export function problemResponse(problem: Problem, requestId?: string): Response {
  const response = new Response(JSON.stringify(problem.body(requestId)), {
    status: problem.kind.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...secureHeaders },
  })
  if (problem.retryAfterSeconds !== undefined) {
    response.headers.set(headers.retryAfter, String(problem.retryAfterSeconds))
  }
  return response
}
