import { faultKinds } from '../support/fault-proxy.ts'
import { bookingsOf, minutesOf, type SoakRecord, violationsOf } from './record.ts'

/** What each invariant says, in a few words; all of them are looked at from outside. */
const invariants = {
  I1: 'no seat is sold twice',
  I2: 'store, bookings and Redis agree on every seat',
  I3: 'money balances to the minor unit, payment by payment',
  I4: 'no two holds of one seat at a time',
  I5: 'no hold is refused within its time',
  I6: 'no hold is immortal',
  I7: 'all seats of a hold or a booking, or none',
  I8: 'repeats get the same bytes',
  I9: 'what was told is there, and nobody was confirmed and refused',
  I10: 'Redis is the store, and the outbox is empty',
  I11: 'no booking ends that nobody ended',
  I12: "no app gets at another's",
  I13: 'everything is answered in time, and sells again after it',
} as const

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** A table in Markdown, whose columns stand under each other. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String))
  const widths = (texts[0] ?? []).map((_, n) => Math.max(...texts.map((row) => row[n]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = texts
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join(
    '\n',
  )
}

const counted = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([one], [other]) => one.localeCompare(other))

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** One line on what is so far, which reads well in a log too. */
export function status(record: SoakRecord, phase: string): string {
  const kinds = faultKinds
    .map((kind) => [kind, sum([...record.faults.values()].map((counts) => counts[kind] ?? 0))] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`)
  const { store, rounds, kills, flushes } = record
  const broken = violationsOf(record).length
  return [
    `${store} ${minutesOf(record)} min, round ${rounds + 1} ${phase}`,
    `${bookingsOf(record)} sales, ${kills} kills, ${flushes} flushes`,
    `faults: ${kinds.join(', ') || 'none'}`,
    broken === 0 ? 'I1-I13 hold' : `BROKEN: ${broken}`,
  ].join(' | ')
}

/** What a person wants to know at the end. */
export function report(record: SoakRecord): string {
  const { answers, answerMs, deaths, faults } = record
  const violations = violationsOf(record)
  const times = [...answerMs].map(([action, ms]) => {
    const sorted = ms.toSorted((a, b) => a - b)
    return [action, sorted.length, percentile(sorted, 0.5), percentile(sorted, 0.99), sorted.at(-1) ?? 0]
  })
  const broken = (invariant: string) => violations.filter((one) => one.invariant === invariant).length
  const facts: [string, string | number][] = [
    ['minutes', minutesOf(record)],
    ['rounds, each judged at rest', record.rounds],
    ['bookings that buyers were told of', bookingsOf(record)],
    ['cores killed with kill -9', record.kills],
    ['cores told to stop (SIGTERM)', record.terms],
    ['starts that the network made fail', record.unborn],
    ['FLUSHALL in the middle of a sale', record.flushes],
    ['longest until its inventory was built again, cores dying', `${record.notReadyMsMax} ms`],
    ['restarts of Redis', record.redisRestarts],
    [
      'losses of Redis on record: entries of the log / inventories built again',
      `${record.logLosses} / ${record.rebuilds}`,
    ],
  ]
  return [
    `\n## ${record.store}\n`,
    table([['what', 'count'], ...facts]),
    '\nHow cores ended, by the point at which they were killed:\n',
    table([['point', 'times'], ...counted(deaths)]),
    '\nFaults of the network:\n',
    table([
      ['hop', 'messages', ...faultKinds],
      ...[...faults].map(([hop, counts]) => [
        hop,
        counts.messages ?? 0,
        ...faultKinds.map((kind) => counts[kind] ?? 0),
      ]),
    ]),
    '\nAnswers:\n',
    table([['answer', 'times'], ...counted(answers)]),
    '\nTimes of answers under all that, for information:\n',
    table([['call', 'answers', 'p50 ms', 'p99 ms', 'longest ms'], ...times]),
    '\nInvariants:\n',
    table([
      ['', 'guarantee', 'violations'],
      ...Object.entries(invariants).map(([name, words]) => [name, words, broken(name)]),
    ]),
    ...violations.slice(0, 20).map(({ invariant, what }) => `BROKEN ${invariant}: ${what}`),
  ].join('\n')
}
