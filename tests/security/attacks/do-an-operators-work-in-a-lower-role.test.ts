/*
 * The attacker is one of the operator's own people, who was let in to answer buyers or to look at numbers, or has the token of
 * one, and does what only an operator should.
 */
import { AdminRole, isRead, isRoleEnough } from '@holdfast/contract'
import { type Operation, operations, roleFor } from '@holdfast/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdminAccount } from '../../../core/src/administration/admins.ts'
import { type Route, routes } from '../routes.ts'
import { adminAccount } from '../secrets.ts'
import { sendTo } from '../senders.ts'
import { openStages, setStage, settled } from '../stage.ts'
import { changesOf, tracesIn } from '../traces.ts'
import { openWorld, type World } from '../world.ts'

const admins = AdminRole.options.map(
  (role): AdminAccount => ({ ...adminAccount, role, name: role, email: `${role}@holdfast.test` }),
) as [AdminAccount, ...AdminAccount[]]

let world: World
beforeAll(async () => {
  world = await openWorld(undefined, { admins })
  await openStages(world)
})
afterAll(() => world.close())

const ofAdmins = routes.filter(({ caller }) => caller === 'admin')

/** The table says it of our routes; the console of the predecessor reads, or does an operator's work. */
function neededFor({ api, name, method }: Route): AdminRole {
  const operation = Object.entries<Operation>(operations).find(([id]) => id === name)?.[1]
  return api === 'v1' && operation ? roleFor(operation) : isRead(method) ? 'viewer' : 'operator'
}

test('what the roles are for is in the table, and nothing else', () => {
  const writes = ofAdmins.filter(({ api, method }) => api === 'v1' && !isRead(method))
  const byRole = Object.groupBy(writes, neededFor)
  const namesOf = (role: AdminRole) => byRole[role]?.map(({ name }) => name).toSorted()
  expect(namesOf('viewer')).toEqual(['signOutAdmin'])
  expect(namesOf('support')).toEqual(['retryOutboxRow', 'retryPayment', 'settleRefundByHand', 'updateUser'])
  expect(ofAdmins.filter((route) => isRead(route.method) && neededFor(route) !== 'viewer')).toEqual([])
})

describe.each(ofAdmins.map((route) => [route.name, route] as const))('%s', (_, route) => {
  const needed = neededFor(route)

  test(`is granted to ${needed} and above, and refused below without a trace`, async () => {
    const stage = await setStage(world)
    await settled(world)
    for (const admin of admins) {
      const before = await tracesIn(world)
      const headers = { authorization: `Bearer ${await world.adminToken(admin)}` }
      const answer = await sendTo(world, route, route.ask(stage), headers)
      await settled(world)
      if (isRoleEnough(admin.role, needed)) {
        expect(answer.status, answer.text).toBeLessThan(300)
        continue
      }
      const refusal =
        route.api === 'v1'
          ? { code: 'forbidden', detail: expect.stringContaining(`needs the role ${needed}`) }
          : { error: { code: 'AUTHORIZATION_ERROR' } }
      expect([answer.status, answer.body]).toMatchObject([403, refusal])
      expect(changesOf(before, await tracesIn(world))).toEqual([])
    }
  })
})
