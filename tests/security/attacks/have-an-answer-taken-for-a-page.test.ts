/*
 * The attacker has the service answer with their own text, and a browser that guesses types shows it as a page; or they
 * stand between a browser and the service, which may be asked without TLS.
 */
import { fileURLToPath } from 'node:url'
import { Problem, problemResponse } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveFiles } from '../../../edge/src/adapters/node-files.ts'
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

test('files, what a browser has already, preflights and what is no request do so too', async () => {
  const edge = world.openEdge()
  serveFiles(edge, fileURLToPath(new URL('../../../edge/public', import.meta.url)))
  const ask = (path: string, init: RequestInit = {}) => edge.request(`http://edge.test${path}`, init)
  const file = await ask('/openapi.json')
  const known = await ask('/openapi.json', { headers: { 'if-none-match': file.headers.get('etag') ?? '' } })
  const origin = { origin: 'https://shop.example', 'access-control-request-method': 'POST' }
  const preflight = await ask('/v1/events', { method: 'OPTIONS', headers: origin })
  const page = await ask('/docs')
  const unreadable = problemResponse(new Problem('invalid_request'))
  const answers = [file, known, preflight, page, unreadable]
  expect(answers.map(({ status }) => status)).toEqual([200, 304, 204, 200, 422])
  for (const { headers } of answers) {
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/)
  }
})
