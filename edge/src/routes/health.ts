import { chartIsolateMs, edgeBudgetMs, Problem, PublicKeys, probeIsolateMs } from '@holdfast/contract'
import { Hono } from 'hono'
import * as z from 'zod'
import type { EdgeEnv } from '../context.ts'
import { readJson } from '../core-client.ts'
import { within } from '../deadline.ts'
import { createIsolateCache } from '../isolate-cache.ts'
import type { Services } from '../services.ts'

const PublicKey = PublicKeys.shape.keys.element
const KeySet = z.object({ keys: z.array(z.unknown()) })

/** Keys of a kind that is not known here are left out, as RFC 7517 has it: what of them is public, nobody here knows. */
function keysIn(text: string): PublicKeys | undefined {
  const told = readJson(KeySet, text)?.keys ?? []
  const keys = told.flatMap((key) => PublicKey.safeParse(key).data ?? [])
  return keys.length > 0 ? { keys } : undefined
}

/** Whether this edge runs, whether it can hold seats, and the keys that check receipts. */
export function healthRoutes({
  probes,
  corePort,
  flights,
  platform,
}: Pick<Services, 'probes' | 'corePort' | 'flights' | 'platform'>) {
  // Null: core has not told them a moment ago.
  const kept = createIsolateCache<PublicKeys | null>(platform.now, 1)

  const fetchKeys = async (): Promise<PublicKeys | null> => {
    const signal = platform.deadline(edgeBudgetMs)
    const fetched = corePort('/.well-known/jwks.json', { method: 'GET', headers: {}, signal })
    const text = await within(
      signal,
      fetched.then((response) => response.text()),
    ).catch(() => '')
    const read = keysIn(text) ?? null
    kept.set('keys', read, read ? chartIsolateMs : probeIsolateMs)
    return read
  }

  return new Hono<EdgeEnv>()
    .get('/livez', (c) => c.json({ status: 'live' }, 200, { 'cache-control': 'no-store' }))
    .get('/readyz', async (c) => {
      if (!(await probes.redis(c.var))) throw new Problem('dependency_unavailable', {}, 1)
      return c.json({ status: 'ready' }, 200, { 'cache-control': 'no-store' })
    })
    .get('/.well-known/jwks.json', async (c) => {
      const known = kept.get('keys')
      const found = known === undefined ? await flights('jwks:', fetchKeys) : known
      if (!found) throw new Problem('dependency_unavailable', {}, 1)
      return c.json(found, 200, { 'cache-control': `public, max-age=${chartIsolateMs / 1000}` })
    })
}
