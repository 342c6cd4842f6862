import ipaddr from 'ipaddr.js'

/** Names of this machine, which a laptop may be told at. */
const localAddresses: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  '127.0.0.1': '127.0.0.1',
  '[::1]': '::1',
}

/** Answers to their own customers only, from a public range: the metadata service of Azure. */
const metadataAddresses = new Set(['168.63.129.16'])

/** Everybody's addresses in IPv6; whatever is outside is reserved, and what is inside may still be special. */
const globalIPv6 = ipaddr.parseCIDR('2000::/3')

/**
 * Whether an address is one of the open internet: in no private, loopback, link-local, shared, reserved or documentation
 * range, not a multicast one, and not an IPv6 address that leads to an IPv4 one by being mapped, translated or tunnelled.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast' || metadataAddresses.has(address.toString())) return false
  return address.kind() === 'ipv4' || address.match(globalIPv6)
}

/** The addresses of a name, as the name servers tell them now; none if there is no such name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

interface Rules {
  readonly resolve: Resolve
  /** Whether this very machine may be called, without TLS: on a laptop. */
  readonly isLocalAllowed: boolean
}

/** The host as an address, if it is one. A URL has turned decimal, octal and hex ways of writing it into the usual one. */
const literalOf = ({ hostname }: URL): string | null => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return ipaddr.isValid(bare) ? bare : null
}

const localAddressOf = ({ hostname }: URL): string | undefined =>
  Object.hasOwn(localAddresses, hostname) ? localAddresses[hostname] : undefined

/** What is wrong with a URL before any name is looked up; null: nothing. */
export function urlFault(text: string, { isLocalAllowed }: Pick<Rules, 'isLocalAllowed'>): string | null {
  if (!URL.canParse(text)) return 'must be a URL such as https://shop.example/hooks'
  const url = new URL(text)
  if (url.username || url.password) return 'must not have a user or a password'
  const isLocal = localAddressOf(url) !== undefined
  if (isLocal && isLocalAllowed) return null
  if (url.protocol !== 'https:') return 'must be https'
  const literal = literalOf(url)
  const isReachable = literal === null ? !isLocal : isPublicAddress(literal)
  return isReachable ? null : 'must lead to a public address'
}

/**
 * What is wrong with the port of a URL that is new; null: nothing. Where an endpoint was before it stays: any other port would tell
 * whoever puts endpoints which services a stranger's host has.
 */
export function portFault(text: string, { isLocalAllowed }: Pick<Rules, 'isLocalAllowed'>): string | null {
  const url = new URL(text)
  if (isLocalAllowed && localAddressOf(url) !== undefined) return null
  return url.port === '' ? null : 'must be at the port of https, 443: put a proxy before another'
}

/**
 * The one address that a call of the URL goes to; null: it must not be called. The name is looked up once, here, and
 * what is checked is what is connected to: a name that has another address a moment later gains nothing by it. One
 * address that is not public spoils all of a name.
 */
export async function pinAddress(url: URL, rules: Rules): Promise<string | null> {
  if (urlFault(url.href, rules) !== null) return null
  const local = localAddressOf(url)
  if (local !== undefined) return local
  const literal = literalOf(url)
  if (literal !== null) return literal
  const addresses = await rules.resolve(url.hostname)
  if (!addresses.every(isPublicAddress)) return null
  // Every machine has IPv4; not every cluster routes IPv6.
  return addresses.find((address) => ipaddr.IPv4.isValid(address)) ?? addresses[0] ?? null
}
