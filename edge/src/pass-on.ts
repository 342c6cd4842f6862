import type * as z from 'zod'
import { jsonText, noStore } from './answers.ts'
import type { CoreCall, CoreClient } from './core-client.ts'

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
