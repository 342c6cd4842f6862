/*
 * Every route, sent what its schema allows and what it nearly allows: unicode and half of it, the ends of numbers and calendars,
 * names that every object has, what is absent, null, empty, long, twice or of another type. It answers, or refuses and names the
 * field; it is never a fault of ours. `tests/e2e/bad-input.test.ts` has what is refused by which code, and that it leaves no trace.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { bareEvent, type Input, inputsOf } from './inputs/inputs.ts'
import { unnamed } from './inputs/naming.ts'
import { bodyTextOf } from './inputs/nearly-valid.ts'
import { type Route, routes } from './routes.ts'
import { secrets } from './secrets.ts'
import { goodHeaders, owner } from './senders.ts'
import { openStages, type Stage, setStage } from './stage.ts'
import { expectWellFormed } from './well-formed.ts'
import { boundEvent, onServer, openWorld, type World } from './world.ts'

const unlimited = { client: 1_000_000, user: 1_000_000 }

let world: World
let edge: World['edge']
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
  const { shop } = world
  const bare = { name: 'Bare', currency: 'EUR' }
  await world.send({ method: 'PUT', path: `/v1/events/${bareEvent}`, headers: onServer(shop), body: bare })
  edge = world.openEdge({
    event: { appId: shop.appId, eventId: boundEvent },
    jwtSecret: secrets.oldTickets,
    perSecond: { reads: unlimited, locks: unlimited, payments: unlimited },
  })
})
afterAll(() => world.close())

/** Sends requests to a route as somebody who may. */
async function senderTo(route: Route, stage: Stage, good: Input) {
  const own = await goodHeaders(world, route, good, owner(stage))
  return async ({ path, headers, body }: Input): Promise<ApiAnswer> => {
    const signed = route.caller === 'provider' ? await goodHeaders(world, route, { body }, owner(stage)) : own
    const raw = route.method === 'GET' || body === undefined ? {} : { raw: bodyTextOf(body) }
    return world.send({ method: route.method, path, headers: { ...signed, ...headers }, ...raw }, edge)
  }
}

/** What is wrong with an answer, if anything is. */
function wrongWith(route: Route, input: Input, good: Input, answer: ApiAnswer): string | undefined {
  if (answer.status >= 500) return `a fault: ${world.logs.findLast((line) => line.includes('"fault"'))}`
  try {
    expectWellFormed(route, input.path, answer)
  } catch (error) {
    return `none of its answers: ${(error as Error).message.slice(0, 300)}`
  }
  return unnamed(input, good.body, answer)
}

test.for(routes)('$name: whatever is sent is answered, or refused by naming the field', async (route) => {
  world.logs.length = 0
  const stage = await setStage(world)
  const { good, always, drawn, runs } = inputsOf(route, stage)
  const send = await senderTo(route, stage, good)
  const expectWell = async (input: Input) => {
    const answer = await send(input)
    const wrong = wrongWith(route, input, good, answer)
    if (wrong === undefined) return
    throw new Error(
      `${route.method} ${input.path} ${JSON.stringify(input.headers)} ${bodyTextOf(input.body ?? '')}: ${answer.status} ${answer.text.slice(0, 500)} is ${wrong}`,
    )
  }
  const granted = await send(good)
  expect(granted.status, granted.text).toBeLessThan(300)
  for (const input of always) await expectWell(input)
  await fc.assert(fc.asyncProperty(drawn, expectWell), { numRuns: runs, endOnFailure: true })
})
