import { PoolSignUpRequest, principal } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { poolScope } from '../store/store.ts'
import { grantId, testCore } from '../testing.ts'
import { signUp } from '../users/sign-up.ts'
import { atPool, plainPasswords, testTokens } from '../users/testing.ts'
import { updateUser } from '../users/update-user.ts'
import { confirmHold } from './confirm-hold.ts'
import { confirm, pinned, told } from './testing.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

const join = async () => {
  const ctx = { ...world.core, tokens: testTokens(), passwords: plainPasswords().hasher }
  const request = { email: 'ada@example.org', password: 'correct horse', name: 'Ada' }
  const { user } = await signUp(ctx, PoolSignUpRequest.parse(request), atPool)
  const set = { emailVerified: true }
  await world.core.store.updateIf(poolScope, 'users', { userId: user.id }, { set })
  return user.id
}
const bookingOf = async (n: number) => {
  const { core, appId, eventId } = world
  const [found] = await core.store.find(appId, 'bookings', { eventId, grantId: grantId(n) }, { limit: 1 })
  return found
}
type Call = Parameters<typeof confirmHold>[1]

/** Confirms as `confirm` does, but for who buys. */
const confirmAs = (n: number, who: Pick<Call, 'owner' | 'externalUser'>) => {
  const { core, appId, eventId } = world
  const command = { idempotencyKey: `key-${n}`, pin: pinned(`A-${n}`), payment: { id: `pay_${n}` as never } }
  const call: Call = {
    ...{ appId, eventId, grantId: grantId(n), kind: 'secret', requestId: 'req_1', fingerprint: 'f', command },
    ...who,
    deadlineMs: core.platform.now() + 8_000,
  }
  return confirmHold({ ...core, poke: () => {} }, call)
}

test('a booking says what was known of its buyer that day, and the buyer’s answer does not', async () => {
  const userId = await join()
  const answer = await confirmAs(1, { owner: principal.pool(userId), externalUser: undefined })
  expect(answer.status).toBe(201)
  expect(answer.body).not.toContain('ada@example.org')
  expect(await bookingOf(1)).toMatchObject({
    ...{ buyerName: 'Ada', buyerEmail: 'ada@example.org', domain: 'EVENT' },
  })
  await confirmAs(2, {
    owner: principal.external(world.appId, 'u-1'),
    externalUser: { email: 'bob@example.org', name: 'Bob' },
  })
  expect(await bookingOf(2)).toMatchObject({ buyerName: 'Bob', buyerEmail: 'bob@example.org' })
  await confirm(world, { n: 3, pin: pinned('A-3') })
  expect(await bookingOf(3)).toMatchObject({ buyerName: null, buyerEmail: null })
})

test('what is said of somebody is not believed of a user of the pool', async () => {
  const userId = await join()
  await confirmAs(1, {
    owner: principal.pool(userId),
    externalUser: { name: 'Eve', email: 'eve@example.org' },
  })
  expect(await bookingOf(1)).toMatchObject({ buyerName: 'Ada', buyerEmail: 'ada@example.org' })
})

test('a deactivated user is refused before they pay, and may confirm when they are let in again', async () => {
  const userId = await join()
  const owner = principal.pool(userId)
  await updateUser(world.core, { userId, patch: { active: false } })
  expect(told(await confirmAs(1, { owner, externalUser: undefined })).code).toBe('user_deactivated')
  const { core, appId } = world
  expect(await core.store.count(appId, 'payments', {})).toBe(0)
  expect(await core.store.count(appId, 'bookings', {})).toBe(0)
  await updateUser(world.core, { userId, patch: { active: true } })
  expect((await confirmAs(1, { owner, externalUser: undefined })).status).toBe(201)
})

test('a booking made before keeps answering, the same bytes', async () => {
  const userId = await join()
  const owner = principal.pool(userId)
  const first = await confirmAs(1, { owner, externalUser: undefined })
  await updateUser(world.core, { userId, patch: { active: false } })
  const again = await confirmAs(1, { owner, externalUser: undefined })
  expect([again.replayed, again.body]).toEqual([true, first.body])
  expect(told(again).status).toBe('confirmed')
  expect(await world.core.store.count(poolScope, 'users', { active: false })).toBe(1)
})
