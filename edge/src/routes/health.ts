import { AppId, chartIsolateMs, EventId, edgeBudgetMs, Problem, PublicKeys } from '@holdfast/contract'
import { Hono } from 'hono'
import * as z from 'zod'
import type { EdgeEnv } from '../context.ts'
import { readJson } from '../core-client.ts'
import { within } from '../deadline.ts'
import { createIsolateCache } from '../isolate-cache.ts'
import type { Services } from '../services.ts'
import type { Observed } from '../telemetry/observe.ts'

/** An event that is never there: reading it asks Redis for a word, and for nothing else. */
const probe = { appId: AppId.parse('readyz'), eventId: EventId.parse('readyz') }
const probeKeptMs = 1_000

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
  inventory,
  corePort,
  platform,
}: Pick<Services, 'inventory' | 'corePort' | 'platform'>) {
  const ready = createIsolateCache<boolean>(platform.now, 1)
  const keys = createIsolateCache<PublicKeys>(platform.now, 1)

  const probeInventory = async (caller: Observed): Promise<boolean> => {
    const isReady = await inventory(caller)
      .snapshot(probe)
      .then(
        () => true,
        () => false,
      )
    ready.set('inventory', isReady, probeKeptMs)
    return isReady
  }

  const fetchKeys = async (): Promise<PublicKeys> => {
    const signal = platform.deadline(edgeBudgetMs)
    const fetched = corePort('/.well-known/jwks.json', { method: 'GET', headers: {}, signal })
    const text = await within(
      signal,
      fetched.then((response) => response.text()),
    ).catch(() => '')
    const read = keysIn(text)
    if (!read) throw new Problem('dependency_unavailable', {}, 1)
    keys.set('keys', read, chartIsolateMs)
    return read
  }

  return new Hono<EdgeEnv>()
    .get('/livez', (c) => c.json({ status: 'live' }, 200, { 'cache-control': 'no-store' }))
    .get('/readyz', async (c) => {
      const isReady = ready.get('inventory') ?? (await probeInventory(c.var))
      if (!isReady) throw new Problem('dependency_unavailable', {}, 1)
      return c.json({ status: 'ready' }, 200, { 'cache-control': 'no-store' })
    })
    .get('/.well-known/jwks.json', async (c) => {
      const found = keys.get('keys') ?? (await fetchKeys())
      return c.json(found, 200, { 'cache-control': `public, max-age=${chartIsolateMs / 1000}` })
    })
}
