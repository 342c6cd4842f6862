import * as z from 'zod'
import { nameLengthMax } from './limits.ts'
import { patterns } from './patterns.ts'

/** An origin or a host as a browser's `Origin` can be equal to, or why none can. */
type Read = { readonly value: string } | { readonly message: string }

const example = 'such as https://shop.example'

const schemesWithout = {
  file: 'stands for no page: files send the origin null, which anybody can',
  data: 'stands for no page: it sends the origin null, which anybody can',
  blob: 'stands for no page: name the origin of the page that made it',
  ws: `is no origin of a page: name the page's, ${example}`,
  wss: `is no origin of a page: name the page's, ${example}`,
  ftp: `is no origin of a page: name the page's, ${example}`,
} as const satisfies Record<string, string>

/** What of a URL no Origin has; undefined: nothing. */
function beyondOrigin({ username, password, pathname, search, hash }: URL): string | undefined {
  if (username + password !== '') return 'holds a name or a password, which no Origin has'
  if (!['', '/'].includes(pathname) || search + hash !== '')
    return `has a path or a query, which no Origin has: name its origin, ${example}`
  return undefined
}

/**
 * An origin as browsers write it: scheme and host in lower case, an international host in ASCII, no port that goes without
 * saying, no slash at the end. The shells of apps have schemes of their own (`capacitor://localhost`).
 */
export function readOrigin(text: string): Read {
  const typed = text.trim()
  if (typed === 'null') return { message: 'is what anybody can send from a sandbox: it stands for no page' }
  if (typed.includes('*'))
    return {
      message: `stands for every host that ends so, and no Origin is equal to it: name each origin, ${example}`,
    }
  const scheme = patterns.scheme.exec(typed)?.[1]?.toLowerCase()
  if (scheme === undefined) return { message: `has no scheme, or no host: name the origin, ${example}` }
  if (Object.hasOwn(schemesWithout, scheme))
    return { message: schemesWithout[scheme as keyof typeof schemesWithout] }
  const url = URL.parse(typed)
  if (url === null || url.hostname === '')
    return { message: `has no host that can be: name the origin, ${example}` }
  const beyond = beyondOrigin(url)
  if (beyond !== undefined) return { message: beyond }
  if (scheme === 'http' || scheme === 'https') return { value: url.origin }
  return { value: `${scheme}://${url.host.toLowerCase()}` }
}

/** The same of a host, with or without its port. */
function readHost(text: string): Read {
  const typed = text.trim().replace(/\/$/, '')
  const url = URL.parse(`http://${typed}`)
  if (typed.includes('*') || url === null) return readOrigin(typed)
  const beyond = beyondOrigin(url)
  if (beyond !== undefined) return { message: beyond }
  // The port of one scheme is told, since the other has another.
  const [port = ''] = /:\d{1,5}$/.exec(typed) ?? []
  return { value: url.hostname + port }
}

/** What the Unified Booking Backend's own list takes: any, an origin, or a host with or without its port. */
export function readAllowedDomain(text: string): Read {
  const typed = text.trim()
  if (typed === '*') return { value: typed }
  return typed.includes('://') ? readOrigin(typed) : readHost(typed)
}

const readBy = (read: (text: string) => Read) =>
  z
    .string()
    .max(nameLengthMax)
    .transform((text, ctx) => {
      const result = read(text)
      if ('value' in result) return result.value
      ctx.issues.push({ code: 'custom', message: result.message, input: text })
      return z.NEVER
    })

/** An origin of pages, kept as browsers send it: scheme, host and port, no path. */
export const Origin = readBy(readOrigin).describe(
  'An origin of pages, such as `https://shop.example` or `capacitor://localhost`: kept as browsers write it, without a path.',
)

/**
 * Where the Unified Booking Backend's own API may be called from, beside `allowedOrigins`: an origin, a host with or without
 * its port, or `*`. `/v1` does not look at it.
 */
export const AllowedDomain = readBy(readAllowedDomain)

/** What was stored before it was written as browsers do, as they do; what is none stays and is equal to nothing. */
export const asBrowsersWrite = (stored: string): string => {
  const result = readAllowedDomain(stored)
  return 'value' in result ? result.value : stored
}
