import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  BookingView,
  CancelReply,
  DeliveryPage,
  DeliveryView,
  EndpointList,
  EndpointView,
  HoldView,
  Notice,
  PutEndpointReply,
  RotatedSecret,
} from '@holdfast/contract'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { buyerOf, type Client, refused, told } from './client.ts'
import { everyGround, type Shop, useWorld } from './world.ts'

interface Heard {
  readonly headers: Record<string, string>
  readonly body: string
}

/** The server of an app, on this machine: what it heard, and what it answers. */
async function startReceiver() {
  const heard: Heard[] = []
  let status = 204
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, one]) => [name, String(one)]),
    )
    heard.push({ headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(status, { location: 'http://169.254.169.254/' }).end('{"secret":"of the receiver"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}/hooks`,
    heard,
    say(next: number) {
      status = next
    },
    /** What it accepts of what it heard, by the secret that it was given. */
    accepted: (secret: string): Notice[] =>
      heard.map(({ body, headers }) => Notice.parse(new Webhook(secret).verify(body, headers))),
    stop: () => server.close(),
  }
}
type Receiver = Awaited<ReturnType<typeof startReceiver>>

describe.each(everyGround)('an app that is told what happens, on $store', (ground) => {
  const world = useWorld(ground)
  let shop: Shop
  let receiver: Receiver
  beforeAll(async () => {
    shop = await world().openShop()
  })
  const receivers: Receiver[] = []
  afterEach(() => {
    for (const one of receivers.splice(0)) one.stop()
  })
  afterAll(() => receiver?.stop())

  const put = async (id: string, input: object, server = shop.server) =>
    told(201, PutEndpointReply, await server.call('PUT', `/v1/webhooks/${id}`, { body: input }))
  const deliveriesOf = async (id: string, server: Client = shop.server) =>
    told(200, DeliveryPage, await server.call('GET', `/v1/webhooks/${id}/deliveries`)).deliveries

  test('hears of a hold, a booking, its cancellation and the refund, each signed', async () => {
    receiver = await startReceiver()
    const events = ['hold.created', 'booking.confirmed', 'booking.cancelled', 'booking.refunded']
    const { secret = '', status } = await put('main', { url: receiver.url, events })
    expect([secret.slice(0, 6), status]).toEqual(['whsec_', 'active'])
    const event = await shop.sell('told', 4)
    const ann = buyerOf(shop.user('ann'), event)
    const hold = told(201, HoldView, await ann.hold(['S-1', 'S-2']))
    const booking = told(201, BookingView, await ann.confirm(hold.id, 'pay_ok_told'))
    const answer = await shop.server.call('POST', `/v1/bookings/${booking.id}/cancel`, { body: {} })
    const { cancellation } = told(200, CancelReply, answer)
    await until(async () => receiver.heard.length >= 4)

    const notices = receiver.accepted(secret)
    expect(notices.map(({ type }) => type).toSorted()).toEqual(events.toSorted())
    const of = <Type extends Notice['type']>(type: Type) =>
      notices.find((one): one is Extract<Notice, { type: Type }> => one.type === type)?.data
    expect(of('hold.created')).toMatchObject({ event: 'told', hold: hold.id, user: 'ann' })
    expect(of('booking.confirmed')).toMatchObject({ booking: booking.id, hold: hold.id, user: 'ann' })
    expect(of('booking.cancelled')).toMatchObject({
      booking: booking.id,
      cancellation: { n: 1, by: 'app', seats: ['S-1', 'S-2'], refund: 9000, refundId: cancellation.refundId },
    })
    expect(of('booking.refunded')).toMatchObject({ refund: { id: cancellation.refundId, amount: 9000 } })

    const log = await deliveriesOf('main')
    expect(log.map(({ status, lastStatus }) => [status, lastStatus])).toEqual(
      Array(4).fill(['delivered', 204]),
    )
    expect(log.map(({ id }) => id).toSorted()).toEqual(
      receiver.heard.map(({ headers }) => headers['webhook-id']).toSorted(),
    )
    expect(JSON.stringify(log)).not.toContain('of the receiver')
  })

  test('tries its endpoint, changes its secret, has a message sent again, and ends it', async () => {
    const other = await startReceiver()
    receivers.push(other)
    const { secret = '' } = await put('trial', { url: other.url, events: ['booking.confirmed'] })
    const path = '/v1/webhooks/trial'
    // A call without a body asks for what an empty one does.
    const tried = told(201, DeliveryView, await shop.server.call('POST', `${path}/test`))
    await until(async () => other.heard.length === 1)
    expect(other.accepted(secret)).toMatchObject([{ type: 'webhook.test', data: { endpoint: 'trial' } }])

    const rotated = await shop.server.call('POST', `${path}/rotate-secret`, { body: { overlapSeconds: 600 } })
    const { secret: next } = told(201, RotatedSecret, rotated)
    const replay = `${path}/deliveries/${tried.id}/replay`
    told(200, DeliveryView, await shop.server.call('POST', replay, { body: {} }))
    await until(async () => other.heard.length === 2)
    for (const good of [secret, next]) {
      const last = other.heard.at(-1)
      expect(new Webhook(good).verify(last?.body ?? '', last?.headers ?? {})).toBeTruthy()
    }
    expect(new Set(other.heard.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([tried.id]))

    expect((await shop.server.call('DELETE', path)).status).toBe(204)
    refused('not_found', await shop.server.call('GET', path))
    refused('not_found', await shop.server.call('DELETE', path))
  })

  test('whose endpoint redirects sees the status, and the redirect is not followed', async () => {
    const other = await startReceiver()
    receivers.push(other)
    other.say(307)
    await put('moved', { url: other.url, events: ['booking.confirmed'] })
    await shop.server.call('POST', '/v1/webhooks/moved/test', { body: {} })
    await until(async () => (await deliveriesOf('moved'))[0]?.lastStatus === 307)
    expect(await deliveriesOf('moved')).toMatchObject([{ status: 'pending', attempts: 1 }])
    const view = told(200, EndpointView, await shop.server.call('GET', '/v1/webhooks/moved'))
    expect(view.failingSince).not.toBeNull()
    await shop.server.call('DELETE', '/v1/webhooks/moved')
  })

  test('does it with its secret key, and sees nothing of another app', async () => {
    const stranger = await world().openShop()
    const url = 'https://shop.example/hooks'
    await put('main', { url, events: ['hold.created'] }, stranger.server)
    const [theirs] = await deliveriesOf('main', stranger.server)
    expect(theirs).toBeUndefined()
    const list = told(200, EndpointList, await stranger.server.call('GET', '/v1/webhooks'))
    expect(list.webhooks.map((one) => [one.id, one.url])).toEqual([['main', url]])
    const [mine] = await deliveriesOf('main')
    const foreign = `/v1/webhooks/main/deliveries/${mine?.id}/replay`
    refused('not_found', await stranger.server.call('POST', foreign, { body: {} }))
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { body: { url, events: ['hold.created'] } } : {}
      refused('forbidden', await shop.page.call(method, '/v1/webhooks/main', body))
    }
  })

  test.each(['http://shop.example/', 'https://10.0.0.1/', 'https://0xa000001/', 'http://169.254.169.254/'])(
    'may not be told at %s',
    async (url) => {
      const body = { url, events: ['booking.confirmed'] }
      const problem = refused('invalid_request', await shop.server.call('PUT', '/v1/webhooks/bad', { body }))
      expect(problem.errors).toMatchObject([{ path: 'url' }])
    },
  )
})
