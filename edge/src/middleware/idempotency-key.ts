import { headers, IdempotencyKey, newId, type Platform, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { IntentEnv } from '../context.ts'

/** Takes the client's Idempotency-Key or makes one. The answer names it, refusals too, so that a retry can repeat it. */
export const idempotencyKey = (platform: Pick<Platform, 'random'>) =>
  createMiddleware<IntentEnv>(async function idempotencyKey(c, next) {
    const sent = c.req.header(headers.idempotencyKey) ?? newId('idem', platform.random)
    const read = IdempotencyKey.safeParse(sent)
    if (!read.success) {
      const errors = read.error.issues.map(({ message }) => ({ path: headers.idempotencyKey, message }))
      throw new Problem('invalid_request', { errors })
    }
    c.set('idempotencyKey', read.data)
    c.get('always')[headers.idempotencyKey] = read.data
    await next()
  })
