import { headers } from './headers.ts'
import type { Problem } from './problems.ts'

/** Whether a request only reads. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** A refusal as an RFC 9457 response. Bodies of refusals are never stored by caches. */
export function problemResponse(problem: Problem, requestId?: string): Response {
  const response = new Response(JSON.stringify(problem.body(requestId)), {
    status: problem.kind.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
  if (problem.retryAfterSeconds !== undefined) {
    response.headers.set(headers.retryAfter, String(problem.retryAfterSeconds))
  }
  return response
}
