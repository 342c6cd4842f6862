/*
 * What a predecessor's key may do follows from its use, which its operator has said, on every route and whatever headers
 * are sent or left out.
 */
import { headers, type ProblemCode } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageOrigin } from '../e2e/client.ts'
import { promised, wordIn } from './refusals.ts'
import type { Route } from './routes.ts'
import { type Headers, sendTo } from './senders.ts'
import { openStages, type Stage, setStage, settled } from './stage.ts'
import { unifiedRoutes } from './unified-routes.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
})
afterAll(() => world.close())

type Use = 'page' | 'server'
interface Call {
  readonly use: Use
  readonly hasOrigin: boolean
  readonly vouches: boolean
}

const yesAndNo = [true, false]
const calls: readonly Call[] = (['page', 'server'] as const).flatMap((use) =>
  yesAndNo.flatMap((hasOrigin) => yesAndNo.map((vouches) => ({ use, hasOrigin, vouches }))),
)

const nameOf = ({ use, hasOrigin, vouches }: Call): string =>
  `a ${use}'s key ${hasOrigin ? 'with' : 'without'} an origin, ${vouches ? 'naming a user' : 'with a token'}`

/** The refusal of a call, by the rule; null: it is not refused for its key. */
function ruled({ caller, method }: Route, { use, hasOrigin, vouches }: Call): ProblemCode | null {
  if (use === 'server') return hasOrigin ? 'secret_key_in_browser' : null
  if (!hasOrigin && method !== 'GET') return 'origin_required'
  if (caller === 'server') return 'forbidden'
  return caller === 'buyer' && vouches ? 'forbidden' : null
}

function headersOf({ world: { shop }, buyer }: Stage, { use, hasOrigin, vouches }: Call): Headers {
  return {
    [headers.appId]: shop.appId,
    [headers.apiKey]: use === 'page' ? shop.legacyPageKey : shop.legacyServerKey,
    ...(hasOrigin && { origin: pageOrigin }),
    ...(vouches ? { [headers.externalUserId]: 'somebody' } : buyer),
  }
}

const withKey = unifiedRoutes.filter(({ caller }) => ['pool', 'app', 'buyer', 'server'].includes(caller))

describe.each(withKey.map((route) => [route.name, route] as const))('%s', (_, route) => {
  test.each(calls.map((call) => [nameOf(call), call] as const))('goes by the use of %s', async (_, call) => {
    const stage = await setStage(world)
    const answer = await sendTo(world, route, route.ask(stage), headersOf(stage, call))
    await settled(world)
    const code = ruled(route, call)
    if (code !== null) {
      expect(wordIn(route, answer)).toBe(promised(route, code))
      const command = `npx holdfast apps use ${world.shop.appId} server`
      expect(answer.text.includes(command)).toBe(call.use === 'page')
    } else if (call.vouches) expect([401, 403], answer.text).not.toContain(answer.status)
    else expect(answer.status, answer.text).toBeLessThan(300)
  })
})
