/*
 * The attacker has the service answer with their own text, and a browser that guesses types shows it as a page; or they
 * stand between a browser and the service, which may be asked without TLS.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '../routes.ts'
import { sendTo } from '../senders.ts'
import { openStage, type Stage } from '../stage.ts'
import type { World } from '../world.ts'

let world: World
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  world = stage.world
})
afterAll(() => world.close())

test.each(routes.map((route) => [route.name, route] as const))(
  'the answer of %s says that it is what it says, and asks for TLS',
  async (_, route) => {
    const { headers } = await sendTo(world, route, route.ask(stage), {})
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/)
  },
)

test.each(['/nothing', '/v1/nothing', '/docs/errors', '/v1/events/%'])(
  'the answer at %s does so too',
  async (path) => {
    const { headers } = await world.send({ method: 'GET', path })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/)
  },
)
