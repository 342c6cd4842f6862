import { floodRetrySeconds, headers, limiterCallMs, type Platform, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey } from '../client-address.ts'
import type { EdgeEnv } from '../context.ts'
import { within } from '../deadline.ts'
import type { Flood } from '../ports.ts'

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What somebody says that he is. A server that lies has more, of one address all the same. */
function callerOf(key: string, origin: string | undefined): Parameters<Flood>[0] {
  const isServers =
    key.startsWith('hf_sk_') || (key !== '' && !key.startsWith('hf_pk_') && origin === undefined)
  return isServers ? 'server' : 'client'
}

/**
 * The first tier of rate limits: refuses a flood of writes from one address before anybody is asked anything. What
 * breaks in it lets everybody pass: the limits behind it count exactly.
 */
export const flood = (isFlood: Flood, platform: Pick<Platform, 'deadline'>) =>
  createMiddleware<EdgeEnv>(async function flood(c, next) {
    if (!reads.has(c.req.method)) {
      const caller = callerOf(c.req.header(headers.apiKey) ?? '', c.req.header('origin'))
      const asked = isFlood(caller, clientKey(c.get('clientAddress')))
      const tooMany = await within(platform.deadline(limiterCallMs), asked).catch(() => false)
      if (tooMany) throw new Problem('rate_limited', {}, floodRetrySeconds)
    }
    await next()
  })
