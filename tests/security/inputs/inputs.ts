import { headers } from '@holdfast/contract'
import { type Operation, operations } from '@holdfast/contract/operations'
import fc from 'fast-check'
import type { Asked, Route } from '../routes.ts'
import type { Headers } from '../senders.ts'
import { missingOf, type Stage } from '../stage.ts'
import { knownTo, withMore } from './full.ts'
import { memberNames, numbers, rawParts, texts, times } from './hostile.ts'
import { calledAsMembers, type Spoilt, spoiltInOnePlace, timesOf } from './nearly-valid.ts'
import type { Place } from './places.ts'
import { fullOf, schemaOf, validOf } from './schemas.ts'

/** One request: good, but for the places that it names. */
export interface Input {
  readonly path: string
  readonly headers: Headers
  readonly body: unknown
  /** What a refusal of the request as invalid has to name one of; empty: anything that is in it. */
  readonly at: readonly Place[]
}

/** All that a route may be sent. */
export interface Inputs {
  /** What it grants. */
  readonly good: Input
  /** What is sent each time: where a fault of a whole kind shows. */
  readonly always: readonly Input[]
  /** Of which some are drawn. */
  readonly drawn: fc.Arbitrary<Input>
  readonly runs: number
}

const table: Readonly<Record<string, Operation>> = operations
const runsMax = 60

/** An event that has no seats yet. */
export const bareEvent = 'bare'

const pathFrom = (
  route: Route,
  params: Readonly<Record<string, string>>,
  query: readonly (readonly [string, string])[],
) => {
  const filled = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => params[name] ?? '')
  const search = new URLSearchParams(
    query.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
  )
  return query.length > 0 ? `${filled}?${search}` : filled
}

const encoded = (text: string) => encodeURIComponent(text.toWellFormed())

export function inputsOf(route: Route, stage: Stage): Inputs {
  const asked = route.ask(stage)
  const { params = {}, query = {} } = asked
  const schema = table[route.name]?.body
  const given = withMore(route, asked)
  const known = knownTo(route, stage)
  const body = schema ? fullOf(schemaOf(schema), given, known) : given
  const parts = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, encoded(value)]))
  const search = Object.entries(query)
  const good: Input = { path: pathFrom(route, parts, search), headers: {}, body, at: [] }

  const spoilt = (forms: Iterable<Spoilt>): Input[] =>
    Array.from(forms, ({ value, at }) => ({ ...good, body: value, at }))
  const names = Object.keys(params).filter((name) => route.path.includes(`{${name}}`))
  const ids = [...Object.values(stage.ids), ...Object.values(missingOf(stage)), bareEvent]
  const others = [...[...texts, ...ids].map(encoded), ...rawParts]
  const otherParts = names.flatMap((name) =>
    others.map((part) => ({ ...good, path: pathFrom(route, { ...parts, [name]: part }, search) })),
  )
  const bodies = body === undefined ? [] : [...spoiltInOnePlace(body)]
  const nearly = [
    ...spoilt(bodies),
    ...otherParts,
    ...queriesOf(route, asked, good, (list) => pathFrom(route, parts, list)),
    ...headersOf(good),
  ]
  const valid = schema && validOf(schemaOf(schema), known).map((value): Input => ({ ...good, body: value }))
  return {
    good,
    always: [
      ...(body === undefined ? [] : [...spoilt(calledAsMembers(body)), ...spoilt(timesOf(body))]),
      ofBareEvent(good, stage),
    ],
    drawn: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...nearly) },
      valid ?? fc.constantFrom(...nearly),
    ),
    runs: Math.min(runsMax, nearly.length),
  }
}

/** The same of the event that has no seats, wherever an event is named. */
function ofBareEvent(good: Input, { ids }: Stage): Input {
  const bare = (text: string) => text.replaceAll(ids.eventId, bareEvent).replaceAll(ids.twinId, bareEvent)
  const { body } = good
  return {
    ...good,
    path: bare(good.path),
    body: body === undefined ? body : JSON.parse(bare(JSON.stringify(body))),
  }
}

function queriesOf(
  { name, method }: Route,
  { query = {} }: Asked,
  good: Input,
  pathWith: (list: [string, string][]) => string,
): Input[] {
  const schema = table[name]?.query
  const known = Object.keys((schema && schemaOf(schema).properties) ?? {})
  const names =
    method === 'GET' ? [...new Set([...known, ...Object.keys(query), 'cursor', 'limit', 'page'])] : known
  const values = [...texts, ...times, ...numbers.map(String), 'true', 'open', 'A-1']
  return names.flatMap((each) => {
    const rest = Object.entries(query).filter(([other]) => other !== each)
    const lists: [string, string][][] = [
      ...values.map((value): [string, string][] => [...rest, [each, value]]),
      [...rest, [each, '1'], [each, '2']],
      [...rest, [`${each}[]`, '1']],
      [...rest, [`${each}[$gt]`, '']],
      ...memberNames.map((member): [string, string][] => [
        ...rest,
        [member, '1'],
        [each, query[each] ?? '1'],
      ]),
      rest,
    ]
    return lists.map((list) => ({ ...good, path: pathWith(list), at: [[each]] }))
  })
}

const spoiltHeaders = [
  ...[headers.idempotencyKey, headers.externalUserId, headers.externalUserEmail, headers.externalUserName],
  ...[
    headers.appId,
    headers.apiKey,
    'accept',
    'if-none-match',
    'content-type',
    'authorization',
    'x-request-id',
    'traceparent',
  ],
]

/** What can be in a header at all: bytes, each as a letter. */
const latin = (text: string) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '').trim()

const headersOf = (good: Input): Input[] =>
  spoiltHeaders.flatMap((name) =>
    texts
      .flatMap((text) => [
        encoded(text),
        latin(text),
        latin(String.fromCharCode(...new TextEncoder().encode(text))),
      ])
      .map((value) => ({ ...good, headers: { [name]: value }, at: [[name]] })),
  )
