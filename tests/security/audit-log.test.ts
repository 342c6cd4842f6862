/*
 * What an admin or an app's server changes is on record: every write of the table that is for them, by construction, with who
 * and what and nothing of what was sent.
 */
import { BookingView, HoldView, headers, type Principal, principal } from '@holdfast/contract'
import { callers, type Operation, operations } from '@holdfast/contract/operations'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adminDigest, userDigest } from '../../core/src/audit-log/digests.ts'
import type { AuditEntryDoc } from '../../core/src/store/schema.ts'
import { everyApp } from '../../core/src/store/store.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { told } from '../e2e/client.ts'
import { seatsTo } from '../support/selling.ts'
import { recordedAt } from './network.ts'
import { type Asked, type Route, routes } from './routes.ts'
import { secrets } from './secrets.ts'
import { goodHeaders, type Headers, owner, sendTo } from './senders.ts'
import { missingOf, openStages, type Stage, setStage, settled } from './stage.ts'
import { changesOf, tracesIn } from './traces.ts'
import { openWorld, type World } from './world.ts'

let world: World
/** What the edge has sent to core. */
let sent: Request[]
beforeAll(async () => {
  world = await openWorld()
  sent = recordedAt(world.network, 'core.test')
  await openStages(world)
})
beforeEach(() => {
  sent.length = 0
})
afterAll(() => world.close())

const isWrite = ({ method, caller }: Route) => method !== 'GET' && (caller === 'admin' || caller === 'server')
const ofTable = routes.filter((route) => route.api === 'v1' && isWrite(route))
const named = (some: readonly Route[]) => some.map((route) => [route.name, route] as const)
const operationOf = ({ name }: Route) => (operations as Record<string, Operation>)[name]

async function send(route: Route, stage: Stage, asked: Asked): Promise<ApiAnswer> {
  return sendTo(world, route, asked, await goodHeaders(world, route, asked, owner(stage)))
}

const entriesOf = (answer: ApiAnswer): Promise<AuditEntryDoc[]> => {
  const requestId = answer.headers.get(headers.requestId)
  return world.store.find(everyApp, 'auditLog', { requestId }, { limit: 10 })
}

/** Every text and number in a value. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf)
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

/** What of a body stands in an entry, but for the ids by which the body names what is changed. */
function keptOf(route: Route, { body = {} }: Asked, entry: AuditEntryDoc): string[] {
  const ids: (string | undefined)[] = Object.values(operationOf(route)?.names ?? {})
  const values = Object.entries(body as object)
    .filter(([field]) => !ids.includes(field))
    .flatMap(([, value]) => leavesOf(value))
  const { fields: _, ...rest } = entry
  const kept = leavesOf(rest)
  return values.filter((value) =>
    kept.some((one) => one === value || (value.length > 5 && one.includes(value))),
  )
}

const last = (path: string) => path.split('/').at(-1)

describe.each(named(ofTable))('%s', (name, route) => {
  test('leaves one entry when it succeeds: who, what, which object, from where; and nothing of its body', async () => {
    const stage = await setStage(world)
    const asked = route.ask(stage)
    const answer = await send(route, stage, asked)
    expect(answer.status, answer.text).toBeLessThan(300)
    const [entry, ...more] = await entriesOf(answer)
    if (!entry) throw new Error('no entry')
    expect(more).toEqual([])
    const isAdmin = route.caller === 'admin'
    const key = stage.world.shop.secretKey.slice('hf_sk_'.length)
    expect(entry).toMatchObject({
      operation: name,
      actorKind: isAdmin ? 'admin' : 'key',
      actor: isAdmin ? adminDigest(secrets.admin.username) : key.slice(0, 22),
      fields: Object.keys(asked.body ?? {}),
      address: expect.stringMatching(/^10\.\d+\.\d+\.\d+$/),
      createdAt: new Date(world.core.platform.now()),
    })
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, id) => asked.params?.[id] ?? '')
    const ids = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, id = '']) => [id, asked.params?.[id]])
    expect(entry.ids).toMatchObject(Object.fromEntries(ids))
    const { object } = operationOf(route)?.names ?? {}
    const touched = [
      ...Object.values(entry.ids),
      object && (asked.body as Record<string, string>)[object],
      last(path),
    ]
    // Who signs out does something to themselves alone, and a person is known by a digest.
    const { user } = operationOf(route)?.names ?? {}
    const person = user && (asked.body as Record<string, Principal>)[user]
    if (person) expect(entry.user).toBe(userDigest(person))
    if (name === 'signOutAdmin' || person) expect(entry.object).toBeNull()
    else expect(touched).toContain(entry.object)
    if (!isAdmin) expect(entry.appId).toBe(world.shop.appId)
    expect(keptOf(route, asked, entry)).toEqual([])
    await settled(world)
  })

  test('counts once: the same assertion again is refused, and leaves nothing', async () => {
    const stage = await setStage(world)
    const asked = route.ask(stage)
    const answer = await send(route, stage, asked)
    await settled(world)
    const before = await tracesIn(world)
    const written = sent.filter(({ method, url }) => method !== 'GET' && !url.includes('/internal/')).at(-1)
    if (!written) throw new Error('core was not asked')
    const again = await world.network.fetch(written)
    expect([again.status, again.headers.get(headers.edgeRefused)]).toEqual([403, 'replayed'])
    expect(changesOf(before, await tracesIn(world))).toEqual([])
    expect(await entriesOf(answer)).toHaveLength(1)
  })

  test('leaves none when it is refused', async () => {
    const stage = await setStage(world)
    const missing = { ...stage, ids: { ...stage.ids, ...missingOf(stage), shopId: 'app_nowhere' } }
    const asked = route.ask(missing)
    const answer = await send(route, stage, asked)
    if (answer.status < 300) expect(['createApp', 'putEvent', 'putWebhook', 'signOutAdmin']).toContain(name)
    else expect(await entriesOf(answer)).toEqual([])
  })
})

