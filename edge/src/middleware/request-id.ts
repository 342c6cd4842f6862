import { headers, newId, type Platform, secureHeaders } from '@holdfast/contract'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'
import type { ClientAddress } from '../ports.ts'

/** Opens every request with an id of its own and closes it with the headers that every answer carries. */
export function requestId(platform: Platform, clientAddress: ClientAddress) {
  return createMiddleware<EdgeEnv>(async function requestId(c, next) {
    const id = newId('req', platform.random)
    c.set('requestId', id)
    c.set('clientAddress', clientAddress(c))
    c.set('always', { [headers.requestId]: id, ...secureHeaders })
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
