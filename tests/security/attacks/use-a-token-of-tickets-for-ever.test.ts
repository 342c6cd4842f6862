/*
 * The attacker has a token that TicketS made years ago and that says no end, out of an old browser or backup: it was good for as
 * long as the secret of the old deployment is set.
 */
import { dayMs } from '@holdfast/contract'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { secrets } from '../secrets.ts'
import { openStage } from '../stage.ts'
import type { World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = (await openStage()).world
})
afterAll(() => world.close())

/** What is said to a lock with a token that was made so many days ago. */
async function lock(days: number) {
  const madeAt = Math.floor((world.clock.platform.now() - days * dayMs) / 1_000)
  const token = await new SignJWT({ userId: 'usr_old', email: 'old@holdfast.test' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt(madeAt)
    .sign(secrets.oldTickets)
  const headers = { authorization: `Bearer ${token}` }
  return (await world.send({ method: 'POST', path: '/api/lock', headers, body: { seatId: 'T-1' } })).status
}

test('a token that says no end is good for a year from when it was made', async () => {
  expect(await lock(364)).not.toBe(403)
  expect([await lock(366), await lock(2_000)]).toEqual([403, 403])
})
