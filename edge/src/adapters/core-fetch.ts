import * as z from 'zod'
import { type CorePort, CoreUnreachable } from '../ports.ts'

/** What Node's fetch says when no connection came about, so that nothing was sent. Workers do not tell. */
const unsent = z.object({
  cause: z.object({
    code: z.enum([
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'UND_ERR_CONNECT_TIMEOUT',
    ]),
  }),
})

/** Cloudflare's own answers when a web server refused the connection or could not be found. */
const unreachedStatuses: ReadonlySet<number> = new Set([521, 523])

/** Core over HTTP at an origin. */
export function coreFetch(origin: string): CorePort {
  return async (path, { method, headers, body, signal }) => {
    try {
      // A redirect is not an answer of core, and must not lead a signed request elsewhere.
      const init: RequestInit = { method, headers, signal, redirect: 'manual', ...(body && { body }) }
      const response = await fetch(new URL(path, origin), init)
      if (unreachedStatuses.has(response.status)) throw new CoreUnreachable()
      return response
    } catch (error) {
      throw unsent.safeParse(error).success ? new CoreUnreachable() : error
    }
  }
}
