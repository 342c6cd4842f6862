import type { Audit } from '../support/audit.ts'
import type { Tally } from './buyers.ts'

/** One event of the rush: what buyers were told, and what is true. */
export interface Part {
  readonly name: string
  readonly tally: Tally
  readonly audit: Audit
  readonly seconds: number
  readonly promised: Promised
}

/** What must be so of one event beside the invariants. */
export interface Promised {
  readonly bookings?: number
  /** Buyers who were told that somebody was faster. */
  readonly losers?: number
  /** How many buyers are confirming at once, at least. */
  readonly confirming?: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const count = ({ answers }: Tally, matches: RegExp): number =>
  sum([...answers].filter(([name]) => matches.test(name)).map(([, times]) => times))

type Row = readonly [title: string, value: (part: Part) => number]

const facts: readonly Row[] = [
  ['seconds', ({ seconds }) => Math.round(seconds * 10) / 10],
  ['answers', ({ tally }) => count(tally, /./)],
  ['confirms in flight, at most', ({ tally }) => tally.confirmingMax],
  ['bookings (winners)', ({ audit }) => audit.bookings],
  ['seats sold', ({ audit }) => audit.seatsSold],
]

/** Each must be 0. */
const promises: readonly Row[] = [
  ['answers 5xx but overloaded', ({ tally }) => count(tally, /^5(?!03 overloaded)/)],
  ['answers 429', ({ tally }) => count(tally, /^429/)],
  ['I1 seats sold twice', ({ audit }) => audit.doubleSales],
  ['I2 seats in disagreement', ({ audit }) => audit.seatsInDisagreement],
  ['I2 bookings without decision', ({ audit }) => audit.undecidedBookings],
  ['I4 overlapping holds', ({ audit }) => audit.overlappingHolds],
  ['I7 partial holds or bookings', ({ tally, audit }) => tally.partialHolds + audit.partialBookings],
  ['I8 repeats with another answer', ({ tally }) => tally.unequalRepeats],
  ['I9 told bookings that are lost', ({ audit }) => audit.lostBookings],
]

/** The table, in Markdown, so that it can be pasted where it was measured for. */
export function report(parts: readonly Part[], engine: string, store: string): string {
  const refusals = [...new Set(parts.flatMap(({ tally }) => [...tally.answers.keys()]))]
    .filter((name) => !name.startsWith('2'))
    .sort()
  const rows: Row[] = [
    ...facts,
    ...refusals.map((name): Row => [`refused ${name}`, ({ tally }) => tally.answers.get(name) ?? 0]),
    ...promises,
  ]
  const ground = `on ${engine === 'server' ? 'redis-server' : 'the embedded Redis'}, ${store}`
  const width = Math.max(...[ground, ...rows.map(([title]) => title)].map((title) => title.length))
  const line = (title: string, cells: readonly (string | number)[]) =>
    `| ${title.padEnd(width)} | ${cells.map((cell) => String(cell).padStart(8)).join(' | ')} |`
  return [
    '',
    line(
      ground,
      parts.map((part) => part.name),
    ),
    line(
      '---',
      parts.map(() => '---:'),
    ),
    ...rows.map(([title, value]) => line(title, parts.map(value))),
    '',
  ].join('\n')
}

/** What was promised and is not so. */
export const failures = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => [
    ...promises.flatMap(([title, value]) =>
      value(part) === 0 ? [] : [`${title}: ${value(part)} in ${part.name}`],
    ),
    ...unkept(part),
  ])

function unkept({ name, tally, audit, promised }: Part): string[] {
  const { bookings = audit.bookings, losers, confirming = 0 } = promised
  const refused = tally.answers.get('409 seats_unavailable') ?? 0
  return [
    ...(audit.bookings === bookings ? [] : [`${name} has ${audit.bookings} bookings, not ${bookings}`]),
    ...(losers === undefined || refused === losers
      ? []
      : [`${refused} of ${losers} losers got 409 seats_unavailable in ${name}`]),
    ...(tally.confirmingMax >= confirming
      ? []
      : [`${tally.confirmingMax} confirms were in flight in ${name}, not ${confirming}`]),
  ]
}
