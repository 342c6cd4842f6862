import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from './routes.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** What people see in a browser: nothing is asked and nothing refused there. */
const pages = ['GET /docs', 'GET /docs/errors']

test('no route that the edge serves is left out of the table that the proofs are made from', () => {
  const served = world.edge.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const listed = routes.map(({ method, path }) => `${method} ${path}`)
  expect([...listed, ...pages].toSorted()).toEqual([...new Set(served)].toSorted())
})
