/** Something that must not be. */
export interface Violation {
  readonly invariant: string
  readonly what: string
}

/** Something that a client was told. */
export interface Told {
  readonly who: string
  readonly action: 'hold' | 'release' | 'confirm' | 'cancel' | 'read'
  /** The grant, or the booking of a cancellation; of a hold, nothing yet. */
  readonly subject: string
  readonly key: string
  readonly status: number
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
  readonly sentMs: number
  readonly toldMs: number
}

/** A refusal for the hold's sake: whoever gets it for good has no booking. */
const forTheHold = new Set(['hold_expired', 'hold_lost', 'hold_released', 'seats_unavailable'])

/** No answer of the edge takes longer: a script of Redis twice, the limiter, core; and this machine is busy. */
export const answerMsMax = 25_000

export const isFinal = ({ status, body }: Pick<Told, 'status' | 'body'>): boolean =>
  status < 300 ? status !== 202 : body.retryable === false

/** What a lost hold is told, of which nothing is on record. */
const isUnrecorded = (body: Told['body']): boolean => body.code === 'not_found'
/** A refusal that nobody had to record names the request that it was given to. */
const withoutRequest = (text: string): string => text.replace(/,"requestId":"[^"]*"/, '')

/** What the clients of one event did and were told, held against the invariants as it comes. */
export interface Notes {
  readonly eventId: string
  readonly violations: readonly Violation[]
  /** Bookings that somebody was told of, by id. */
  readonly booked: ReadonlyMap<string, Told>
  /** Grants that were refused for good for the hold's sake. */
  readonly refused: ReadonlyMap<string, Told>
  /** Final answers to a key of a confirm or a cancellation. */
  readonly finals: ReadonlyMap<string, Told>
  /** Bookings that somebody asked to cancel. */
  readonly cancelled: Set<string>
  complain(invariant: string, what: string): void
  /** `lasts`: until when the hold of a confirm was promised to last, at least. */
  told(told: Told, lastsMs?: number): void
}

/** Begins them. `isLossy`: Redis loses something meanwhile, so holds may be lost. */
export function takeNotes(eventId: string, isLossy: () => boolean): Notes {
  const violations: Violation[] = []
  const [booked, refused, finals] = [1, 2, 3].map(() => new Map<string, Told>()) as [
    Map<string, Told>,
    Map<string, Told>,
    Map<string, Told>,
  ]
  const complain = (invariant: string, what: string) => void violations.push({ invariant, what })

  /** I8 and I9: the same key has the same final answer. */
  const repeated = (told: Told) => {
    const { action } = told
    const name = `${told.who} ${action} ${told.key}`
    const first = finals.get(name)
    if (!first) return void finals.set(name, told)
    const areEqual =
      action === 'hold'
        ? first.body.id === told.body.id
        : withoutRequest(first.text) === withoutRequest(told.text)
    // Of a hold that Redis has lost, the key makes another.
    if (action === 'hold' && isLossy()) return
    if (!areEqual) complain('I8', `${name} was told ${first.text}, then ${told.text}`)
  }
  return {
    eventId,
    violations,
    booked,
    refused,
    finals,
    cancelled: new Set(),
    complain,
    told(told, lastsMs = 0) {
      const { action, subject, status, body, sentMs, toldMs } = told
      if (toldMs - sentMs > answerMsMax)
        complain('I13', `${action} of ${told.who} took ${toldMs - sentMs} ms`)
      if (!isFinal(told) || body.code === 'idempotency_key_reused' || isUnrecorded(body)) return
      if (action === 'hold' && status !== 201) return
      if (action === 'hold' || action === 'confirm' || action === 'cancel') repeated(told)
      if (action !== 'confirm') return
      if (status === 201) booked.set(String(body.id), told)
      else if (forTheHold.has(String(body.code))) {
        refused.set(subject, told)
        if (toldMs < lastsMs && !isLossy())
          complain('I5', `${subject} was refused (${body.code}) within its time`)
      }
    },
  }
}
