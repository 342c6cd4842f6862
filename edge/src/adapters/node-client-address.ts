import { getConnInfo } from '@hono/node-server/conninfo'
import { isPrivate, readAddress } from '../client-address.ts'
import type { ClientAddress } from '../ports.ts'

/** What is wrong with the address of a client: limits that go by it count nothing, or all buyers as one. */
export type AddressFault = 'unreadable' | 'private'

interface Proxies {
  /** Where the proxies before this edge write whom they have heard; absent: there are none. */
  readonly header: string | undefined
  /** How many of them write there, one after the other. */
  readonly hops: number
  /** Hears of each address that is none, or that is no client's. */
  readonly onFault: (fault: AddressFault) => void
}

/**
 * The address at the other end of the socket; behind proxies that the operator named, what the outermost of them says. A
 * proxy appends to the header or replaces it, so the last entries are their own words, and what a client sent is not.
 */
export function nodeClientAddress({ header, hops, onFault }: Proxies): ClientAddress {
  return (c) => {
    const told = header === undefined ? undefined : c.req.header(header)?.split(',').at(-hops)
    const address = readAddress(told ?? getConnInfo(c).remote.address ?? '')
    if (address === null) onFault('unreadable')
    else if (header === undefined && isPrivate(address)) onFault('private')
    return address ?? ''
  }
}
