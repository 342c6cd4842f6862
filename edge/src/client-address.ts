import ipaddr from 'ipaddr.js'

/** An IPv4 address, and the port that some proxies put behind it. */
const ipv4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/
/** Networks of IPv6 whose last 32 bits are the IPv4 address that a client really has: mapped, and by translators (RFC 6145, 6052). */
const ofIPv4 = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'].map((cidr) => ipaddr.IPv6.parseCIDR(cidr))
/** No address is longer, zone and port included. */
const addressLengthMax = 100

/**
 * The address in a text, without what else may stand there: a port, brackets, a zone, the prefix of an IPv4 address in IPv6.
 * Null: there is none.
 */
export function readAddress(text: string): string | null {
  const cut = text.trim().slice(0, addressLengthMax)
  const end = cut.indexOf(']')
  const [bare = ''] = (cut.startsWith('[') && end > 0 ? cut.slice(1, end) : cut).split('%')
  const four = ipv4.exec(bare)?.[1]
  if (four !== undefined) return ipaddr.IPv4.isValidFourPartDecimal(four) ? four : null
  if (!ipaddr.IPv6.isValid(bare)) return null
  const address = ipaddr.IPv6.parse(bare)
  const [high = 0, low = 0] = address.parts.slice(6)
  return ofIPv4.some((network) => address.match(network))
    ? [high >> 8, high & 255, low >> 8, low & 255].join('.')
    : bare
}

/** What stands for an address that cannot be read: no limit counts it, since all such clients would share it. */
export const unknownClient = 'unknown'

/** The network of an IPv6 address, by the first of its eight groups. */
const prefixOf = (address: ipaddr.IPv6, groups: number): string =>
  `${address.parts
    .slice(0, groups)
    .map((group) => group.toString(16))
    .join(':')}::/${groups * 16}`

/**
 * What a client is counted under: an IPv4 address as it is, of an IPv6 address its /64, since a household or a
 * phone owns all of that.
 */
export function clientKey(text: string): string {
  const address = readAddress(text)
  if (address === null) return unknownClient
  return ipaddr.IPv6.isValid(address) ? prefixOf(ipaddr.IPv6.parse(address), 4) : address
}

/** The /48 of an IPv6 address, which one customer of a provider may have whole; null: it is an IPv4 address. */
export const networkKey = (address: string): string | null =>
  ipaddr.IPv6.isValid(address) ? prefixOf(ipaddr.IPv6.parse(address), 3) : null

/** Networks of machines that are not on the Internet by that address: of a company or a carrier behind its own door. */
const ofOwnNetworks: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal'])
/** What no call over a network comes from. */
const ofNoNetwork: ReadonlySet<string> = new Set(['loopback', 'linkLocal', 'unspecified'])

/** Whether an address is of a private network: that of a proxy, where buyers come from the Internet. */
export const isPrivate = (address: string): boolean => ofOwnNetworks.has(ipaddr.parse(address).range())

/** Whether a buyer of the Internet may come from an address. */
export function isPublic(address: string): boolean {
  const range = ipaddr.parse(address).range()
  return !ofOwnNetworks.has(range) && !ofNoNetwork.has(range)
}

/** Tells the first of these networks, such as `203.0.113.0/24`, that an address is of. */
export function networkFinder<Network extends { readonly cidr: string }>(
  networks: readonly Network[],
): (address: string) => Network | undefined {
  const parsed = networks.map((network) => ({ network, range: ipaddr.parseCIDR(network.cidr) }))
  return (text) => {
    const address = ipaddr.parse(text)
    return parsed.find(({ range }) => address.kind() === range[0].kind() && address.match(range))?.network
  }
}
