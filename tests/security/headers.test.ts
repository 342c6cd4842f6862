/*
 * Every route, sent what no header should have: text of any alphabet as bytes, ends of numbers, names that every object has, half a
 * structure, and a lot of it. It answers or refuses; it is never a fault of ours, and what is wrong in one header opens nothing.
 */
import { headers } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Route, routes } from './routes.ts'
import { goodHeaders, owner, sendTo } from './senders.ts'
import { openStages, setStage } from './stage.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
})
afterAll(() => world.close())

/** As the platform hands it over: the bytes of UTF-8, each read as a letter. */
const asBytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))

const values = [
  ...['', ' ', '0', '-1', 'null', '[]', '{"$gt":""}', '__proto__', 'constructor', '../..', '%', '%00', '%ff'],
  ...[asBytes('Зал «А»'), asBytes('𝕳ǫ𝖑𝖉 🎟️'), '\u00ff\u00fe', "' OR 1=1 --", 'a,b;c=d', '*/*;q=9'],
  ...['x'.repeat(201), 'x'.repeat(5_000), 'Bearer ', 'Bearer a.b.c', 'Gecko/'.repeat(500), '1e309', '0x10'],
]

const names = [
  ...Object.values(headers).filter(
    (name) => !/ratelimit|retry-after|idempotent-replayed|assertion|edge-refused/.test(name),
  ),
  ...[
    'authorization',
    'origin',
    'accept',
    'accept-language',
    'content-type',
    'content-encoding',
    'content-length',
  ],
  ...[
    'if-none-match',
    'traceparent',
    'tracestate',
    'x-forwarded-for',
    'cf-connecting-ip',
    'sec-ch-ua',
    'sec-fetch-site',
  ],
  ...['range', 'te', 'x-http-method-override', 'x-real-ip', headers.edgeAssertion],
]

const asked: readonly [string, string][] = [...new Set(names)].flatMap((name, at) =>
  // Each header with some of the values, and its neighbours with the others.
  values.filter((_, nth) => nth % 6 === at % 6).map((value): [string, string] => [name, value]),
)

test.for(routes)('$name: whatever stands in a header is answered, or refused', async (route: Route) => {
  const stage = await setStage(world)
  const input = route.ask(stage)
  const good = await goodHeaders(world, route, input, owner(stage))
  const faults: string[] = []
  for (const [name, value] of asked) {
    world.logs.length = 0
    const { status, text } = await sendTo(world, route, input, { ...good, [name]: value })
    const told = world.logs.filter((line) => line.includes('"fault"'))
    if (status >= 500 || told.length > 0)
      faults.push(`${name}: ${value.slice(0, 40)}: ${status} ${text} ${told.join()}`)
  }
  expect(faults).toEqual([])
})
