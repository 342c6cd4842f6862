import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BookingView, HoldView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepPort } from '../../edge/dev/ports.ts'
import type { Stack } from '../../edge/dev/stack.ts'
import { readNodeEnv } from '../../edge/src/env.ts'
import { startEdge } from '../../edge/src/node.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Buyer, buyerOf, type Client, createClient, guestOf, pageOrigin, told } from '../e2e/client.ts'
import { everyStore, type Shop, useWorld, type World } from '../e2e/world.ts'
import { sqlite } from '../support/databases.ts'
import { branch, type Collector, namesOf, startCollector, type Tree, treesUnder } from './collector.ts'
import { tellsImports, toldImport } from './told-imports.ts'

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const coreLog = ({ stack }: World) => readFileSync(join(stack.dir, 'core.log'), 'utf8')

/** The same buyer in a trace of their own, which they want to be kept, or not. */
function inTrace(client: Client, event: { readonly eventId: string }, flags = '01') {
  const [traceId, spanId] = [hex(16), hex(8)]
  const buyer = buyerOf(client.with({ traceparent: `00-${traceId}-${spanId}-${flags}` }), event)
  return { traceId, spanId, buyer }
}

/** A buyer of a new event, whom the edge knows already. */
async function knownBuyer(world: World, eventId: string) {
  const shop = await world.openShop()
  const event = await shop.sell(eventId, 20)
  const client = await shop.guest()
  told(201, HoldView, await buyerOf(client, event).hold(['S-1']))
  return { event, client }
}

