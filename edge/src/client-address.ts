/** The eight groups of an IPv6 address, or null. */
function groupsOf(address: string): number[] | null {
  const halves = address.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const parts = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return null
  return parts.map((part) => Number.parseInt(part, 16))
}

const isIpv4 = (address: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(address)

/**
 * What a client is counted under: an IPv4 address as it is, of an IPv6 address its /64, since a household or a
 * phone owns all of that. What is neither is counted under one name for all.
 */
export function clientKey(address: string): string {
  const bare = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIpv4(bare)) return bare
  // A dotted tail lies below the /64.
  const groups = groupsOf(bare.replace(/\d+(\.\d+){3}$/, '0:0'))
  return groups
    ? `${groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(':')}::/64`
    : 'unknown'
}
