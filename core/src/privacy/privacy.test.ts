import { AppId, dayMs, erasedAgainMs, PersonExport, Principal, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { confirmHold } from '../bookings/confirm-hold.ts'
import { pinned } from '../bookings/testing.ts'
import { everyApp, poolScope } from '../store/store.ts'
import { grantId, testCore } from '../testing.ts'
import { sendCode } from '../users/codes.ts'
import { goodSince } from '../users/revocations.ts'
import { signUpWithCode } from '../users/sign-up.ts'
import { atApp, plainPasswords, testTokens } from '../users/testing.ts'
import { erasePerson, finishErasures } from './erase-person.ts'
import { exportPerson } from './export-person.ts'
import { forgetBuyers } from './forget-buyers.ts'
import { personOf } from './person.ts'

let world: Awaited<ReturnType<typeof testCore>>
let nowMs: number
const email = 'ada@example.org'
beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 23)
  world = await testCore({ platform: { ...systemPlatform, now: () => nowMs } })
})
afterEach(() => world.core.store.close())

const join = async (): Promise<Principal> => {
  let letter = ''
  const ctx = {
    ...world.core,
    ...{ tokens: testTokens(world.core.platform), passwords: plainPasswords().hasher },
    mailer: async ({ text }: { text: string }) => {
      letter = text
    },
  }
  await sendCode(ctx, { email, digits: 8 })
  const request = {
    email,
    code: letter.slice(0, 8),
    password: 'correct horse',
    name: 'Ada',
    phone: '+39 055',
  }
  return Principal.parse(`pool:${(await signUpWithCode(ctx, request, atApp)).user.id}`)
}
const buy = async (n: number, owner: Principal, externalUser?: { name: string; email: string }) => {
  const { core, appId, eventId } = world
  const call = {
    ...{ appId, eventId, grantId: grantId(n), owner, externalUser },
    ...{ requestId: `req_${n}`, fingerprint: String(n), deadlineMs: nowMs + 120_000 },
    kind: 'secret',
    command: { idempotencyKey: `key-${n}`, pin: pinned(`A-${n}`), payment: { id: `pay_${n}` as never } },
  } as const
  expect((await confirmHold({ ...core, poke: () => {} }, call)).status).toBe(201)
}
const textOfStore = async () => {
  const all: string[] = []
  for await (const { collection, doc } of world.core.store.snapshot())
    all.push(`${collection} ${JSON.stringify(doc)}`)
  return all.join('\n')
}

describe('an account', () => {
  test('is exported whole, by its owner and the operator, and without the account by an app', async () => {
    const owner = await join()
    await buy(1, owner)
    const mine = PersonExport.parse(await exportPerson(world.core, personOf(owner, null), true))
    expect(mine).toMatchObject({
      account: { email, name: 'Ada', phone: '+39 055' },
      sessions: [{ app: 'app_1' }],
      bookings: [{ buyer: { name: 'Ada', email }, seats: [{ id: 'A-1' }] }],
      isWhole: true,
    })
    const ofApp = await exportPerson(world.core, personOf(owner, world.appId), false)
    expect([ofApp.account, ofApp.sessions, ofApp.bookings.length]).toEqual([null, [], 1])
    const other = await exportPerson(world.core, personOf(owner, AppId.parse('app_other')), false)
    expect(other.bookings).toEqual([])
  })

  test('that is erased leaves neither name nor address, and its bookings and sums as they were', async () => {
    const owner = await join()
    await buy(1, owner)
    const sums = () =>
      world.core.store.total(everyApp, 'bookings', {}, { by: ['status'], sum: 'total', limit: 9 })
    const [before] = await world.core.store.find(everyApp, 'bookings', {}, { limit: 2 })
    const total = await sums()
    expect(await textOfStore()).toContain(email)
    nowMs += 1_000
    expect(await erasePerson(world.core, personOf(owner, null))).toEqual({
      person: owner,
      erasedAt: new Date(nowMs).toISOString(),
    })
    const text = await textOfStore()
    for (const trace of [email, 'Ada', '+39 055']) expect(text).not.toContain(trace)
    const [after] = await world.core.store.find(everyApp, 'bookings', {}, { limit: 2 })
    expect(after).toEqual({ ...before, buyerName: null, buyerEmail: null })
    expect(await sums()).toEqual(total)
    expect(await world.core.store.count(poolScope, 'sessions', {})).toBe(0)
    expect(await goodSince(world.core.store, owner)).toBeGreaterThan(nowMs / 1_000)
    await erasePerson(world.core, personOf(owner, null))
  })

  test('has a confirm that was under way looked at once more, and what is sold later left alone', async () => {
    const owner = Principal.parse(`ext:${world.appId}:u1`)
    const named = { name: 'Ada', email }
    await erasePerson(world.core, personOf(owner, world.appId))
    nowMs += 1_000
    await buy(1, owner, named)
    await finishErasures(world.core)
    expect(await textOfStore()).toContain(email)
    nowMs += erasedAgainMs
    await buy(2, owner, { ...named, name: 'Grace' })
    await finishErasures(world.core)
    const bookings = await world.core.store.find(everyApp, 'bookings', {}, { orderBy: 'cursor', limit: 3 })
    expect(bookings.map(({ buyerName }) => buyerName)).toEqual([null, 'Grace'])
    expect(await world.core.store.count(everyApp, 'erasures', { dueAt: null })).toBe(1)
  })

  test('that nobody has is not found', async () => {
    const nobody = personOf(Principal.parse('pool:usr_none'), null)
    await expect(erasePerson(world.core, nobody)).rejects.toMatchObject({ code: 'not_found' })
    await expect(exportPerson(world.core, nobody, true)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a person', () => {
  test('of another app is not found, and a guest needs an app', () => {
    const [own, guest] = [Principal.parse('ext:app_1:u1'), Principal.parse('guest:g1')]
    expect(personOf(own, null).scope).toBe('app_1')
    expect(() => personOf(own, AppId.parse('app_2'))).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(() => personOf(guest, null)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  test('who is a guest has their tokens ended', async () => {
    const guest = Principal.parse('guest:g1')
    await erasePerson(world.core, personOf(guest, world.appId))
    expect(await goodSince(world.core.store, guest)).toBeGreaterThan(0)
  })
})

test('an app that keeps buyers for some days has older ones forgotten, once each, and no other app’s', async () => {
  const { core, appId } = world
  const owner = Principal.parse(`ext:${appId}:u1`)
  const names = async () =>
    (await core.store.find(appId, 'bookings', {}, { orderBy: 'cursor', limit: 9 })).map(
      ({ buyerName }) => buyerName,
    )
  await buy(1, owner, { name: 'Ada', email })
  nowMs += 3 * dayMs
  await buy(2, owner, { name: 'Grace', email })
  await forgetBuyers(core)
  expect(await names()).toEqual(['Ada', 'Grace'])
  await core.store.updateIf(appId, 'apps', {}, { set: { buyersKeptDays: 2 } })
  await forgetBuyers(core)
  expect(await names()).toEqual([null, 'Grace'])
  nowMs += 2 * dayMs + 1
  await forgetBuyers(core)
  expect(await names()).toEqual([null, null])
})
