import {
  AppId,
  AppInput,
  AppPatch,
  AppsQuery,
  AppView,
  metadataBytesMax,
  systemPlatform,
} from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { simulatedProvider } from '../payments/simulated.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { testCore } from '../testing.ts'
import { listApps, readApp } from './read-apps.ts'
import { appsWorld } from './testing.ts'
import { updateApp } from './update-app.ts'

let world: ReturnType<typeof appsWorld>
beforeEach(() => {
  world = appsWorld(openSqliteStore({ path: ':memory:' }))
})
afterEach(() => world.store.close())

const update = (appId: AppId, patch: object) => updateApp(world.ctx, { appId, patch: AppPatch.parse(patch) })
const none = AppId.parse('app_none')

describe('changing an app', () => {
  test('replaces what is given and leaves the rest', async () => {
    const { app } = await world.create({ allowedOrigins: ['https://shop.example'], metadata: { a: 1 } })
    const changes = {
      name: 'Cinema',
      domain: 'MOVIE',
      allowedOrigins: ['https://kino.example', 'https://kino.example:8443'],
      allowNoOrigin: true,
      paymentProvider: 'external',
      botMode: 'enforce',
      addressBudget: 'observe',
      clientNetworks: [{ cidr: '2001:db8::/48', units: 4_000 }],
      rateLimits: {
        userPerSecond: 5,
        clientPerSecond: 6,
        appPerSecond: 7,
        unpaidOrdersPerHour: 8,
        freeSeatsPerDay: 9,
      },
      eventDefaults: { holdTtlMs: 60_000 },
      browserVouching: true,
      metadata: { contract: { $gt: '', 'a.b': [1] } },
    }
    const changed = await update(app.id, changes)
    expect(AppView.parse(changed)).toEqual({ ...app, ...changes })
    expect(await readApp(world.ctx, app.id)).toEqual(changed)
    expect(await update(app.id, { name: 'Kino' })).toEqual({ ...changed, name: 'Kino' })
    expect(await update(app.id, {})).toEqual({ ...changed, name: 'Kino' })
  })

  test('keeps metadata as text, so that no key of it means anything to a database', async () => {
    const { app } = await world.create({ metadata: { $where: '1', 'a.b': { $ne: null } } })
    expect((await world.store.get(app.id, 'apps', {}))?.metadata).toBe('{"$where":"1","a.b":{"$ne":null}}')
    expect(app.metadata).toEqual({ $where: '1', 'a.b': { $ne: null } })
  })

  test('leaves the domain once there are events that carry it', async () => {
    const { core, appId } = await testCore()
    const change = (patch: object) =>
      updateApp(
        {
          store: core.store,
          platform: systemPlatform,
          findProvider: () => simulatedProvider(systemPlatform),
        },
        { appId, patch: AppPatch.parse(patch) },
      )
    await expect(change({ domain: 'BUS', name: 'Coach' })).rejects.toMatchObject({
      code: 'invalid_request',
      extras: { errors: [{ path: 'domain' }] },
    })
    expect((await readApp(core, appId)).name).toBe('Test')
    expect((await change({ domain: 'EVENT', name: 'Same' })).name).toBe('Same')
    await core.store.close()
  })

  test('does not bring in simulated payments', async () => {
    const { app } = await world.create()
    await expect(update(app.id, { paymentProvider: 'simulated' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  test('of one app never reaches another, and an app that is none is not found', async () => {
    const [one, other] = [await world.create(), await world.create()]
    await update(one.app.id, { active: false, name: 'Closed' })
    expect(await readApp(world.ctx, other.app.id)).toEqual(other.app)
    await expect(update(none, { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(readApp(world.ctx, none)).rejects.toMatchObject({ code: 'not_found' })
    expect(await world.store.count(none, 'apps', {})).toBe(0)
  })

  test.each([
    [{ id: 'app_other' }],
    [{ appId: 'app_other' }],
    [{ name: '' }],
    [{ name: { $gt: '' } }],
    [{ allowedOrigins: ['*'] }],
    [{ allowedOrigins: ['https://shop.example/path'] }],
    [{ allowedOrigins: ['null'] }],
    [{ active: 'false' }],
    [{ eventDefaults: { holdTtlMs: 0 } }],
    [{ eventDefaults: { sale: 'open' } }],
    [{ rateLimits: { userPerSecond: 0 } }],
    [{ metadata: [] }],
    [{ metadata: { text: 'x'.repeat(metadataBytesMax) } }],
  ])('refuses a change of %o', (patch) => {
    expect(AppPatch.safeParse(patch).success).toBe(false)
    expect(AppInput.safeParse({ name: 'Shop', ...patch }).success).toBe(false)
  })
})

test('defaults that no event could have are refused, with what they are measured by', async () => {
  const refused = {
    code: 'invalid_request',
    extras: {
      errors: [{ path: 'eventDefaults.holdTtlMs', message: expect.stringContaining('is 1800000') }],
    },
  }
  const eventDefaults = { holdTtlMs: 1_800_001 }
  await expect(world.create({ eventDefaults })).rejects.toMatchObject(refused)
  const { app } = await world.create({})
  const patch = AppPatch.parse({ eventDefaults })
  const appId = AppId.parse(app.id)
  await expect(updateApp(world.ctx, { appId, patch })).rejects.toMatchObject(refused)
})

test('origins are kept as browsers write them, those of the shells of apps too', async () => {
  const { app } = await world.create({
    allowedOrigins: ['https://Kino.example:443/', 'Capacitor://localhost'],
  })
  expect(app.allowedOrigins).toEqual(['https://kino.example', 'capacitor://localhost'])
})

test('metadata that is nested without end is refused, not fallen over', () => {
  const metadata = JSON.parse(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)
  expect(AppPatch.safeParse({ metadata }).success).toBe(false)
})

describe('listing apps', () => {
  const list = (query: object = {}) => listApps(world.ctx, AppsQuery.parse(query))

  test('goes newest first, a page at a time, and names each once', async () => {
    const made = []
    for (let i = 0; i < 5; i++) {
      // Two of them in the same millisecond.
      if (i !== 3) world.advance(1)
      made.push((await world.create({ name: `Shop ${i}` })).app.id)
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ limit: 2, ...(cursor && { cursor }) })
      seen.push(...page.apps.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(made.toSorted())
    expect([seen[0], seen.at(-1)]).toEqual([made[4], made[0]])
  })

  test('filters by domain and by whether they are active', async () => {
    const bus = (await world.create({ domain: 'BUS' })).app.id
    const movie = (await world.create({ domain: 'MOVIE' })).app.id
    await update(movie, { active: false })
    const ids = async (query: object) => (await list(query)).apps.map(({ id }) => id)
    expect(await ids({ domain: 'BUS' })).toEqual([bus])
    expect(await ids({ active: 'false' })).toEqual([movie])
    expect(await ids({ active: 'true' })).toEqual([bus])
    expect(await ids({ domain: 'MOVIE', active: 'true' })).toEqual([])
    expect(AppsQuery.safeParse({ active: '1' }).success).toBe(false)
    expect(AppsQuery.safeParse({ limit: 1_000 }).success).toBe(false)
  })
})
