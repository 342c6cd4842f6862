import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { type Asked, pathOf, type Route, routes } from './routes.ts'
import { goodHeaders, owner, type Sender, sendTo } from './senders.ts'
import { type Ids, missingOf, openStages, type Stage, setStage, settled } from './stage.ts'
import { changesOf, tracesIn } from './traces.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
})
afterAll(() => world.close())

/** An account goes as a whole when its owner shows the password, at whichever app. */
const ofTheAccount = ['eraseMe']

/** Routes on which an app or its buyers speak for themselves. Those of TicketS are bound to one app. */
const ofApps = routes.filter(
  ({ api, caller, name }) =>
    api !== 'tickets' &&
    ['app', 'buyer', 'reader', 'server'].includes(caller) &&
    !ofTheAccount.includes(name),
)

/** To an app that has none of that id, it is a new one; and the predecessor answered an unknown event with no seats. */
const openToAnyId = ['putEvent', 'putWebhook', 'GET /seats', 'GET /seats/status', 'POST /admin/sync-seats']

/** Headers that say nothing of what was asked for. */
const ownHeaders = /^(x-request-id|ratelimit-|idempotency-key|access-control-|vary)/

/** An answer without what differs by itself: its own id and time, and the ids that the request named. */
function bare({ status, text, headers }: ApiAnswer, ids: Partial<Ids>) {
  const named = Object.values(ids).reduce((all, id) => all.replaceAll(id, '<id>'), text)
  const rest = [...headers].filter(([name]) => !ownHeaders.test(name))
  return {
    status,
    headers: rest.map(([name, value]) => [name, name === 'etag' || name === 'location' ? '' : value]),
    text: named
      .replaceAll(/req_\w{22}/g, '<request>')
      .replaceAll(/whsec_[\w+/=]+/g, '<secret>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'),
  }
}

async function answersTo(route: Route, sender: Sender, asked: Asked) {
  return sendTo(world, route, asked, await goodHeaders(world, route, asked, sender))
}

/** All that a request says of what it asks for. */
const said = (route: Route, asked: Asked) => pathOf(route, asked) + JSON.stringify(asked.body)

/** What somebody is answered who asks for these ids, and what they are answered for ids of nothing. */
async function twice(route: Route, stage: Stage, sender: Sender, nothing: Partial<Ids>) {
  const named = { ...stage, ids: { ...stage.ids, ...nothing } }
  const [there, nowhere] = [route.ask(stage), route.ask(named)]
  const [real, none] = [await answersTo(route, sender, there), await answersTo(route, sender, nowhere)]
  const isObject = said(route, there) !== said(route, nowhere)
  return { real, none, isObject, there }
}

describe.each(ofApps.map((route) => [route.name, route] as const))('%s', (_, route) => {
  test('answers another app as if what it asks for were not there, and leaves it alone', async () => {
    const stage = await setStage(world)
    const before = await tracesIn(world, world.shop.appId)
    const missing = missingOf(stage)
    // What the edge has just told its owner it remembers.
    if (route.method === 'GET') await answersTo(route, owner(stage), route.ask(stage))
    // Users of the pool are known to every app, so this is a good caller: the very buyer, at another shop.
    const sender = { shop: world.other, buyer: stage.elsewhere }
    const { real, none, isObject, there } = await twice(route, stage, sender, missing)
    // The twin is the other app’s as well, and the buyer their own.
    const { twinId: __, userId: ___, ...ids } = stage.ids
    if (isObject) expect(bare(real, ids)).toEqual(bare(none, missing))
    if (isObject && !openToAnyId.includes(route.name)) expect(real.status, real.text).toBe(404)
    const asked = said(route, there)
    const told = Object.values(ids).filter((id) => real.text.includes(id) && !asked.includes(id))
    expect(told).toEqual([])
    await settled(world)
    expect(changesOf(before, await tracesIn(world, world.shop.appId))).toEqual([])
  })
})

const ofBuyers = routes.filter(
  ({ api, caller }) => api !== 'tickets' && ['buyer', 'reader', 'account'].includes(caller),
)

describe.each(ofBuyers.map((route) => [route.name, route] as const))('%s', (_, route) => {
  test('answers another buyer of the app as if what they ask for were not there, and leaves it alone', async () => {
    const stage = await setStage(world)
    const before = await tracesIn(world)
    const { grantedTo: _, ...byBuyers } = route
    const sender = { shop: world.shop, buyer: stage.stranger }
    const { holdId, bookingId, paymentId, sessionId } = missingOf(stage)
    const nothing = { holdId, bookingId, paymentId, sessionId }
    const { real, none, isObject } = await twice(byBuyers, stage, sender, nothing)
    if (!isObject) return
    expect(bare(real, stage.ids)).toEqual(bare(none, { ...stage.ids, ...nothing }))
    expect(real.status, real.text).toBe(404)
    await settled(world)
    expect(changesOf(before, await tracesIn(world))).toEqual([])
  })
})

describe.each(['retryPayment', 'settleRefundByHand'])('%s', (name) => {
  test('finds nothing of an app under the name of another', async () => {
    const route = routes.find((one) => one.name === name)
    if (!route) throw new Error(`there is no ${name}`)
    const stage = await setStage(world)
    const before = await tracesIn(world)
    const elsewhere = { ...stage, ids: { ...stage.ids, shopId: world.other.appId } }
    const sender = { shop: world.shop, buyer: stage.buyer }
    const missing = missingOf(stage)
    const { real, none } = await twice(route, elsewhere, sender, { ...missing, shopId: world.other.appId })
    expect(real.status, real.text).toBe(404)
    expect(bare(real, elsewhere.ids)).toEqual(bare(none, missing))
    expect(changesOf(before, await tracesIn(world))).toEqual([])
  })
})
