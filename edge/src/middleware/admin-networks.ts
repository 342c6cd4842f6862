import { createMiddleware } from 'hono/factory'
import { networkFinder, readAddress } from '../client-address.ts'
import { syncPath } from '../compat/unified-booking/paths.ts'
import type { EdgeEnv } from '../context.ts'
import { nothingHere } from './methods.ts'

/**
 * Keeps the routes of the operator from clients of other networks, for whom nothing is there: nothing of theirs is counted, looked up or
 * told apart. Syncing seats is for servers of apps, wherever they are.
 *
 * @param networks such as `203.0.113.0/24`; none: the operator may be anywhere.
 */
export function adminNetworks(networks: readonly string[]) {
  const find = networkFinder(networks.map((cidr) => ({ cidr })))
  const isListed = (text: string): boolean => {
    const address = readAddress(text)
    return address !== null && find(address) !== undefined
  }

  return createMiddleware<EdgeEnv>(async function adminNetworks(c, next) {
    const isOpen = networks.length === 0 || c.req.path === syncPath
    return isOpen || isListed(c.get('clientAddress')) ? next() : nothingHere(c.req)
  })
}
