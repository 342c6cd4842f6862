import { type Platform, systemPlatform } from '@holdfast/contract'
import type {
  AnswerOf,
  DefaultMediaOf,
  InputOf,
  MediaOf,
  Operation,
  OperationId,
  Operations,
} from '@holdfast/contract/operations'
import { attempt } from './attempt.ts'
import { routes } from './generated/routes.ts'
import { requestOf } from './request.ts'
import { defaultRetries, type Retries, waitMs } from './retries.ts'
import type { Route } from './route.ts'

/** Where a client calls, and for whom. Each call sends only the credentials that it needs. */
export interface ClientOptions {
  /** Where the edge answers, e.g. `https://seats.example`. */
  readonly baseUrl: string
  /** A publishable key in browsers, a secret one on servers. */
  readonly apiKey?: string
  /** The token of a user or a guest. */
  readonly userToken?: string
  /** Instead of a token: the app's own user, for whom its server vouches by a secret key. */
  readonly externalUser?: { readonly id: string; readonly email?: string; readonly name?: string }
  /** The token of the operator, for admin calls. */
  readonly adminToken?: string
  /** Sent with every request; for tracing, and for what a browser would send by itself. */
  readonly headers?: Readonly<Record<string, string>>
  readonly retries?: Partial<Retries>
  /** How long one attempt may take; 15 s unless told, longer than the edge needs. */
  readonly timeoutMs?: number
  /** What sends a request; tests and proxies bring their own. */
  readonly fetch?: typeof fetch
  /** Time and randomness; tests bring their own. */
  readonly platform?: Pick<Platform, 'now' | 'random' | 'sleep' | 'deadline'>
}

/** What differs from call to call. */
export interface CallOptions<Media = string> {
  /** Ends the call, its waits too; it throws the signal's reason. */
  readonly signal?: AbortSignal
  /** The name of the intention, if it was made before; where the operation knows one. */
  readonly idempotencyKey?: string
  /** The media type of the answer: JSON, where there is a choice. */
  readonly accept?: Media
}

type Method<O extends Operation> = <Media extends MediaOf<O> = DefaultMediaOf<O>>(
  ...call: object extends InputOf<O>
    ? [input?: InputOf<O>, options?: CallOptions<Media>]
    : [input: InputOf<O>, options?: CallOptions<Media>]
) => Promise<AnswerOf<O, Media>>

/** The operations as methods, and the same client with other options. */
export type Client = { readonly [Id in OperationId]: Method<Operations[Id]> } & {
  /** For another buyer, say: `client.with({ userToken })`. */
  with(changes: Partial<ClientOptions>): Client
}

const timeoutMsDefault = 15_000

/**
 * A client of Holdfast with a method for each operation of the API. A method takes the parts of the path, the query
 * and the body in one object, and resolves to what is answered.
 *
 * Each call of an operation that knows an Idempotency-Key is one intention with a key of its own, which all its
 * attempts share. It is sent again after network failures, 5xx, 202 `outcome_unknown` and other refusals that are
 * `retryable` and say when (Retry-After), with jitter and within `retries`. What cannot be repeated safely (signing
 * up, say) is sent once.
 *
 * @throws HoldfastProblem a refusal; HoldfastFault no readable answer. Both name the idempotency key.
 *
 * @example
 * const holdfast = createClient({ baseUrl, apiKey, userToken })
 * const hold = await holdfast.createHold({ eventId: 'theatre', seats: ['A-12', 'A-13'] })
 * const booking = await holdfast.confirmHold({ eventId: 'theatre', holdId: hold.id, payment: { id: 'pay_1' } })
 */
export function createClient(options: ClientOptions): Client {
  const methods = Object.entries(routes).map(([id, route]) => [
    id,
    (input: Record<string, unknown> = {}, call: CallOptions = {}) =>
      send(id, route, { input, call, options }),
  ])
  return Object.assign(Object.fromEntries(methods), {
    with: (changes: Partial<ClientOptions>) => createClient({ ...options, ...changes }),
  })
}

async function send(
  id: string,
  route: Route,
  {
    input,
    call,
    options,
  }: {
    readonly input: Record<string, unknown>
    readonly call: CallOptions
    readonly options: ClientOptions
  },
): Promise<unknown> {
  const { platform = systemPlatform, timeoutMs = timeoutMsDefault } = options
  const { attempts, withinMs } = { ...defaultRetries, ...options.retries }
  const isKeyed = route.repeat === 'by-key'
  const idempotencyKey = isKeyed ? (call.idempotencyKey ?? newKey(platform)) : undefined
  const accept = call.accept ?? route.media[0] ?? '*/*'
  const request = requestOf(route, input, { options, accept, idempotencyKey })
  const endMs = platform.now() + withinMs
  for (let tries = 1; ; tries++) {
    call.signal?.throwIfAborted()
    const outcome = await attempt(options.fetch ?? fetch, request, {
      accept,
      deadline: platform.deadline(timeoutMs),
      signal: call.signal,
      call: { operation: id, attempts: tries, idempotencyKey },
    })
    if (outcome.word === 'answer') return outcome.value
    const { error, again } = outcome
    if (!again || route.repeat === 'never' || tries >= attempts) throw error
    const retryAfterMs = 'retryAfterMs' in error ? error.retryAfterMs : undefined
    const ms = waitMs(tries, retryAfterMs, platform)
    if (platform.now() + ms > endMs) throw error
    await wait(platform.sleep(ms), call.signal)
  }
}

/** 128 random bits in hexadecimal. */
const newKey = ({ random }: Pick<Platform, 'random'>): string =>
  Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Waits, or throws the signal's reason as soon as it has one. */
async function wait(sleeping: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return sleeping
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([sleeping, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
