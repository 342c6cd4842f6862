/*
 * The attacker wants an operator's alert to go off, and asks for a page behind what stands in no list: a cursor that was too long
 * for an id was an unforeseen error.
 */
import { type Operation, operations } from '@holdfast/contract/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '../routes.ts'
import { goodHeaders, owner, sendTo } from '../senders.ts'
import { openStage, type Stage } from '../stage.ts'
import type { World } from '../world.ts'

let world: World
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  world = stage.world
})
afterAll(() => world.close())

const table: Readonly<Record<string, Operation>> = operations
const shapeOf = (query: unknown): object =>
  query instanceof Object && 'shape' in query && query.shape instanceof Object ? query.shape : {}
const lists = routes.filter(({ name }) => 'cursor' in shapeOf(table[name]?.query))

const cursors = [
  ...['a'.repeat(64), 'a'.repeat(65), 'a'.repeat(200), '0', '~', '.', '..', '__proto__', 'constructor'],
  '000001763895600000-BK-20261123-AAAAAA',
  ...['row-1', 'usr_1', 'theatre', Buffer.from('app_1/theatre').toString('base64url')],
]

test('every list there is takes a cursor', () => {
  expect(lists.length).toBeGreaterThan(6)
})

test.each(lists.map((route) => [route.name, route] as const))(
  '%s answers or refuses a cursor of any other list, and never breaks',
  async (_, route) => {
    const asked = route.ask(stage)
    const headers = await goodHeaders(world, route, asked, owner(stage))
    for (const cursor of cursors) {
      const answer = await sendTo(world, route, { ...asked, query: { cursor } }, headers)
      expect([200, 422], `${cursor}: ${answer.text}`).toContain(answer.status)
    }
  },
)
