/*
 * The attacker calls themselves, or what they sell, by text that moves the cursor of a terminal, begins a line of a log, or turns
 * the direction of what follows, so that an operator or a buyer reads another name.
 */
import { headers } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageOrigin } from '../../e2e/client.ts'
import { signUp } from '../stage.ts'
import { onPage, onServer, openWorld, type World } from '../world.ts'

let world: World
let admin: Readonly<Record<string, string>>
let user: Readonly<Record<string, string>>
beforeAll(async () => {
  world = await openWorld()
  const { token } = await signUp(world, 'ada@example.org')
  user = { ...onPage(world.shop), authorization: `Bearer ${token}` }
  admin = { authorization: `Bearer ${await world.adminToken()}` }
})
afterAll(() => world.close())

const hostile = {
  'a line break': 'Ada\nroot signed in',
  'an escape': 'Ada\u001b[2J',
  'a null': 'Ada\0',
  'a line separator': 'Ada\u2028root',
  'an override to the right': 'moc.knab\u202e',
  'an isolate': 'Ada\u2067',
  'half a character': 'Ada\ud800',
}
const harmless = 'Änne Ó’Brien-王 גיל\u200f 🎭'

/** Who names what, and where. */
const namings: Readonly<
  Record<string, (name: string) => [method: string, path: string, body: object, head: object]>
> = {
  'a user who names themselves': (name) => ['PATCH', '/v1/auth/me', { name }, user],
  'a user who signs up at the predecessor’s route': (name) => {
    const body = { email: `u${Math.random()}@example.org`, password: 'correct horse', name }
    return ['POST', '/auth/signup', body, { origin: pageOrigin }]
  },
  'a user for whom a server vouches': (name) => [
    'POST',
    '/v1/events/named/holds',
    { seats: ['A1'] },
    {
      ...onServer(world.shop),
      [headers.externalUserId]: 'ada',
      [headers.externalUserName]: name.isWellFormed() ? encodeURIComponent(name) : '%00',
    },
  ],
  'an event': (name) => ['PUT', '/v1/events/named', { name, currency: 'EUR' }, onServer(world.shop)],
  'a seat': (name) => [
    'PUT',
    '/v1/events/named/seats',
    // Not the one that is held above: what is on somebody's ticket stays.
    {
      seats: [
        { id: 'A1', price: 1 },
        { id: 'B1', price: 1, number: name, row: name, section: name, category: name },
      ],
    },
    onServer(world.shop),
  ],
  'an app': (name) => ['POST', '/v1/admin/apps', { name }, admin],
  'an app of the console': (name) => [
    'POST',
    '/admin/apps',
    { name, domain: 'EVENT', allowedDomains: [] },
    admin,
  ],
}

describe.each(Object.entries(namings))('%s', (_, asking) => {
  const send = (name: string) => {
    const [method, path, body, head] = asking(name)
    return world.send({ method, path, body, headers: head as Readonly<Record<string, string>> })
  }

  beforeAll(async () => {
    for (const naming of [namings['an event'], namings['a seat']]) {
      const [method, path, body, head] = naming?.('Plain') ?? ['', '', {}, {}]
      await world.send({ method, path, body, headers: head as Readonly<Record<string, string>> })
    }
  })

  test.each(Object.entries(hostile))('is not called by text with %s', async (_, name) => {
    const answer = await send(name)
    expect([400, 422], answer.text).toContain(answer.status)
  })

  test('is called by letters of any script, and by marks that these need', async () => {
    const answer = await send(harmless)
    expect(answer.status, answer.text).toBeLessThan(300)
  })
})
