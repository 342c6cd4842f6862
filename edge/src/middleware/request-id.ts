import { headers, newId, type Platform, strictTransportSeconds } from '@holdfast/contract'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'
import type { ClientAddress } from '../ports.ts'

/** No answer is taken for another type than it says, and whoever came over TLS comes back over TLS. */
const secured = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': `max-age=${strictTransportSeconds}`,
} as const

/** Opens every request with an id of its own and closes it with the headers that every answer carries. */
export function requestId(platform: Platform, clientAddress: ClientAddress) {
  return createMiddleware<EdgeEnv>(async function requestId(c, next) {
    const id = newId('req', platform.random)
    c.set('requestId', id)
    c.set('clientAddress', clientAddress(c))
    c.set('always', { [headers.requestId]: id, ...secured })
    c.set('note', {})
    c.set('afterwards', (work) => letGoOn(c, work))
    await next()
    for (const [name, value] of Object.entries(c.get('always'))) c.res.headers.set(name, value)
  })
}

function letGoOn(c: Context, work: Promise<unknown>): void {
  const quiet = work.catch(() => {})
  try {
    c.executionCtx.waitUntil(quiet)
  } catch {
    // Only Workers stop what nobody waits for; elsewhere there is no such context.
  }
}
