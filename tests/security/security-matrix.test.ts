import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectDocumented } from '../support/documented.ts'
import { type Attempt, attemptsOn, type Suspects, suspectsOf } from './attempts.ts'
import { promised, wordIn } from './refusals.ts'
import { type Route, routes } from './routes.ts'
import { goodHeaders, owner, sendTo } from './senders.ts'
import { deactivatedUser, openStages, type Stage, setStage, settled, signedOut } from './stage.ts'
import { changesOf, tracesIn } from './traces.ts'
import { openWorld, type World } from './world.ts'

let world: World
let suspects: Suspects
beforeAll(async () => {
  world = await openWorld()
  const gone = { deactivated: await deactivatedUser(world), signedOut: await signedOut(world) }
  await openStages(world)
  const published = await world.send({ method: 'GET', path: '/.well-known/jwks.json' })
  suspects = await suspectsOf({ world }, published.body, gone)
})
afterAll(() => world.close())

/** What came of an attempt, beside what was promised. */
async function tried(route: Route, stage: Stage, { name, code, headers, query }: Attempt) {
  const asked = route.ask(stage)
  const more = query && { query: { ...asked.query, ...query } }
  const answer = await sendTo(world, route, { ...asked, ...more }, headers)
  if (route.api === 'v1') expectDocumented(route.method, `http://edge.test${pathOfAnswer(route)}`, answer)
  return [`${name}: ${wordIn(route, answer)}`, `${name}: ${promised(route, code)}`] as const
}

const pathOfAnswer = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, 'x')

describe.each(routes.map((route) => [route.name, route] as const))('%s', (_, route) => {
  test('refuses everybody who may not call it as promised, without a trace, and grants it to who may', async () => {
    const stage = await setStage(world)
    const asked = route.ask(stage)
    const attempts = await attemptsOn(route, stage, asked, suspects)
    const before = await tracesIn(world)
    const answers = []
    for (const attempt of attempts) answers.push(await tried(route, stage, attempt))
    expect(answers.map(([said]) => said)).toEqual(answers.map(([, wanted]) => wanted))
    await settled(world)
    expect(changesOf(before, await tracesIn(world))).toEqual([])

    const granted = await sendTo(world, route, asked, await goodHeaders(world, route, asked, owner(stage)))
    expect(granted.status, granted.text).toBeLessThan(300)
    await settled(world)
  })
})
