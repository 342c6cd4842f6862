/*
 * An app's own server sends a seating plan whose category is called as a member of every object is: its price was a function,
 * which no store takes, and an unforeseen error.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onServer, openWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test.each(['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])(
  'a plan with a category called %s and no price of it is refused by its path',
  async (category) => {
    const [path, headers] = ['/v1/events/hall', onServer(world.shop)]
    await world.send({ method: 'PUT', path, headers, body: { name: 'Hall', currency: 'EUR' } })
    const seats = [{ seat_guid: 'A-1', position: { x: 1, y: 1 }, category }]
    const zones = [{ rows: [{ seats }] }]
    const body = { plan: { name: 'Hall', categories: [{ name: category }], zones }, prices: {} }
    const answer = await world.send({ method: 'PUT', path: `${path}/plan`, headers, body })
    expect(answer.status, answer.text).toBe(422)
    expect(answer.text).toContain(`prices.${category}`)
  },
)
