import * as z from 'zod'
import type { AdminRole } from '../administration.ts'
import { isRead } from '../http.ts'
import type { ProblemCode } from '../problems.ts'

/** The chapters of the reference, in their order. */
export const tags = [
  'Events',
  'Holds',
  'Payments',
  'Bookings',
  'Users',
  'Inventory',
  'Webhooks',
  'Admin',
  'Service',
] as const
export type Tag = (typeof tags)[number]

/** What a caller must show: a key of which kinds, whose token, or neither. */
interface Credentials {
  readonly key: 'none' | 'either' | 'secret'
  /** A buyer: by a bearer token, or vouched for by a server's `x-external-user-id`. */
  readonly user: 'none' | 'optional' | 'required'
  readonly admin: boolean
  /** Whether the body is signed, by somebody whose secret the operator has configured. */
  readonly signature: boolean
}

/**
 * Who may call an operation. `reader` is a buyer, or a server for nobody in particular. That a buyer touches only
 * what is theirs is no matter of credentials: what is another's is not found.
 */
export const callers = {
  anybody: { key: 'none', user: 'none', admin: false, signature: false },
  app: { key: 'either', user: 'none', admin: false, signature: false },
  buyer: { key: 'either', user: 'required', admin: false, signature: false },
  /** A user of the pool, by their token. */
  account: { key: 'either', user: 'required', admin: false, signature: false },
  reader: { key: 'either', user: 'optional', admin: false, signature: false },
  server: { key: 'secret', user: 'none', admin: false, signature: false },
  admin: { key: 'none', user: 'none', admin: true, signature: false },
  provider: { key: 'none', user: 'none', admin: false, signature: true },
} as const satisfies Record<string, Credentials>
export type Caller = keyof typeof callers

/** What an answer can be, by its media type; nothing at all is an answer without a body. */
export type Content = Readonly<Record<string, z.ZodType>>

/** Headers of answers that are told of beside those that every answer has. */
export type AnswerHeader =
  | 'etag'
  | 'location'
  | 'idempotent-replayed'
  | 'x-holdfast-version'
  | 'x-holdfast-ticket'

/**
 * A request and its answer. It can be sent as it stands to the demo event of `npm run dev`, but for the ids of what
 * was made just before (a hold, a booking, an app) and for secrets.
 */
export interface Example {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly status: number
  readonly answer?: unknown
}

/** One route of the public API: all that can be said of it without running it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its parameters in braces, e.g. `/v1/events/{eventId}`. */
  readonly path: `/${string}`
  readonly tag: Tag
  /** What it does, in a few words. */
  readonly summary: string
  /** What else a caller should know, as Markdown. */
  readonly notes?: string
  readonly caller: Caller
  /** Of an admin's: the least role that may; absent: a read needs `viewer`, a write `operator`. */
  readonly role?: AdminRole
  /** Of an admin's: it needs a sign-in within `recentSignInSeconds`; a list: only where the body has one of these. */
  readonly recentSignIn?: true | readonly string[]
  /**
   * Whether the same request may be sent again when nobody knows what became of the first: `always`, `by-key` if both
   * have one Idempotency-Key, or `never`.
   */
  readonly repeat: 'always' | 'by-key' | 'never'
  /** Buyers do it as well: with a secret key it is on record. */
  readonly isAudited?: true
  /** Where its path does not name the app, or what is changed: the fields of the body that do, whose ids the audit log keeps, of a `user` the digest. */
  readonly names?: { readonly app?: string; readonly object?: string; readonly user?: string }
  readonly params?: z.ZodType
  /** Beside a body it has other names than that. */
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** What it answers when it does not refuse, by status. */
  readonly answers: Readonly<Record<number, Content>>
  readonly sends?: readonly AnswerHeader[]
  /** The refusals of its own: those of its guards follow from the rest (`problemsOf`). */
  readonly problems: readonly ProblemCode[]
  readonly example: Example
}

/** An answer in JSON. */
export const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': schema })

/** An answer without a body. */
export const empty = {} as const

/** The bytes of an answer, as they are. */
export const Bytes = z.instanceof(Uint8Array)

/** The least role that may do what an admin does. */
export const roleFor = ({ method, role }: Pick<Operation, 'role'> & { readonly method: string }): AdminRole =>
  role ?? (isRead(method) ? 'viewer' : 'operator')

/** Every refusal that an operation can answer, each once. */
export function problemsOf(operation: Operation): ProblemCode[] {
  const { key, user, admin, signature } = callers[operation.caller]
  const isWrite = operation.method !== 'GET'
  const codes: ProblemCode[] = ['body_too_large', 'internal_error']
  if (isWrite) codes.push('unsupported_encoding')
  if (operation.params) codes.push('not_found')
  if (operation.query || operation.body || operation.repeat === 'by-key') codes.push('invalid_request')
  if (key !== 'none') {
    codes.push('invalid_api_key', 'secret_key_in_browser', 'origin_not_allowed')
    codes.push('rate_limited', 'overloaded', 'dependency_unavailable')
  }
  if (key !== 'none' && isWrite) codes.push('origin_required', 'bot_detected')
  if (key === 'secret') codes.push('forbidden')
  if (user !== 'none') codes.push('invalid_token', 'user_deactivated', 'forbidden', 'invalid_request')
  if (admin) codes.push('invalid_token', 'origin_not_allowed', 'rate_limited')
  if (admin && roleFor(operation) !== 'viewer') codes.push('forbidden')
  if (operation.recentSignIn) codes.push('sign_in_again')
  if (admin || signature) codes.push('overloaded', 'dependency_unavailable')
  return [...new Set([...codes, ...operation.problems])].sort()
}
