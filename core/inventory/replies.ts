import {
  BookingId,
  CompactJws,
  Currency,
  GrantId,
  LimitScope,
  PricedSeat,
  Principal,
  SeatId,
  Ticket,
} from '@holdfast/contract'
import * as z from 'zod'
import type { Change, Hold, Holder, Revocation } from './port.ts'

/*
 * A reply is a flat array of strings: a word, values, and the script's time. Here each becomes one member of a
 * union; anything else is a fault of the script or of what stands between, and throws.
 */

const Int = z.string().regex(/^\d+$/).transform(Number)
const holdStatuses = ['held', 'confirming', 'confirmed', 'expired', 'released'] as const

/** `A-12:4500,A-13:4500` */
const PricedSeats = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .transform((parts) =>
    parts.map((part) => {
      const [id, price] = part.split(':')
      return { id, price: Number(price) }
    }),
  )
  .pipe(z.array(PricedSeat))

const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal('').transform(() => null), schema])

const HoldFields = z
  .tuple([GrantId, Principal, z.enum(holdStatuses), Int, Int, orNull(BookingId), Currency, PricedSeats])
  .transform(([grantId, owner, status, createdAtMs, untilMs, bookingId, currency, seats]) => ({
    grantId,
    owner,
    status,
    seats,
    currency,
    createdAtMs,
    untilMs,
    bookingId,
  }))

/** One word of a reply and how its values are read; the time is always last. */
const reply = <Word extends string, Values extends object>(word: Word, values: z.ZodType<Values>) =>
  z
    .object({ word: z.literal(word), values, nowMs: Int })
    .transform(({ values: read, nowMs }) => ({ word, ...read, nowMs }))

const bare = <Word extends string>(word: Word) =>
  reply(
    word,
    z.tuple([]).transform(() => ({})),
  )

const withSeats = <Word extends string>(word: Word) =>
  reply(
    word,
    z.array(SeatId).transform((seats) => ({ seats })),
  )

const unavailable = reply(
  'unavailable',
  z.tuple([z.string()], SeatId).transform(([own, ...seats]) => ({
    seats,
    own: own === '' ? [] : own.split(',').map((grant) => GrantId.parse(grant)),
  })),
)

const withTime = <Word extends string>(word: Word) =>
  reply(
    word,
    z.tuple([Int]).transform(([againAtMs]) => ({ againAtMs })),
  )

const withLimit = <Word extends string>(word: Word) =>
  reply(
    word,
    z.tuple([Int, Int]).transform(([againAtMs, limit]) => ({ againAtMs, limit })),
  )

const tooMany = reply(
  'too_many',
  z
    .tuple([LimitScope, Int, orNull(Int)])
    .transform(([scope, againAtMs, limit]) => ({ scope, againAtMs, limit })),
)

/** A held hold whose time is over has expired, whether or not it was swept yet. */
const statusAt = (hold: Hold, nowMs: number): Hold['status'] =>
  hold.status === 'held' && hold.untilMs <= nowMs ? 'expired' : hold.status

const withHold = <Word extends string>(word: Word) =>
  reply(
    word,
    HoldFields.transform((hold) => ({ stored: hold })),
  ).transform(({ stored, nowMs }) => ({
    word,
    hold: { ...stored, status: statusAt(stored, nowMs) },
    nowMs,
  }))

const Flag = z.enum(['0', '1']).transform((flag) => flag === '1')

const DueFields = z
  .tuple([GrantId, z.enum([...holdStatuses, 'gone'])])
  .transform(([grantId, status]) => ({ grantId, status }))

const HolderFields = z
  .tuple([SeatId, z.enum(['held', 'confirming']), GrantId, Principal, Int])
  .transform(
    ([seatId, status, grantId, owner, untilMs]): Holder => ({ seatId, status, grantId, owner, untilMs }),
  )

const HolderValues = z
  .array(z.string())
  .transform((values) => ({ holders: inGroups(values, 5).map((group) => HolderFields.parse(group)) }))

const OwnedValues = z
  .array(z.string())
  .transform((values) => ({ stored: inGroups(values, 8).map((group) => HoldFields.parse(group)) }))

const DueValues = z.tuple([Int, Flag], z.string()).transform(([epoch, hasIdle, ...rest]) => ({
  epoch,
  hasIdle,
  holds: inGroups(rest, 2).map((group) => DueFields.parse(group)),
}))

/** `0H,12H`: the bytes that index 0 and index 12 of the map got. */
const Marks = z
  .string()
  .regex(/^(\d+[FHCBX](,\d+[FHCBX])*)?$/)
  .transform((text) => (text === '' ? [] : text.split(',')))
  .transform((marks) => marks.map((mark) => ({ index: Number(mark.slice(0, -1)), byte: mark.slice(-1) })))

