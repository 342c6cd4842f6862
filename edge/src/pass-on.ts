import type * as z from 'zod'
import { jsonText, noStore } from './answers.ts'
import type { Caller, CoreCall, CoreClient } from './core-client.ts'

/**
 * Core's answer as it is, secrets in it included, which no cache may keep, and with its status, whichever success that
 * is. `null`: it has nothing to tell.
 */
export async function passOn(
  core: Pick<CoreClient, 'pass'>,
  reply: z.ZodType | null,
  call: CoreCall,
): Promise<Response> {
  const { status, text } = await core.pass(reply, call)
  return jsonText(text, status, noStore)
}

/** By what core is asked: a HEAD is a GET whose body the client is not sent. */
const askedOf = (method: string) => (method === 'HEAD' ? 'GET' : method) as CoreCall['method']

/** Asks core the same, at the same path, and passes its answer on. */
export function passThrough(
  core: Pick<CoreClient, 'pass'>,
  c: { readonly req: { readonly url: string; readonly method: string }; readonly var: Caller },
  reply: z.ZodType | null,
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const { pathname, search } = new URL(c.req.url)
  const call = { method: askedOf(c.req.method), path: pathname + search, caller: c.var }
  return passOn(core, reply, body ? { ...call, body } : call)
}
