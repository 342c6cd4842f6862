import { nameLengthMax, readAllowedDomain } from '@holdfast/contract'

/** An entry as it is kept, or why it cannot be. */
export type ReadDomain = { readonly domain: string } | { readonly dropped: string }

/**
 * An entry of the predecessor's allowedDomains as a browser's Origin can be equal to. It was looked for within the Origin
 * there, so a part of a host stood for all that have it; here nothing does.
 */
export function readDomain(entry: string): ReadDomain {
  if (entry.length > nameLengthMax) return { dropped: `has more than ${nameLengthMax} characters` }
  const read = readAllowedDomain(entry)
  return 'value' in read ? { domain: read.value } : { dropped: read.message }
}
