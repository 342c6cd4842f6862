import type { LogEntry } from '@holdfast/contract'
import type { Context } from 'hono'

/** What a request to core consists of, beside its path. */
export interface CoreInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
}

/**
 * Delivers one request to core, by path and query, at most once.
 *
 * @throws CoreUnreachable when the request certainly never left; after anything else it may have been carried out.
 */
export type CorePort = (path: string, init: CoreInit) => Promise<Response>

/** The request certainly never reached core. */
export class CoreUnreachable extends Error {
  constructor() {
    super('core was not reached')
    this.name = 'CoreUnreachable'
  }
}

/** At most `limit` in any `windowMs`, counted under `key`. */
export interface LimitRule {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /** 0 counts nothing and asks whether one more would be allowed; 1 when absent. */
  readonly cost?: 0 | 1
}

/** What is left of a limit after one more was counted, or refused. */
export interface LimitState {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** When the window ends, in milliseconds since 1970. */
  readonly resetMs: number
  /** Work that may go on after the answer. */
  readonly pending?: Promise<unknown>
}

/**
 * Counts one request against one limit that all edges share. May be called at once for several limits.
 *
 * @throws when no word came within `limiterCallMs`; then nobody knows whether it was counted.
 */
export type Limiter = (rule: LimitRule) => Promise<LimitState>

/**
 * Counts one write of a caller in the place where it arrived, and says whether that is a flood. Not exact, shared with
 * no other place, and quick.
 */
export type Flood = (caller: 'client' | 'server', key: string) => Promise<boolean>

/** A cache that all edges share. Either call may fail, which is no more than a miss; times are milliseconds. */
export interface SharedCache {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<void>
}

/**
 * What became of a challenge that a page says it has passed; `unknown`: whoever judges it does not answer. Ends within
 * `challengeCallMs` and throws nothing.
 *
 * @param address of the client, where it is known.
 */
export type Challenge = (response: string, address: string | null) => Promise<'passed' | 'failed' | 'unknown'>

/** The address of the client as the platform itself saw it, never as a header of the client says. */
export type ClientAddress = (c: Context) => string

/** What Cloudflare thinks of a request, from 1 (a machine) to 99 (a person), where its zone tells. */
export type CloudflareScore = (c: Context) => number | undefined

/** Which of its places Cloudflare answers from, e.g. `FRA`. */
export type Colo = (c: Context) => string | undefined

/** Writes one structured line. Never keys, tokens or messages of libraries. */
export type Log = (entry: LogEntry) => void
