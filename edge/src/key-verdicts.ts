import {
  type AppVerdict,
  cacheCallMs,
  KeyVerdict,
  type Platform,
  verdictIsolateMs,
  verdictSharedMs,
  verdictsPerIsolateMax,
} from '@holdfast/contract'
import { base64url } from 'jose'
import { type Caller, type CoreClient, readJson } from './core-client.ts'
import { within } from './deadline.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { SharedCache } from './ports.ts'

/** Somebody who presents an app key. */
export interface Presented {
  readonly key: string
  readonly caller: Caller
  /** Runs before core is asked, and may throw: asking is what a guesser of keys is slowed down at. */
  readonly onMiss: () => Promise<void>
  /** Takes work that may end after the answer. */
  readonly afterwards: (work: Promise<unknown>) => void
}

/** Core's word on app keys, remembered for a while: here, and in the cache that all edges share. Never the keys. */
export type KeyVerdicts = (presented: Presented) => Promise<AppVerdict | null>

const encode = (text: string) => new TextEncoder().encode(text)

/** Wrong keys are remembered as well, so that repeating one costs core nothing. */
export function createKeyVerdicts({
  core,
  shared,
  flights,
  platform,
}: {
  readonly core: CoreClient
  readonly shared: SharedCache
  readonly flights: Flights
  readonly platform: Platform
}): KeyVerdicts {
  const isolate = createIsolateCache<KeyVerdict>(platform.now, verdictsPerIsolateMax)

  const readShared = async (name: string): Promise<KeyVerdict | undefined> => {
    const call = within(platform.deadline(cacheCallMs), shared.get(name))
    const text = await call.catch(() => null)
    return text === null ? undefined : readJson(KeyVerdict, text)
  }

  const askCore = async ({ key, caller, afterwards }: Presented, name: string): Promise<KeyVerdict> => {
    const body = encode(JSON.stringify({ key }))
    const { value } = await core.ask(KeyVerdict, {
      method: 'POST',
      path: '/internal/keys/verify',
      body,
      caller: { requestId: caller.requestId, clientAddress: caller.clientAddress },
    })
    afterwards(
      within(platform.deadline(cacheCallMs), shared.set(name, JSON.stringify(value), verdictSharedMs)),
    )
    return value
  }

  const learn = async (presented: Presented, name: string): Promise<KeyVerdict> => {
    const known = await readShared(name)
    if (known) return known
    await presented.onMiss()
    return flights(name, () => askCore(presented, name))
  }

  return async (presented) => {
    const name = `hf:key:${base64url.encode(await platform.sha256(encode(presented.key)))}`
    const known = isolate.get(name)
    if (known) return known.verdict
    // One client that asks many times at once has missed once.
    const flight = `${name} ${presented.caller.clientAddress}`
    const learned = await flights(flight, () => learn(presented, name))
    isolate.set(name, learned, verdictIsolateMs)
    return learned.verdict
  }
}
