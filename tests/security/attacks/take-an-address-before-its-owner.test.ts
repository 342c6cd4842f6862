/*
 * The attacker signs up with the address of somebody else, by the one route that asks for no proof of it, and buys. They want the
 * owner to be kept out, their own bookings to bear the owner's address, and to learn who has an account.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { everyApp } from '../../../core/src/store/store.ts'
import { openStages, signIn, signUp } from '../stage.ts'
import { boundEvent, onPage, onServer, openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await openStages(world)
})
afterAll(() => world.close())

const victim = 'victim@holdfast.test'
const squat = async () => {
  const { appId, legacyPageKey: key } = world.shop
  const headers = { 'x-app-id': appId, 'x-api-key': key, origin: onPage(world.shop).origin ?? '' }
  const body = { email: victim, password: 'i was here first', name: 'Mallory' }
  const answer = await world.send({ method: 'POST', path: '/auth/signup', headers, body })
  expect(answer.status, answer.text).toBe(201)
  return { ...headers, authorization: `Bearer ${(answer.body as { data: { token: string } }).data.token}` }
}

test('who has the address has the account: the attacker is out, and no booking bears an address that nobody has proven', async () => {
  const head = await squat()
  const reserve = {
    method: 'POST',
    path: '/reserve-seat',
    headers: head,
    body: { seatId: `${boundEvent}:S-400` },
  }
  const reserved = await world.send(reserve)
  expect(reserved.status, reserved.text).toBe(200)
  const { reservationToken } = (reserved.body as { data: { reservationToken: string } }).data
  const confirm = { reservationToken, paymentId: 'pay_mallory' }
  const sold = await world.send({ method: 'POST', path: '/confirm-booking', headers: head, body: confirm })
  expect(sold.status, sold.text).toBeLessThan(300)
  const [booking] = await world.store.find(everyApp, 'bookings', {}, { limit: 2 })
  expect(booking).toMatchObject({ buyerEmail: null })

  const login = async () => {
    const body = { email: victim, password: 'i was here first' }
    const headers = onServer(world.shop)
    const entered = await world.send({ method: 'POST', path: '/v1/auth/login', headers, body })
    return (entered.body as { code: string }).code
  }
  expect(await login()).toBe('email_unverified')

  const owner = await signUp(world, victim)
  expect(owner.user).toMatchObject({ email: victim, emailVerified: true, name: 'Ada' })
  world.clock.tick(60_000)
  const mine = await world.send({ method: 'GET', path: '/my-bookings?page=1&limit=10', headers: head })
  expect(mine.status).toBe(401)
  expect(await login()).toBe('invalid_credentials')
  expect((await signIn(world, world.shop, victim)).user.id).toBe(owner.user.id)
})

test('asking for a code tells nobody whether there is an account, and the letter does not either', async () => {
  await signUp(world, 'known@holdfast.test')
  const ask = async (email: string) => {
    const headers = onPage(world.shop)
    const { status, text } = await world.send({
      method: 'POST',
      path: '/v1/auth/codes',
      headers,
      body: { email },
    })
    return [status, text, world.letters.at(-1)?.replace(/\d{8}/, '')]
  }
  expect(await ask('known@holdfast.test')).toEqual(await ask('unknown@holdfast.test'))
})

test('a code that is guessed wrong five times is no code any more, for signing up and for a new password alike', async () => {
  const headers = onPage(world.shop)
  const email = 'guessed@holdfast.test'
  await world.send({ method: 'POST', path: '/v1/auth/codes', headers, body: { email } })
  const code = /\d{8}/.exec(world.letters.at(-1) ?? '')?.[0] ?? ''
  const wrong = code.replace(/^./, (digit) => String((Number(digit) + 1) % 10))
  const reset = (typed: string) =>
    world.send({
      method: 'POST',
      path: '/v1/auth/password/reset',
      headers,
      body: { email, code: typed, password: 'staple battery' },
    })
  for (let n = 0; n < 5; n++) expect((await reset(wrong)).status).toBe(401)
  const body = { email, code, password: 'staple battery', name: 'Mallory' }
  expect((await world.send({ method: 'POST', path: '/v1/auth/signup', headers, body })).status).toBe(401)
})
