import { cacheCallMs, edgeBudgetMs, inventoryCallMs, limiterCallMs } from '@holdfast/contract'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { timed } from './driving.ts'
import { createFaults, type FaultKind, faultKinds, type PortName, planted, ports } from './faults.ts'
import { type Junk, junkOf } from './junk.ts'
import { pathOf, type Route, routes as table } from './routes.ts'
import { secretTexts } from './secrets.ts'
import { goodHeaders, owner } from './senders.ts'
import { openStages, type Stage, setStage, stagePassword } from './stage.ts'
import { expectWellFormed } from './well-formed.ts'
import { openWorld, type World } from './world.ts'

/** What gives things back comes last, for the others need them. */
const routes = table.toSorted(
  (one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'),
)

/** The limits and the verdict on the key, an inventory call with its second delivery, then core. */
const answerMsMax = limiterCallMs + cacheCallMs + 2 * inventoryCallMs + edgeBudgetMs
/** Runs of each fault with random requests to every route. */
const runs = 2

const faults = createFaults()
let world: World
let stage: Stage
let never: readonly string[]
beforeAll(async () => {
  world = await openWorld(faults.tap)
  await openStages(world)
})
beforeEach(async () => {
  stage = await setStage(world)
  const { shop, other } = world
  const keys = [shop, other].flatMap(({ secretKey, legacyPageKey, legacyServerKey }) => [
    ...[secretKey, legacyPageKey, legacyServerKey],
  ])
  never = [...planted, ...secretTexts, ...keys, stage.token, stagePassword]
})
afterEach(async () => {
  faults.mend(world)
  // What was put off is for repair, which has tests of its own.
  for (const { appId } of [world.shop, world.other]) {
    await world.store.delete(appId, 'outbox', { status: 'READY' })
  }
  await payAt('simulated')
})
afterAll(() => world.close())

const goodOf = (route: Route): Junk => ({ asked: route.ask(stage), headers: {} })

/** Sends a request to a route and tells what is wrong with the answer, if anything is. */
async function wrongWith(route: Route, { asked, headers, raw }: Junk, edge = world.edge): Promise<string[]> {
  const sent = { ...(await goodHeaders(world, route, asked, owner(stage))), ...headers }
  const { method } = route
  const path = pathOf(route, asked)
  const body = asked.body === undefined ? {} : { body: asked.body }
  const { answer, tookMs } = await timed(world, faults, () =>
    world.send(
      {
        method,
        path,
        headers: sent,
        ...(method !== 'GET' && { ...body, ...(raw !== undefined && { raw }) }),
      },
      edge,
    ),
  )
  const wrong = [...malformed(route, { asked, headers }, answer), ...leaked(answer)]
  if (tookMs > answerMsMax) wrong.push(`took ${tookMs} ms`)
  return wrong.map((what) => `${route.name} ${path} ${JSON.stringify(raw ?? asked.body)}: ${what}`)
}

function malformed(route: Route, { asked }: Junk, answer: ApiAnswer): string[] {
  try {
    expectWellFormed(route, pathOf(route, asked), answer)
    return []
  } catch (error) {
    const { message } = error as Error
    return [`${answer.status} ${answer.text.slice(0, 300)} is none of its answers (${message.slice(0, 300)})`]
  }
}

const secretsIn = (text: string) => never.filter((secret) => text.includes(secret))

function leaked({ text, headers }: ApiAnswer): string[] {
  const lines = world.logs.splice(0)
  return [
    ...secretsIn(`${text} ${JSON.stringify([...headers])}`).map((secret) => `tells ${secret}`),
    ...lines.flatMap((line) => secretsIn(line).map((secret) => `logs ${secret} in ${line.slice(0, 200)}`)),
  ]
}

/** Every route with a request that it would grant. */
async function expectGoodWell(edge: World['edge']): Promise<void> {
  const wrong: string[] = []
  for (const route of routes) wrong.push(...(await wrongWith(route, goodOf(route), edge)))
  expect(wrong).toEqual([])
}

/** So at an edge that remembers what it has asked, then with random requests; and at one that must ask everything. */
async function expectAllWell(): Promise<void> {
  await expectGoodWell(world.edge)
  await expectGoodWell(world.openEdge())
  const everyRoute = fc.tuple(...routes.map((route) => junkOf(route, route.ask(stage))))
  const property = fc.asyncProperty(everyRoute, async (requests) => {
    for (const [n, route] of routes.entries()) {
      const request = requests[n]
      if (request) expect(await wrongWith(route, request)).toEqual([])
    }
  })
  await fc.assert(property, { numRuns: runs, endOnFailure: true })
}

/** The app pays at Razorpay while that is what fails. */
const payAt = (provider: 'simulated' | 'razorpay') =>
  world.store.updateIf(world.shop.appId, 'apps', {}, { set: { paymentProvider: provider } })

test('whatever is sent, every route gives one of its answers and tells no secret', expectAllWell)

const breaks = Object.keys(ports).flatMap((port) =>
  faultKinds.map((kind) => [port as PortName, kind] as const),
)

describe.each(breaks)('while the %s %s', (port: PortName, kind: FaultKind) => {
  test('every route gives one of its answers in time, and tells no secret', async () => {
    if (port === 'provider') await payAt('razorpay')
    faults.breakPort(world, port, kind)
    await expectAllWell()
    expect(faults.hits()).toBeGreaterThan(0)
  })
})
