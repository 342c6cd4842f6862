/*
 * The attacker has an admin's token, or the secret key of an app, for an hour: they make themselves keys, change prices and give
 * money back. Afterwards nothing told what they had done, to which app, or that it was not its own people.
 */
import { headers } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { recordedAt } from '../network.ts'
import { openStages, type Stage, setStage } from '../stage.ts'
import { openWorld, type World } from '../world.ts'

const attacker = '198.51.100.66'
const Told = z.object({
  entries: z.array(
    z.object({
      operation: z.string(),
      actor: z.object({ kind: z.string(), id: z.string().nullable() }),
      address: z.string().nullable(),
      object: z.string().nullable(),
      requestId: z.string(),
    }),
  ),
})

let world: World
let stage: Stage
/** What the edge has sent to core. */
let sent: Request[]
beforeAll(async () => {
  world = await openWorld()
  sent = recordedAt(world.network, 'core.test')
  await openStages(world)
})
beforeEach(async () => {
  stage = await setStage(world)
  sent.length = 0
})
afterAll(() => world.close())

const adminHeaders = async () => ({ authorization: `Bearer ${await world.adminToken()}` })
const request = (who: object, method: string, path: string, body?: object): Promise<ApiAnswer> => {
  world.clock.tick()
  return world.send({
    ...{ method, path, headers: { ...who, 'x-test-address': attacker } },
    ...(body && { body }),
  })
}

/** What a log tells of these calls, as one of the apps reads it or the operator. */
async function logOf(who: object, path: string, answers: readonly ApiAnswer[]) {
  const ids = answers.map((answer) => answer.headers.get(headers.requestId))
  const log = await request(who, 'GET', path)
  expect(log.status, log.text).toBe(200)
  return Told.parse(log.body).entries.filter(({ requestId }) => ids.includes(requestId))
}

describe('what an attacker changes is on record', () => {
  test('with a stolen secret key: prices, secrets, cancellations; by which key, and from where', async () => {
    const { ids } = stage
    const { shop, other } = world
    const stolen = { [headers.apiKey]: shop.secretKey }
    const done = [
      await request(stolen, 'PUT', `/v1/events/${ids.eventId}/seats`, { seats: [{ id: 'S-1', price: 1 }] }),
      await request(stolen, 'POST', `/v1/webhooks/${ids.endpointId}/rotate-secret`, {}),
      await request(stolen, 'POST', `/v1/bookings/${ids.bookingId}/cancel`, { refund: 'full' }),
    ]
    expect(done.map(({ status }) => status)).toEqual([200, 201, 200])
    const trace = (operation: string, object: string) => ({
      ...{ operation, object, address: attacker },
      actor: { kind: 'key', id: shop.secretKey.slice(6, 28) },
    })
    const all = [
      trace('cancelBooking', ids.bookingId),
      trace('rotateWebhookSecret', ids.endpointId),
      trace('putSeats', ids.eventId),
    ]
    expect(await logOf(stolen, '/v1/audit-log', done)).toMatchObject(all)
    const admin = await adminHeaders()
    expect(await logOf(admin, `/v1/admin/audit-log?app=${shop.appId}`, done)).toMatchObject(all)
    const theirs = { [headers.apiKey]: other.secretKey }
    expect(await logOf(theirs, '/v1/audit-log', done)).toEqual([])
  })

  test('with an admin’s token: keys, and how an app is paid; to the app too, without who the admin is', async () => {
    const admin = await adminHeaders()
    const { shop } = world
    const done = [
      await request(admin, 'POST', `/v1/admin/apps/${shop.appId}/keys/rotate`, {
        ...{ kind: 'secret', overlapSeconds: 3_600 },
      }),
      await request(admin, 'PATCH', `/v1/admin/apps/${shop.appId}`, { paymentAccount: 'default' }),
    ]
    expect(done.map(({ status }) => status)).toEqual([201, 200])
    const trace = (operation: string) => ({
      ...{ operation, object: shop.appId, address: attacker, actor: { kind: 'admin', id: 'root' } },
    })
    const path = '/v1/admin/audit-log?actor=root'
    expect(await logOf(admin, path, done)).toMatchObject([trace('updateApp'), trace('rotateKey')])
    const toApp = await logOf({ [headers.apiKey]: shop.secretKey }, '/v1/audit-log', done)
    expect(toApp).toMatchObject([{ address: null, actor: { kind: 'admin' } }, { operation: 'rotateKey' }])
    expect(JSON.stringify(toApp)).not.toMatch(/root|198\.51/)
  })
})

test('an attacker who has seen a call of an admin on its way to core cannot have it made twice', async () => {
  const admin = await adminHeaders()
  const path = `/v1/admin/apps/${world.shop.appId}/keys/rotate`
  await request(admin, 'POST', path, { kind: 'secret', overlapSeconds: 3_600 })
  const [seen] = sent.filter(({ url }) => url.endsWith(path))
  if (!seen) throw new Error('core was not asked')
  const keys = () => world.store.count(world.shop.appId, 'keys', {})
  const before = await keys()
  expect((await world.network.fetch(seen)).status).toBe(403)
  expect(await keys()).toBe(before)
})
