import {
  type Platform,
  type Principal,
  Problem,
  problemWith,
  revocationKeptMs,
  revocationsOverlapMs,
  revocationsPerIsolateMax,
  revocationsReadEveryMs,
  revocationsTrustedMs,
  Standing,
  standingKnownMs,
  standingsPerIsolateMax,
} from '@holdfast/contract'
import type { Revocation } from '@holdfast/inventory'
import type { EdgeVars } from './context.ts'
import { type CoreClient, jsonBytes } from './core-client.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { InventoryFor } from './telemetry/observed-inventory.ts'

/** A token, by what it may have been ended by; those of the predecessors have no id. */
export interface HeldToken {
  readonly principal: Principal
  readonly id?: string | undefined
  /** In seconds. */
  readonly issuedAt: number
}

/** What ends tokens before their time: sign-out, a new password, deactivation, erasure. */
export interface Revocations {
  /** @throws Problem `invalid_token`: it was ended; `dependency_unavailable`: nobody can say. */
  assertGood(token: HeldToken, vars: EdgeVars): Promise<void>
}

interface Deps {
  readonly inventory: InventoryFor
  readonly core: Pick<CoreClient, 'ask'>
  readonly flights: Flights
  readonly platform: Pick<Platform, 'now'>
}

const signedOut = () =>
  problemWith(
    'invalid_token',
    'This token was ended: sign in again (POST /v1/auth/login) and send the new one.',
  )

/**
 * What one isolate knows of ended tokens. Every 15 s it reads in Redis what is new; while it has read nothing for 45 s, and while there
 * are more than it would keep, it asks core of each token, and believes that for 30 s. So none is good a minute after its end.
 */
export function createRevocations({ inventory, core, flights, platform }: Deps): Revocations {
  const known = createKnown(platform)
  const standings = createIsolateCache<readonly Revocation[]>(platform.now, standingsPerIsolateMax)

  const read = async (vars: EdgeVars): Promise<void> => {
    const startedMs = platform.now()
    const { isWhole, count, told, nowMs } = await inventory(vars).revocations(
      known.readFrom(),
      revocationsPerIsolateMax,
    )
    if (!isWhole) return
    if (count > revocationsPerIsolateMax) return known.clear()
    known.add(told)
    known.wasRead(startedMs, nowMs)
  }

  const askCore = async (token: HeldToken, vars: EdgeVars): Promise<readonly Revocation[]> => {
    const subjects = subjectsOf(token)
    const name = subjects.join(' ')
    const kept = standings.get(name)
    if (kept) return kept
    const { requestId, clientAddress, observe } = vars
    const call = {
      method: 'POST',
      path: '/internal/tokens/standing',
      body: jsonBytes({ subjects }),
      caller: { requestId, clientAddress, observe },
    } as const
    const { revoked } = await flights(
      `standing ${name}`,
      async () => (await core.ask(Standing, call)).value,
    ).catch((error: unknown) => {
      // A core of a version before ends no tokens.
      if (error instanceof Problem && error.code === 'not_found') return { revoked: [] }
      throw error
    })
    standings.set(name, revoked, standingKnownMs)
    return revoked
  }

  return {
    async assertGood(token, vars) {
      if (known.isDue()) {
        known.wasTried()
        const reading = read(vars).catch(() => {})
        if (known.isTrusted()) vars.afterwards(reading)
        else await reading
      }
      // A predecessor's may be older than what Redis remembers.
      const isListed = known.isTrusted() && token.issuedAt * 1_000 > platform.now() - revocationKeptMs
      const ended = isListed ? known.of(subjectsOf(token)) : await askCore(token, vars)
      if (ended.some(({ since }) => token.issuedAt < since)) throw signedOut()
    },
  }
}

const subjectsOf = ({ principal, id }: HeldToken): string[] =>
  id === undefined ? [principal] : [principal, id]

/** What was read in Redis, and when. */
function createKnown({ now }: Pick<Platform, 'now'>) {
  /** In the order in which they were read, so that the first are over first. */
  const ended = new Map<string, Revocation & { readonly untilMs: number }>()
  /** A clock that is set back says nothing of how long it was. */
  const isWithin = (atMs: number, ms: number) => now() >= atMs && now() - atMs < ms
  let [readAtMs, triedAtMs, readToMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]

  return {
    isDue: () => !isWithin(triedAtMs, revocationsReadEveryMs),
    isTrusted: () => isWithin(readAtMs, revocationsTrustedMs),
    wasTried() {
      triedAtMs = now()
    },
    /** On Redis's clock. */
    readFrom: () => Math.max(0, readToMs - revocationsOverlapMs),
    wasRead(startedMs: number, toMs: number) {
      readAtMs = startedMs
      readToMs = toMs
      for (const [subject, { untilMs }] of ended) {
        if (untilMs > now()) break
        ended.delete(subject)
      }
    },
    add(told: readonly Revocation[]) {
      const untilMs = now() + revocationKeptMs
      for (const { subject, since } of told) {
        const before = ended.get(subject)?.since ?? 0
        ended.delete(subject)
        ended.set(subject, { subject, since: Math.max(since, before), untilMs })
      }
    },
    /** There are too many to keep: all of them are read again when there are fewer. */
    clear() {
      ended.clear()
      readAtMs = Number.NEGATIVE_INFINITY
      readToMs = 0
    },
    of: (subjects: readonly string[]): readonly Revocation[] =>
      subjects.flatMap((subject) => ended.get(subject) ?? []),
  }
}
