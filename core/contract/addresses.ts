/*
 * Addresses with a user and a password in them, as settings have them. Libraries say in words of their own what is wrong with
 * one, and some quote it, password and all.
 */

const encodedWords =
  'has a character in its user or password that must be percent-encoded: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25'

/** A host with or without its port. */
const host = /^(\[[\dA-Fa-f:.]{2,45}\]|[^:@[\]\s]{1,255})(:\d{1,5})?$/

const isHalfEncoded = (text: string): boolean => /%(?![\dA-Fa-f]{2})/.test(text)

/**
 * What is wrong with `scheme://user:password@host:port/...`, in words that hold nothing of it; undefined: nothing that is seen
 * here. `colons` is how many may be in user and password.
 */
export function addressFault(address: string, colons = Number.POSITIVE_INFINITY): string | undefined {
  const begin = address.indexOf('://')
  if (begin < 0) return undefined
  const rest = address.slice(begin + 3)
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (isHalfEncoded(user) || user.split(':').length - 1 > colons) return encodedWords
  if (colons === 1 && user.includes('@')) return encodedWords
  const areHosts = authority
    .slice(at + 1)
    .split(',')
    .every((one) => host.test(one))
  const [path = ''] = rest.slice(authority.length).split('?')
  // What looks like the path is the rest of a password, and what looks like the host its beginning.
  if (at < 0 && (areHosts ? path : rest).includes('@')) return encodedWords
  return areHosts ? undefined : 'has no host that can be, or a port that is none'
}
