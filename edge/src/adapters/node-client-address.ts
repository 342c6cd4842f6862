import { getConnInfo } from '@hono/node-server/conninfo'
import type { ClientAddress } from '../ports.ts'

/**
 * The address at the other end of the socket; behind one proxy that the operator named, what that proxy says. A
 * proxy appends to the header or replaces it, so the last entry is its own word, and what a client sent is not.
 */
export function nodeClientAddress(trustedHeader: string | undefined): ClientAddress {
  return (c) => {
    const told = trustedHeader === undefined ? undefined : c.req.header(trustedHeader)
    return told?.split(',').at(-1)?.trim() ?? getConnInfo(c).remote.address ?? ''
  }
}