const ChangeFields = z
  .tuple([
    Int,
    z.enum(['hold', 'extend', 'release', 'pin', 'apply', 'expire', 'publish']),
    Int,
    orNull(GrantId),
    orNull(Principal),
    z.string().transform((text) => (text === '' ? null : text)),
    Int,
    PricedSeats,
    Marks,
  ])
  .transform(
    ([ver, kind, atMs, grantId, owner, address, untilMs, seats, marks]): Change => ({
      ver,
      kind,
      atMs,
      grantId,
      owner,
      address,
      untilMs,
      seats,
      marks,
    }),
  )

const ChangesValues = z.tuple([Int], z.string()).transform(([newestVer, ...rest]) => ({
  newestVer,
  changes: inGroups(rest, 9).map((group) => ChangeFields.parse(group)),
}))

const CheckedValues = z
  .tuple([Int, Int, Int, Flag, Flag, Int])
  .transform(([epoch, ver, mapLength, hasDue, hasLog, waiting]) => ({
    epoch,
    ver,
    mapLength,
    hasDue,
    hasLog,
    waiting,
  }))

const RevocationFields = z
  .tuple([z.string(), Int])
  .transform(([subject, since]): Revocation => ({ subject, since }))

const RevocationValues = z.tuple([Flag, Int], z.string()).transform(([isWhole, count, ...rest]) => ({
  isWhole,
  count,
  told: inGroups(rest, 2).map((group) => RevocationFields.parse(group)),
}))

function inGroups(values: readonly string[], size: number): string[][] {
  const groups: string[][] = []
  for (let i = 0; i < values.length; i += size) groups.push(values.slice(i, i + size))
  return groups
}

const notReady = bare('not_ready')
const ended = [withHold('expired'), withHold('released'), withHold('confirmed')] as const
const absent = [bare('not_found'), bare('lost')] as const
const words = z.discriminatedUnion

/** The replies of each script, by its name. */
export const replies = {
  hold: words('word', [
    withHold('held'),
    withHold('held_over'),
    withHold('replayed'),
    unavailable,
    withSeats('unknown_seat'),
    bare('key_reused'),
    tooMany,
    bare('sale_closed'),
    withTime('sale_not_started'),
    withLimit('cooling_down'),
    withLimit('too_fast'),
    notReady,
  ]),
  extend: words('word', [
    withHold('extended'),
    withHold('cannot_extend'),
    tooMany,
    withSeats('taken'),
    ...ended,
    ...absent,
    notReady,
  ]),
  release: words('word', [withHold('confirming'), ...ended, ...absent, notReady]),
  pin: words('word', [withHold('pinned'), withSeats('taken'), ...ended, ...absent, notReady]),
  read: words('word', [withHold('hold'), ...absent, notReady]),
  reassign: words('word', [withHold('reassigned'), tooMany, ...ended, ...absent, notReady]),
  owned: words('word', [
    reply('owned', OwnedValues).transform(({ word, stored, nowMs }) => ({
      word,
      holds: stored.map((hold) => ({ ...hold, status: statusAt(hold, nowMs) })),
      nowMs,
    })),
    notReady,
  ]),
  holders: words('word', [reply('holders', HolderValues), notReady]),
  apply: words('word', [bare('applied'), notReady]),
  configure: words('word', [bare('configured'), notReady]),
  due: words('word', [reply('due', DueValues), notReady]),
  sweep: words('word', [bare('swept'), notReady]),
  forget: words('word', [bare('forgotten'), notReady]),
  load: bare('loaded'),
  publish: words('word', [
    bare('published'),
    reply(
      'stale',
      z.tuple([Int]).transform(([epoch]) => ({ epoch })),
    ),
    reply(
      'incomplete',
      z.tuple([Int]).transform(([count]) => ({ count })),
    ),
  ]),
  snapshot: words('word', [
    reply(
      'snapshot',
      z.tuple([Int, Int, z.string()]).transform(([epoch, ver, map]) => ({ epoch, ver, map })),
    ),
    notReady,
  ]),
  check: words('word', [reply('checked', CheckedValues), notReady]),
  mend: words('word', [bare('mended'), notReady]),
  changes: words('word', [
    reply('changes', ChangesValues),
    reply(
      'gap',
      z.tuple([Int, Int]).transform(([epoch, ver]) => ({ epoch, ver })),
    ),
    notReady,
  ]),
  keep: bare('kept'),
  receipt: words('word', [
    reply(
      'receipt',
      z
        .tuple([Principal, Ticket, CompactJws])
        .transform(([owner, ticket, receipt]) => ({ owner, ticket, receipt })),
    ),
    bare('absent'),
  ]),
  revoke: bare('revoked'),
  revoked: reply('revocations', RevocationValues),
}

const Envelope = z.array(z.string()).min(2)

/** Takes a reply apart: its first element is the word, its last the script's time. */
export function openReply(raw: unknown): { word: string; values: string[]; nowMs: string } {
  const parts = Envelope.parse(raw)
  return { word: parts[0] ?? '', values: parts.slice(1, -1), nowMs: parts.at(-1) ?? '' }
}
