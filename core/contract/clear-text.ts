/*
 * Keys, tokens and buyers' data pass between the parts of an installation. Without TLS whoever is on the way reads them, so that
 * is for hosts that only the own machine, cluster or network has.
 */

/** As a URL has them: this machine, RFC 1918, and the unique local addresses of IPv6. */
const privateAddress =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]{3,11}$|^\[(::1|f[cd][\da-f]{2}:[\da-f:]{1,34})\]$/
const address = /^([\d.]{7,15}|\[.{1,60}\])$/

/** Names that no public name server answers for: those without a dot, and those that end so. */
const privateName = /^([^.]{1,63}|.{1,250}\.(svc|cluster\.local|internal|local|localhost))$/

/** Whether a host is one of the own network by what it is called. */
export function isPrivateHost(host: string): boolean {
  // A URL of HTTP writes addresses in one way, whichever of theirs somebody chose: 2130706433 is 127.0.0.1.
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') ?? ''
  return address.test(name) ? privateAddress.test(name) : privateName.test(name)
}

/** Whether what is sent to this URL is encrypted, or stays in the own network; what is no URL is for others to refuse. */
export function isSafeUrl(text: string, secure: RegExp): boolean {
  const url = URL.parse(text)
  return url === null || secure.test(url.protocol) || isPrivateHost(url.hostname)
}

/** What an operator is told of an address that is neither; `secure` is what to write instead. */
export const clearTextWords = (secure: string): string =>
  `would be read on its way: use ${secure}, or an address of your own network (127.0.0.1, 10.x, 172.16.x, 192.168.x, fd00::x, a name without dots, or one that ends in .svc, .cluster.local, .internal or .local)`
