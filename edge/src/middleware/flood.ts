import { floodRetrySeconds, headers, limiterCallMs, type Platform, Problem } from '@holdfast/contract'
import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import { clientKey, unknownClient } from '../client-address.ts'
import type { EdgeEnv } from '../context.ts'
import { within } from '../deadline.ts'
import type { Flood } from '../ports.ts'

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What somebody says that he is. A server that lies has more, of one address all the same. */
export function callerOf(request: Pick<HonoRequest, 'header'>): Parameters<Flood>[0] {
  const [key, origin] = [request.header(headers.apiKey) ?? '', request.header('origin')]
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
      const caller = callerOf(c.req)
      const client = clientKey(c.get('clientAddress'))
      const asked = client === unknownClient ? Promise.resolve(false) : isFlood(caller, client)
      const tooMany = await within(platform.deadline(limiterCallMs), asked).catch(() => false)
      if (tooMany) throw new Problem('rate_limited', {}, floodRetrySeconds)
    }
    await next()
  })