/** Another edge beside that of the stack, in this process, which keeps no trace. */
async function startQuietEdge({ coreUrl, redis, secrets }: Stack, settings: Record<string, string>) {
  const port = String((await keepPort()).port)
  const env = readNodeEnv({
    ...{ ...settings, OTEL_TRACES_SAMPLER_ARG: '0', LOG_LEVEL: 'error' },
    ...{ HOST: '127.0.0.1', PORT: port, CORE_URL: coreUrl, EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys },
    ...{ USER_TOKEN_SECRET: secrets.userTokenSecret, ADMIN_TOKEN_SECRET: secrets.adminTokenSecret },
    ...{ HOLD_KEY_SECRET: secrets.holdKeySecret },
    ...{ UPSTASH_REDIS_REST_URL: redis.restUrl, UPSTASH_REDIS_REST_TOKEN: redis.restToken },
  })
  const { server, stop } = startEdge(env)
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${port}`, stop }
}

const pageOf = ({ publishableKey }: Shop, edgeUrl: string) =>
  createClient(edgeUrl, { 'x-api-key': publishableKey, origin: pageOrigin })

const holdAndConfirm = async (buyer: Buyer, seat: string) => {
  const { id } = told(201, HoldView, await buyer.hold([seat]))
  return told(201, BookingView, await buyer.confirm(id, `pay_${seat}`))
}

describe.each(everyStore)('a trace, on $store', (ground) => {
  let collector: Collector
  beforeAll(async () => {
    collector = await startCollector()
  })
  const settings = () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-word',
    OTEL_TRACES_SAMPLER_ARG: '1',
  })
  const world = useWorld(ground, () => ({ ...settings(), ...tellsImports }), settings)
  afterAll(() => collector.stop())

  /** The last request of a trace, when the trace has all of these. */
  const treeOf = async (
    { traceId, spanId }: ReturnType<typeof inTrace>,
    ...names: string[]
  ): Promise<Tree> => {
    const spans = () => collector.traceOf(traceId)
    await until(async () => names.every((name) => spans().some((span) => span.name === name)))
    const tree = treesUnder(spans(), spanId).at(-1)
    if (!tree) throw new Error('nothing is below the client')
    return tree
  }
  const sizeOf = ({ below }: Tree): number => below.reduce((sum, tree) => sum + sizeOf(tree), 1)

  test('of a hold shows the edge and one script, and no core', async () => {
    const { event, client } = await knownBuyer(world(), 'held')
    const { buyer, ...trace } = inTrace(client, event)
    told(201, HoldView, await buyer.hold(['S-2', 'S-3']))
    const route = 'POST /v1/events/:eventId/holds'
    const tree = await treeOf({ ...trace, buyer }, route)
    expect(namesOf([tree, ...tree.below])).toEqual([route, 'limiter take', 'redis hold'])
    expect(tree.span).toMatchObject({ service: 'holdfast-edge', kind: 2 })
    expect(tree.span.attributes).toMatchObject({
      'http.response.status_code': 201,
      'holdfast.event_id': 'held',
    })
    expect(collector.traceOf(trace.traceId)).toHaveLength(sizeOf(tree))
  })

  test('of a confirm shows the edge, core, and the five statements of the one transaction', async () => {
    const { event, client } = await knownBuyer(world(), 'sold')
    const { id } = told(201, HoldView, await buyerOf(client, event).hold(['S-2', 'S-3']))
    const trace = inTrace(client, event)
    const answer = await trace.buyer.confirm(id, 'pay_traced')
    told(201, BookingView, answer)
    const route = 'POST /v1/events/:eventId/holds/:holdId/confirm'
    const edge = await treeOf(trace, route, 'stage settle')
    expect(namesOf([edge, ...edge.below])).toEqual([route, 'limiter take', 'redis pin', 'core POST'])

    const core = branch(branch(edge, 'core POST'), 'POST /v1/events/:event/holds/:hold/confirm')
    expect(core.span).toMatchObject({ service: 'holdfast-core', kind: 2 })
    expect(core.span.attributes).toMatchObject({
      'holdfast.request_id': answer.headers.get('x-request-id'),
      'holdfast.event_id': 'sold',
      'http.response.status_code': 201,
    })
    const stages = core.below.filter(({ span }) => span.name.startsWith('stage'))
    expect(namesOf(stages)).toEqual(
      ['claim', 'replay', 'payment', 'commit', 'settle'].map((of) => `stage ${of}`),
    )
    expect(namesOf(branch(core, 'stage payment').below)).toContain('provider simulated.look')

    const commit = branch(core, 'stage commit')
    expect(namesOf(commit.below)).toEqual(['store transaction'])
    const inside = branch(commit, 'store transaction').below
    expect(namesOf(inside).sort()).toEqual([
      ...['store bookings.insert', 'store commit', 'store idempotency.updateIf', 'store outbox.insert'],
      ...['store reservations.putIf', 'store seats.updateIf'],
    ])
    expect(namesOf(inside).at(-1)).toBe('store commit')
    expect(inside.find(({ span }) => span.name === 'store seats.updateIf')?.span.attributes).toEqual({
      'db.system.name': world().stack.storeUrl.startsWith('sqlite') ? 'sqlite' : 'mongodb',
      'db.collection.name': 'seats',
      'db.operation.name': 'updateIf',
    })
    const settled = branch(branch(core, 'stage settle'), 'row settle')
    expect(namesOf(settled.below)).toContain('redis apply')

    const spans = collector.traceOf(trace.traceId)
    expect(spans).toHaveLength(sizeOf(edge))
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length)
    expect(collector.authorizations).toEqual(new Set(['Bearer collector-word']))
  })

  test('has no id of a hold, no key and nobody’s address in it', async () => {
    const text = JSON.stringify(collector.spans, (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    )
    expect(text).not.toMatch(/hold_\w{22}|hf_[ps]k_|eyJ|@|pay_traced|BK-\d/)
    expect(text.length).toBeGreaterThan(10_000)
  })

  if (ground.store !== sqlite.store) return

  test('is not the client’s to ask for, and core does as the edge has decided', async () => {
    const quiet = await startQuietEdge(world().stack, settings())
    const shop = await world().openShop()
    const event = await shop.sell('unseen', 20)
    const unseen = inTrace(await guestOf(pageOf(shop, quiet.url)), event, '01')
    await holdAndConfirm(unseen.buyer, 'S-1')
    await quiet.stop()
    // What comes later is delivered later.
    const seen = inTrace(await shop.guest(), event, '00')
    await holdAndConfirm(seen.buyer, 'S-2')
    await treeOf(seen, 'stage settle')
    expect(collector.traceOf(unseen.traceId)).toEqual([])
  })

  test('is lost with the collector, and no request with it', async () => {
    const { event, client } = await knownBuyer(world(), 'lost')
    let seat = 2
    for (const mode of ['hangs', 'refuses'] as const) {
      collector.become(mode)
      const buyers = Array.from({ length: 5 }, () =>
        holdAndConfirm(inTrace(client, event).buyer, `S-${seat++}`),
      )
      await Promise.all(buyers)
      await until(async () => coreLog(world()).includes('"event":"spans_lost"'))
    }
    expect(collector.ignored()).toBeGreaterThan(5)
    collector.become('takes')
    const back = inTrace(client, event)
    await holdAndConfirm(back.buyer, `S-${seat}`)
    await treeOf(back, 'stage settle')
    expect(coreLog(world())).toContain(toldImport)
  })
})
