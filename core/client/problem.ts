import type { ToldProblem } from './errors.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const errorsOf = (value: unknown): ToldProblem['errors'] =>
  itemsOf(value).flatMap((error) => {
    if (!isObject(error)) return []
    const path = textOf(error.path) ?? ''
    const examples = itemsOf(error.examples).filter((place) => typeof place === 'string')
    const repeats = typeof error.count === 'number' ? { count: error.count, examples } : {}
    return [{ path, message: textOf(error.message) ?? '', ...repeats }]
  })

/** Whether it may end by itself, of a problem that does not say so. */
const isPassing = (status: number): boolean => status >= 500 || status === 429 || status === 202

/**
 * Reads a problem; undefined: it is none of the service's. The service holds itself to its schemas. A client does not,
 * which would refuse what a newer service has learned to say: a page stays open while the service behind it is renewed.
 */
export function problemTold(body: unknown, status: number): ToldProblem | undefined {
  if (!isObject(body) || typeof body.code !== 'string') return undefined
  const { code, retryable } = body
  return {
    code,
    status,
    title: textOf(body.title) ?? 'The request was refused',
    detail: textOf(body.detail) ?? `Go by the status, which is ${status}.`,
    retryable: typeof retryable === 'boolean' ? retryable : isPassing(status),
    requestId: textOf(body.requestId),
    seats: itemsOf(body.seats).filter((seat) => typeof seat === 'string'),
    errors: errorsOf(body.errors),
    bookingId: textOf(body.bookingId),
    opensAt: textOf(body.opensAt),
    scope: textOf(body.scope),
    limit: typeof body.limit === 'number' ? body.limit : undefined,
    holds: itemsOf(body.holds).filter((hold) => typeof hold === 'string'),
  }
}
