import { shown } from '../moving-in/diagnostics.ts'
import type { Legacy, LegacySale, MappedId } from '../moving-in/legacy.ts'
import type { Plan } from '../moving-in/plan.ts'
import { saleLine } from '../moving-in/sold-twice.ts'
import type { AppDoc } from '../store/schema.ts'

/** What an import brought, or would bring. */
export interface Moved {
  readonly legacy: Legacy
  readonly plan: Plan
  readonly warnings: readonly string[]
  /** Who has the keys of its apps. */
  readonly keys: readonly string[]
  /** Lines for the settings of the edge. */
  readonly settings: readonly string[]
}

const idsShownMax = 100

/** What is new, and what was there and stays. */
function countLines({ legacy, plan }: Moved): string[] {
  const seatsOf = (events: readonly { readonly seats: readonly unknown[] }[]) =>
    events.reduce((sum, { seats }) => sum + seats.length, 0)
  const rows: readonly (readonly [what: string, fresh: number, all: number])[] = [
    ['apps', plan.apps.length, legacy.apps.length],
    ['users', plan.users.length, legacy.users.length],
    ['events', plan.events.filter(({ isNew }) => isNew).length, legacy.events.length],
    ['seats', seatsOf(plan.events), seatsOf(legacy.events)],
    ['bookings', plan.sales.length, legacy.sales.length],
  ]
  const blocked = plan.events.flatMap(({ event, seats }) => seats.filter(({ id }) => event.blocked.has(id)))
  return [
    ...rows.map(([what, fresh, all]) => `${what.padEnd(9)} ${fresh} new, ${all - fresh} there already`),
    ...(blocked.length > 0
      ? [`blocked, since they are gone without a booking: ${blocked.length} of the new seats`]
      : []),
  ]
}

const mappedLine = ({ kind, appId, from, to }: MappedId): string =>
  kind === 'entity'
    ? `entity ${shown(from)} of ${appId} is event ${to}`
    : `user ${shown(from)} of ${appId} is ${to}`

function mappedLines({ legacy: { mapped } }: Moved): string[] {
  const more = mapped.length - idsShownMax
  return [
    ...mapped.slice(0, idsShownMax).map(mappedLine),
    ...(more > 0 ? [`and ${more} more that are not shown`] : []),
  ]
}

function paymentLine({ appId, name, paymentProvider: provider, paymentAccount: account }: AppDoc): string {
  const who = `${appId} (${shown(name)})`
  if (provider === 'none') return `${who} has no provider (none): it sells only what is free`
  if (provider === 'external')
    return `${who} sees to payments itself (external): its pages cannot take money, only its server can say what was paid`
  return `${who} is paid by ${provider}, account ${account}, which core's settings must name`
}

/** By whom each app is paid, and what to do about those whose pages cannot take money. */
function paymentLines({ plan: { appsAfter } }: Moved): string[] {
  const apps = appsAfter.filter(({ active }) => active)
  const poor = apps.find(({ paymentProvider: provider }) => provider === 'none' || provider === 'external')
  return [
    ...apps.map(paymentLine),
    ...(poor
      ? [
          `to let pages take money: PATCH /v1/admin/apps/${poor.appId} {"paymentProvider":"razorpay","paymentAccount":"default"}`,
        ]
      : []),
  ]
}

/** What becomes of passwords, where there are some. */
const passwordLines = ({ plan }: Moved): string[] =>
  plan.users.length === 0
    ? []
    : [
        'kept as bcrypt hashes; of a password over 72 bytes only the first 72 ever counted, and its owner signs in with those',
      ]

const leftOutLine = (sale: LegacySale): string =>
  `seat ${shown(sale.named.seat)} of ${shown(sale.named.event)}: ${saleLine(sale)}`

/** What an operator is told at the end. */
export function reportOf(headline: string, moved: Moved): string {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [headline, countLines(moved)],
    ['Ids that can be none here, and stand for these:', mappedLines(moved)],
    ['Payments:', paymentLines(moved)],
    ['Keys:', moved.keys],
    ['Passwords:', passwordLines(moved)],
    [
      'Left out, since their seats were sold twice; tell and refund their buyers:',
      moved.legacy.leftOut.map(leftOutLine),
    ],
    ['To look at:', moved.warnings],
    ['Settings of the edge:', moved.settings],
  ]
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)].join('\n'))
    .join('\n')
}
