import {
  AddressBudget,
  BotMode,
  cacheCallMs,
  IssuedKind,
  type IssuedVerdict,
  KeyUse,
  KeyVerdict,
  type Openly,
  openly,
  PaymentProvider,
  type Platform,
  Problem,
  verdictIsolateMs,
  verdictSharedMs,
  verdictsPerIsolateMax,
} from '@holdfast/contract'
import { type Caller, type CoreClient, jsonBytes, readJson } from './core-client.ts'
import { within } from './deadline.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { SharedCache } from './ports.ts'

/** One question to core about an app. */
export interface VerdictQuestion {
  /** What the answer is kept under, here and in the shared cache (`shared-keys.ts`): never a key itself. */
  readonly name: string
  readonly path: '/internal/keys/verify' | '/internal/apps/verdict'
  readonly body: object
  readonly caller: Caller
  /** Runs before core is asked, unless it was asked just now and did not answer; may throw. */
  readonly onMiss: () => Promise<void>
  /** Takes work that may end after the answer. */
  readonly afterwards: (work: Promise<unknown>) => void
}

/** Core's word on an app, remembered for a while: here, and in the cache that all edges share. */
export type VerdictCache = (question: VerdictQuestion) => Promise<IssuedVerdict | null>

/** What the cache stands on. */
export interface VerdictDeps {
  readonly core: CoreClient
  readonly shared: SharedCache
  readonly flights: Flights
  readonly platform: Platform
}

/** As core said it, which may be newer: it is kept with what only a newer edge reads. */
type Verdict = Openly<KeyVerdict>

/**
 * What this edge makes of a verdict whose words it may not know.
 *
 * @throws Problem `dependency_unavailable` for a kind of key that is not known here: it has other rights than any that
 * are, and the edge that knows them may be asked next.
 */
function understood(verdict: NonNullable<Verdict['verdict']>): IssuedVerdict {
  const kind = IssuedKind.safeParse(verdict.kind)
  if (!kind.success) throw new Problem('dependency_unavailable', {}, 1)
  // What a newer edge does about bots cannot be done here, but they can be seen; a buyer is not refused for it.
  const botMode = BotMode.safeParse(verdict.botMode).data ?? 'observe'
  // A budget of a kind that is not known here refuses nobody.
  const addressBudget = AddressBudget.safeParse(verdict.addressBudget).data ?? 'observe'
  const { use: told, ...rest } = verdict
  // A use that is not said, or not known here, gives the fewest rights.
  const use = KeyUse.safeParse(told).data ?? 'page'
  // One that is not known here takes no money that this edge could answer for.
  const paymentProvider = PaymentProvider.safeParse(verdict.paymentProvider).data
  const known = { kind: kind.data, botMode, addressBudget, paymentProvider }
  return { ...rest, ...known, ...(kind.data === 'legacy' && { use }) }
}

/** An empty cache. A null is remembered as well, so that asking again costs core nothing. */
export function createVerdictCache({ core, shared, flights, platform }: VerdictDeps): VerdictCache {
  const isolate = createIsolateCache<{ readonly known: IssuedVerdict | null }>(
    platform.now,
    verdictsPerIsolateMax,
  )
  /** What core was asked by a client, and did not answer: who asks the same again guesses nothing. */
  const unanswered = createIsolateCache<true>(platform.now, verdictsPerIsolateMax)

  const readShared = async ({ name, caller }: VerdictQuestion): Promise<Verdict | undefined> => {
    const read = () => within(platform.deadline(cacheCallMs), shared.get(name))
    const ask = () => caller.observe({ of: 'cache', name: 'get' }, read)
    const text = await flights(`shared ${name}`, ask).catch(() => null)
    return text === null ? undefined : readJson(openly(KeyVerdict), text)
  }

  const askCore = async ({ name, path, body, caller, afterwards }: VerdictQuestion): Promise<Verdict> => {
    const { requestId, clientAddress, observe } = caller
    const { value } = await core.ask(KeyVerdict, {
      method: 'POST',
      path,
      body: jsonBytes(body),
      // Nothing of who asks decides the answer, which others are given too.
      caller: { requestId, clientAddress, observe },
    })
    afterwards(
      within(platform.deadline(cacheCallMs), shared.set(name, JSON.stringify(value), verdictSharedMs)),
    )
    return value
  }

  const learn = async (question: VerdictQuestion, asked: string): Promise<Verdict> => {
    const known = await readShared(question)
    if (known) return known
    if (!unanswered.get(asked)) await question.onMiss()
    try {
      return await flights(question.name, () => askCore(question))
    } catch (error) {
      unanswered.set(asked, true, verdictIsolateMs)
      throw error
    }
  }

  return async (question) => {
    const { name, caller } = question
    const kept = isolate.get(name)
    if (kept) return kept.known
    // One client that asks many times at once has missed once.
    const flight = `${name} ${caller.clientAddress}`
    const { verdict } = await flights(flight, () => learn(question, flight))
    const known = verdict && understood(verdict)
    isolate.set(name, { known }, verdictIsolateMs)
    return known
  }
}
