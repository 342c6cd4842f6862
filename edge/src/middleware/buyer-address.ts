import { headers, Problem } from '@holdfast/contract'
import type { Context } from 'hono'
import { readAddress } from '../client-address.ts'
import type { AppEnv } from '../context.ts'

/**
 * Notes the address that a server says its buyer has, by which the buyer is then counted as one on a page is.
 * @throws Problem `invalid_request`: it is no address, or a page's key came with it.
 */
export function nameBuyer(c: Context<AppEnv>): void {
  const text = c.req.header(headers.clientAddress)
  if (text === undefined) return
  const { kind } = c.get('app')
  const address = kind === 'secret' ? readAddress(text) : null
  if (address !== null) {
    c.set('buyerAddress', address)
    return
  }
  const message = kind === 'secret' ? 'must be an IP address' : 'is for calls of servers, with their key'
  throw new Problem('invalid_request', { errors: [{ path: headers.clientAddress, message }] })
}
