import { problemTypeOf } from '@holdfast/contract'

/*
 * What a core of another version may say to this edge.
 */

/** A code that no version of this edge knows. */
export const newCode = 'seat_on_the_moon'
/** What the core that knows the code says of it. */
export const newTitle = 'The seat is on the moon'

/** A refusal with a code of another version, and with a member that is for an edge of that version. */
export const newRefusal = (status: number, more: Record<string, string> = {}): Response => {
  const text = JSON.stringify({
    ...{ type: problemTypeOf(newCode), title: newTitle, status, detail: 'Wait for the tide.', code: newCode },
    ...{ retryable: false, seats: ['A-1'], tide: 'for the newer edge', requestId: 'req_core' },
  })
  return new Response(text, { status, headers: { 'content-type': 'application/problem+json', ...more } })
}

/** Every class of status, and what Retry-After comes with it. */
export const refusedStatuses: readonly (readonly [status: number, retryAfter: string | null])[] = [
  ...[400, 401, 402, 403, 404, 409, 410, 422].map((status) => [status, null] as const),
  [429, '7'],
  [500, null],
  [503, '7'],
]

/** The header that says so. */
export const retryAfterOf = (seconds: string | null): Record<string, string> =>
  seconds === null ? {} : { 'retry-after': seconds }

/** Something on a chart that this version has no shape for. */
export const newArea = {
  ...{ shape: 'spiral', turns: 3, x: 0, y: 0, rotation: 0, color: null, borderColor: null },
  ...{ width: null, height: null, points: null, text: null },
}
