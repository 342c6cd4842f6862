/*
 * The attacker finds a console that somebody left signed in, or has a token of theirs, and makes it last: a key of their own for
 * every app, or an account of their own that the apps' money goes to.
 */
import { recentSignInSeconds } from '@holdfast/contract'
import { type Operation, operations } from '@holdfast/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../routes.ts'
import { sendTo } from '../senders.ts'
import { openStages, type Stage, setStage, settled } from '../stage.ts'
import { changesOf, tracesIn } from '../traces.ts'
import { openWorld, type World } from '../world.ts'

let world: World
let stage: Stage
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
  stage = await setStage(world)
  await settled(world)
})
afterAll(() => world.close())

/** A token of a session of that age. */
async function tokenOf(ageSeconds: number) {
  const token = await world.adminToken()
  world.clock.tick(ageSeconds * 1_000)
  return { authorization: `Bearer ${token}` }
}
const old = () => tokenOf(recentSignInSeconds + 1)
const recent = () => tokenOf(recentSignInSeconds - 1)

const table = Object.entries<Operation>(operations)
const always = table.filter(([, { recentSignIn }]) => recentSignIn === true).map(([name]) => name)
/** The same work in the predecessor's console. */
const inConsole = ['POST /admin/apps', 'POST /admin/apps/{appId}/rotate-key']
const guarded = routes.filter(({ name }) => [...always, ...inConsole].includes(name))

test('keys, new apps, refunds and people’s data are what needs a recent sign-in', () => {
  expect(always.toSorted()).toEqual([
    'createApp',
    'eraseAnybody',
    'exportAnybody',
    'rotateKey',
    'settleRefundByHand',
  ])
  expect(guarded).toHaveLength(always.length + inConsole.length)
})

describe.each(guarded.map((route) => [route.name, route] as const))('%s', (_, route) => {
  test('is refused in an old session, without a trace, and granted after signing in again', async () => {
    const before = await tracesIn(world)
    const answer = await sendTo(world, route, route.ask(stage), await old())
    const code = route.api === 'v1' ? { code: 'sign_in_again' } : { error: { code: 'AUTHENTICATION_ERROR' } }
    expect([answer.status, answer.body]).toMatchObject([401, code])
    expect(changesOf(before, await tracesIn(world))).toEqual([])
    expect((await sendTo(world, route, route.ask(stage), await recent())).status).toBeLessThan(300)
  })
})

describe('by what an app is paid', () => {
  const patch = async (body: object, headers: Readonly<Record<string, string>>) =>
    (await world.send({ method: 'PATCH', path: `/v1/admin/apps/${world.shop.appId}`, headers, body })).status

  test.each([
    { paymentProvider: 'external' },
    { paymentAccount: 'mine' },
    { name: 'Shop', paymentProvider: 'external', paymentAccount: 'mine' },
  ])('is not changed in an old session: %o', async (body) => {
    const before = await tracesIn(world)
    expect(await patch(body, await old())).toBe(401)
    expect(changesOf(before, await tracesIn(world))).toEqual([])
    expect(await patch({ paymentProvider: 'external' }, await recent())).toBe(200)
  })

  test('is not what other changes are about, which an old session may make', async () => {
    expect(await patch({ name: 'Another' }, await old())).toBe(200)
    expect(await patch({ paymentprovider: 'external' }, await old())).toBe(422)
  })
})
