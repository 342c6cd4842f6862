/*
 * The attacker knows somebody's mail address, or the operator's name, and types wrong passwords for it from a few addresses: at each end
 * of a pause one of them came first, so that the owner, with the right password and from home, was never let in.
 */
import { freeLoginFailuresPerAccount, headers, loginDelaySecondsMax } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { secrets } from '../secrets.ts'
import { signUp } from '../stage.ts'
import { onPage, onServer, openWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const ada = { email: 'ada@example.org', password: 'correct horse' }
const home = '198.51.100.23'

type Door = (password: string, address: string) => Promise<number>
/** Where an account is signed in to: on the page of an app, through its server, and as the operator, at either API. */
const doors: Readonly<Record<string, Door>> = {
  'a buyer on a page': (password, address) =>
    knock('/v1/auth/login', { email: ada.email, password }, address, onPage(world.shop)),
  'a buyer through the server of an app': (password, address) => {
    const sent = { ...onServer(world.shop), [headers.clientAddress]: address }
    return knock('/v1/auth/login', { email: ada.email, password }, '192.0.2.80', sent)
  },
  'the operator': (password, address) =>
    knock('/v1/admin/login', { email: secrets.admin.email, password }, address),
  'the operator at a predecessor’s console': (password, address) =>
    knock('/admin/login', { username: secrets.admin.username, password }, address),
}

async function knock(path: string, body: object, address: string, sent = {}): Promise<number> {
  const from = { ...sent, 'x-test-address': address }
  return (await world.send({ method: 'POST', path, headers: from, body })).status
}

const pass = (seconds: number) => {
  for (let n = 0; n < 1_000 * seconds; n++) world.clock.tick()
}

describe.each(Object.entries(doors))('%s', (name, door) => {
  const right = name.startsWith('the operator') ? secrets.admin.password : ada.password
  let addresses = 0
  const attack = () => door('wrong horse', `203.0.${(addresses >> 8) + 113}.${addresses++ & 255}`)

  beforeEach(async () => {
    addresses = 0
    await signUp(world, ada.email, ada.password)
  })

  test('is let in from where they signed in before, whatever others type elsewhere', async () => {
    expect(await door(right, home)).toBe(200)
    pass(1)
    for (let n = 0; n < freeLoginFailuresPerAccount + 8; n++) await attack()
    for (let round = 0; round < 4; round++) {
      pass(loginDelaySecondsMax)
      // The attacker comes first at the end of each pause.
      expect(await attack()).toBe(401)
      expect(await attack()).toBe(429)
      expect(await door(right, home)).toBe(200)
    }
  })

  test('has guesses from elsewhere slowed down all the same', async () => {
    expect(await door(right, home)).toBe(200)
    for (let n = 0; n <= freeLoginFailuresPerAccount; n++) expect(await attack()).toBe(401)
    expect(await attack()).toBe(429)
    expect(await door(right, '198.51.100.99')).toBe(429)
  })
})
