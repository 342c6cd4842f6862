/*
 * What a query says that nobody knows is ignored by every route of every API, and a cursor is good in the list that told it and
 * in no other.
 */
import { type Operation, operations } from '@holdfast/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toldCursor } from '../../core/src/cursor.ts'
import { pathOf, type Route, routes } from './routes.ts'
import { goodHeaders, owner } from './senders.ts'
import { openStage, type Stage } from './stage.ts'
import type { World } from './world.ts'

let world: World
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  world = stage.world
})
afterAll(() => world.close())

const reads = routes.filter(({ method }) => method === 'GET')

async function ask(route: Route, query: string) {
  const asked = route.ask(stage)
  const path = pathOf(route, asked)
  const headers = await goodHeaders(world, route, asked, owner(stage))
  return world.send({ method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}${query}`, headers })
}

test.each(reads.map((route) => [route.name, route] as const))(
  '%s ignores what it does not know',
  async (_, route) => {
    for (const query of [
      '_=1733000000000',
      'utm_source=mail&fbclid=x',
      'v=2&v=3',
      'a[b]=1',
      '__proto__=1',
      '=',
    ]) {
      const answer = await ask(route, query)
      expect(answer.status, `${query}: ${answer.text}`).toBe(200)
    }
  },
)

const table: Readonly<Record<string, Operation>> = operations
const shapeOf = (query: unknown): object =>
  query instanceof Object && 'shape' in query && query.shape instanceof Object ? query.shape : {}
const lists = reads.filter(({ name }) => 'cursor' in shapeOf(table[name]?.query))

/** Which list each of them tells. */
const listOf: Readonly<Record<string, Parameters<typeof toldCursor>[0]>> = {
  listEvents: 'events',
  listAllHolds: 'holds',
  listBookings: 'bookings',
  listAllBookings: 'bookings',
  listPayments: 'payments',
  listUsers: 'users',
  listApps: 'apps',
  listDeliveries: 'deliveries',
  listAllAuditEntries: 'auditLog',
  listAuditEntries: 'auditLog',
  listOutbox: 'outbox',
  readRepair: 'repair',
}

describe.each(lists.map((route) => [route.name, route] as const))('%s', (name, route) => {
  const own = listOf[name]
  const others = [...new Set(Object.values(listOf))].filter((list) => list !== own && list !== 'events')

  test('refuses the cursor of every other list, and says where a good one is', async () => {
    expect(own, 'a list that is not in the table above').toBeDefined()
    for (const list of others) {
      const answer = await ask(route, `cursor=${toldCursor(list, '000001763895600000-x')}`)
      expect([answer.status, answer.body], list).toMatchObject([
        422,
        {
          code: 'invalid_request',
          errors: [{ path: 'cursor', message: expect.stringContaining('nextCursor') }],
        },
      ])
    }
  })
})