describe.each(named(routes.filter((route) => route.api === 'unified' && isWrite(route))))(
  'the predecessor’s %s',
  (_, route) => {
    test('leaves entries as well, under the names of the operations that it stands for', async () => {
      const stage = await setStage(world)
      const answer = await send(route, stage, route.ask(stage))
      expect(answer.status, answer.text).toBeLessThan(300)
      const entries = await entriesOf(answer)
      expect(entries.length).toBeGreaterThan(0)
      for (const { actor, operation } of entries) {
        expect(actor).toEqual(expect.stringMatching(/^.{22,}$/))
        expect(Object.keys(operations)).toContain(operation)
      }
    })
  },
)

describe('what a buyer may do too', () => {
  const request = async (method: string, path: string, sent: Headers, body: object): Promise<ApiAnswer> =>
    world.send({ method, path, headers: sent, body })

  test('is on record of cancellations by a server, with the digest of the buyer whom it names', async () => {
    const { shop } = world
    const server = { [headers.apiKey]: shop.secretKey }
    const named = { ...server, [headers.externalUserId]: 'user-1' }
    const path = '/v1/events/with-terms'
    const event = {
      ...{ name: 'Play', currency: 'EUR', startsAt: '2099-01-01T00:00:00Z' },
      cancellation: { steps: [{ hoursBefore: 1, refundPercent: 100 }], keepFees: false },
    }
    await request('PUT', path, server, event)
    await request('PUT', `${path}/seats`, server, { seats: seatsTo(2) })
    for (const [seat, who] of [
      ['S-1', named],
      ['S-2', server],
    ] as const) {
      const held = await request('POST', `${path}/holds`, named, { seats: [seat] })
      const { id } = told(201, HoldView, held)
      const confirm = `${path}/holds/${id}/confirm`
      const booked = await request('POST', confirm, named, { payment: { id: `pay_terms_${seat}` } })
      const booking = told(201, BookingView, booked)
      await settled(world)
      const sentAs = { ...who, 'idempotency-key': `cancel-${seat}` }
      const cancel = `/v1/bookings/${booking.id}/cancel`
      const answer = await request('POST', cancel, sentAs, { seats: [seat] })
      expect(answer.status, answer.text).toBe(200)
      expect(await entriesOf(answer)).toMatchObject([
        {
          ...{ appId: shop.appId, operation: 'cancelBooking', object: booking.id, outcome: 'changed' },
          ...{ actorKind: 'key', fields: ['seats'] },
          user: who === named ? userDigest(principal.external(shop.appId, 'user-1')) : null,
        },
      ])
      const replayed = await request('POST', cancel, sentAs, { seats: [seat] })
      expect(await entriesOf(replayed)).toMatchObject([{ outcome: 'unchanged' }])
      const refused = await request('POST', cancel, who, { seats: [seat] })
      expect([refused.status, await entriesOf(refused)]).toEqual([409, []])
    }
  })

  const buyers = routes.filter(
    ({ api, method, caller }) => api === 'v1' && method !== 'GET' && ['buyer', 'app'].includes(caller),
  )
  test.each(named(buyers))('is not for %s, and neither is what anybody may do', async (_, route) => {
    const stage = await setStage(world)
    const before = await world.store.count(everyApp, 'auditLog', {})
    const answer = await send(route, stage, route.ask(stage))
    expect(answer.status, answer.text).toBeLessThan(300)
    expect(await world.store.count(everyApp, 'auditLog', {})).toBe(before)
  })
})

test('a path that is written in another way is the same operation', async () => {
  const { appId } = await world.openShop()
  const token = await world.adminToken()
  const path = `/v1/adm%69n/apps/${appId.replace('app', '%61pp')}`
  const sentAs = { authorization: `Bearer ${token}` }
  const answer = await world.send({ method: 'PATCH', path, headers: sentAs, body: { name: 'Other' } })
  expect(answer.status, answer.text).toBe(200)
  expect(await entriesOf(answer)).toMatchObject([{ operation: 'updateApp', appId, object: appId }])
})

test('every write of the table that is for admins or servers was asked here', () => {
  const table = Object.entries<Operation>(operations)
    .filter(([, { method, caller }]) => method !== 'GET' && (callers[caller].admin || caller === 'server'))
    .map(([name]) => name)
  expect(ofTable.map(({ name }) => name)).toEqual(table)
})
