import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { BookingView, SeatsView } from '@holdfast/contract'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi } from '../../edge/dev/api.ts'
import { rootDir } from '../../edge/dev/processes.ts'
import { createApp } from '../../edge/dev/seed.ts'
import { inFlight } from '../contract/inventory/poll.ts'
import { redisEngines } from '../support/requirements.ts'
import { oldTokenOf, said, saidIn, ticketsClient } from '../support/tickets.ts'
import { type DevCommand, type Facts, newDir, startDev, startDevOn } from './command.ts'
import { gone, isFree, occupy } from './machine.ts'
import { pastedOf } from './pasted.ts'
import { holdIn, shopOf } from './shop.ts'

const portsOf = ({ edgeUrl, coreUrl }: Facts) => [edgeUrl, coreUrl].map((url) => Number(new URL(url).port))

/** By which clients of TicketS sign. */
const ticketsSecret = 'secret123'

/** One folder through the hands of the command: first start, second start, `--reset`. */
function devTests(engine: Facts['redis']): void {
  const dir = newDir()
  let dev: DevCommand
  let facts: Facts
  const shop = () => shopOf(facts)
  const start = async (...flags: string[]) => {
    dev = startDevOn({ TICKETS_JWT_SECRET: ticketsSecret }, dir, engine, ...flags)
    facts = await dev.ready()
  }
  const twoFreeSeats = async () => {
    const { body } = await shop().freeSeats(2)
    return SeatsView.parse(body).seats.map(({ id }) => id)
  }
  /** Runs these parts of the README in a shell, with this folder for its own. */
  const paste = (...parts: ('tour' | 'api')[]) => {
    const readme = readFileSync(join(rootDir, 'README.md'), 'utf8')
    const commands = parts.map((part) => pastedOf(readme, part)).join('\n')
    const script = commands.replaceAll('.holdfast/', `${dir}/`)
    return promisify(execFile)('bash', ['-e', '-c', script], { cwd: rootDir })
  }
  /** A sale, and a hold that nobody has confirmed, for the start after this one. */
  let [bookingId, holdId, receipt] = ['', '', '']
  let first: Facts

  afterAll(async () => {
    dev?.kill('SIGKILL')
    await dev?.exit
    rmSync(dir, { recursive: true, force: true })
  })

  describe('the first start', () => {
    const others: Server[] = []
    beforeAll(async () => {
      others.push(await occupy(8787), await occupy(8788))
      await start()
      first = facts
    })
    afterAll(() => {
      for (const server of others) server.close()
    })

    test('avoids the ports of others, and tells what is where', () => {
      expect(portsOf(facts)).not.toContain(8787)
      expect(portsOf(facts)).not.toContain(8788)
      expect(facts.redis).toBe(engine)
      const { redis: _, eventId: __, ...told } = facts
      for (const value of Object.values(told)) expect(dev.output()).toContain(value)
      expect(dev.output(), 'no colours where there is no terminal').not.toContain('\u001b[')
    })

    test('sells: see, hold, confirm, receipt; who comes later hears who was faster', async () => {
      const seats = await twoFreeSeats()
      const held = await shop().hold(seats)
      expect([held.status, holdIn(held).status]).toEqual([201, 'held'])

      const confirmed = await shop().confirm(holdIn(held).id, 'pay_dev')
      expect(confirmed.status).toBe(201)
      const booking = BookingView.parse(confirmed.body)
      expect(booking.seats.map(({ id }) => id).toSorted()).toEqual(seats.toSorted())
      expect(BookingView.parse((await shop().booking(booking.id)).body)).toEqual(booking)

      const signed = await shop().receipt(booking.id)
      const keys = await callApi(`${facts.edgeUrl}/.well-known/jwks.json`)
      const { payload } = await jwtVerify(signed.text, createLocalJWKSet(keys.body as JSONWebKeySet), {
        algorithms: ['EdDSA'],
      })
      expect(payload).toMatchObject({ booking: booking.id, event: facts.eventId })
      ;[bookingId, receipt] = [booking.id, signed.text]

      const late = await shopOf(facts, 'bob').hold(seats)
      expect([late.status, late.body]).toEqual([409, expect.objectContaining({ code: 'seats_unavailable' })])
    })

    test('a body may come as gzip to the worker, within the limit of what it was', async () => {
      const { edgeUrl, eventId, secretKey } = facts
      const send = async (body: object) => {
        const answer = await fetch(`${edgeUrl}/v1/events/${eventId}/holds`, {
          method: 'POST',
          headers: {
            ...{ 'x-api-key': secretKey, 'x-external-user-id': 'zip', 'content-encoding': 'gzip' },
            'content-type': 'application/json',
          },
          body: gzipSync(JSON.stringify(body)),
        })
        return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
      }
      expect(await send({ seats: ['no-such-seat'] })).toEqual({ status: 422, code: 'unknown_seat' })
      const bomb = { seats: ['x'.repeat(20_000_000)] }
      expect(await send(bomb)).toEqual({ status: 413, code: 'body_too_large' })
    })

    test('500 buyers at one seat: one has it, and all others are told so', async () => {
      const many = 1_000_000
      const app = await createApp(facts.edgeUrl, facts, {
        name: 'Rush',
        paymentProvider: 'simulated',
        rateLimits: { userPerSecond: many, clientPerSecond: many, appPerSecond: many },
      })
      const rush = { ...app, edgeUrl: facts.edgeUrl, eventId: 'rush' }
      const owner = shopOf(rush)
      expect((await owner.put('', { name: 'Rush', currency: 'EUR' })).status).toBe(201)
      expect((await owner.put('/seats', { seats: [{ id: 'S-1', price: 4500 }] })).status).toBe(200)
      const buyers = Array.from({ length: 500 }, (_, n) => () => shopOf(rush, `buyer-${n}`).hold(['S-1']))
      const statuses = (await inFlight(100, buyers)).map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409)).toHaveLength(499)
    })

    test('the page of TicketS shows the cinema in its three tiers, and a client with a token of old locks a seat', async () => {
      const page = ticketsClient(facts.edgeUrl)
      const { seats } = saidIn(200, said.seats, await page.seats())
      expect(seats).toHaveLength(252)
      expect(new Set(seats.map(({ tier }) => tier))).toEqual(new Set(['standard', 'premium', 'vip']))
      const buyer = ticketsClient(facts.edgeUrl, await oldTokenOf(7, ticketsSecret))
      saidIn(200, said.locked, await buyer.lock('N-1'))
      expect(await buyer.seat('N-1')).toMatchObject({ tier: 'vip', state: 'locked', lockedBy: '7' })
      saidIn(200, said.paid, await buyer.pay('N-1', 'dev-1'))
    })

    test('the tour of the README works as it is pasted, again and again', async () => {
      for (const _ of ['once', 'again']) {
        const { stdout } = await paste('tour')
        expect(stdout).toMatch(/"id":"BK-[\w-]+".*"status":"confirmed"/)
        expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/m)
        expect(stdout).toMatch(/"code":"seats_unavailable"/)
      }
    })

    test('every flow of the README’s API works as it is pasted after the tour, again and again', async () => {
      for (const _ of ['once', 'again']) {
        const { stdout } = await paste('tour', 'api')
        const [, flows = ''] = stdout.split(/"code":"seats_unavailable".*\n/)
        for (const said of [
          '"valid":true',
          '"status":"held"',
          '"id":"order_',
          '"refund":27750,"retained":750',
          '"cancelled":["',
          '"reason":"cancelled"',
          'the receipt of a booking is valid',
          'receipts, whole',
          '"seatCount":2',
          '"previousUntil"',
          '"sellThrough"',
          '"txId":"BK-',
          'Booking confirmed',
          'sold BK-',
          'taken [',
        ]) {
          expect(flows).toContain(said)
        }
        expect(flows, 'nothing was refused').not.toMatch(/"retryable"|"success":false/)
      }
    })

    test('a second command in the same folder is refused, and harms nothing', async () => {
      const second = startDev(dir, engine, '--reset')
      expect(await second.exit).toBe(1)
      expect(second.output()).toMatch(/runs in .* already \(process \d+\).*--dir/s)
      expect((await shop().booking(bookingId)).status).toBe(200)
    })

    test('no log has a key, a secret or a token', async () => {
      const guest = await callApi(`${facts.edgeUrl}/v1/auth/guest`, {
        method: 'POST',
        headers: { 'x-api-key': facts.secretKey },
      })
      expect(guest.status).toBe(201)
      const kept: Record<string, string> = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8'))
      const { adminEmail: _, ...secrets } = kept
      const { token } = guest.body as { token: string }
      const hidden = [
        ...Object.values(secrets),
        facts.publishableKey,
        facts.secretKey,
        token,
        receipt,
      ].flatMap((value) => [value, value.replace(/^local:/, '')])
      const logs = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.log'),
      )
      expect(logs).toEqual(expect.arrayContaining(['core.log', 'edge.log']))
      for (const name of logs) {
        const text = readFileSync(join(dir, name), 'utf8')
        for (const value of hidden) expect(text.includes(value), `${name} has a secret`).toBe(false)
      }
    })

    test('Ctrl-C stops all of it, and frees the ports', async () => {
      holdId = holdIn(await shop().hold(await twoFreeSeats())).id
      const parts = dev.parts()
      expect(parts.map(({ command }) => command).join()).toMatch(/core\/src\/server\.ts.*workerd/s)
      dev.kill('SIGINT')
      expect(await dev.exit).toBe(0)
      await gone(parts)
      expect(await Promise.all(portsOf(facts).map(isFree))).toEqual([true, true])
    })
  })

  describe('the second start', () => {
    beforeAll(() => start(), 120_000)

    test('has the same app, its events and its sales', async () => {
      const { edgeUrl: _, coreUrl: __, ...same } = facts
      expect(first).toMatchObject(same)
      expect((await shop().booking(bookingId)).status).toBe(200)
      expect((await shop().receipt(bookingId)).text).toBe(receipt)
      const { body } = await shop().call('/events')
      expect(JSON.stringify(body)).toMatch(/cinema.*coach|coach.*cinema/s)
    })

    if (engine === 'server') {
      test('has the holds, which can be confirmed', async () => {
        expect(holdIn(await shop().holdOf(holdId))).toMatchObject({ id: holdId, status: 'held' })
        expect((await shop().confirm(holdId, 'pay_later')).status).toBe(201)
      })
    } else {
      test('says of every hold that it is lost, and sells what was held anew', async () => {
        await expect.poll(async () => (await shop().holdOf(holdId)).status).toBe(200)
        expect(holdIn(await shop().holdOf(holdId)).status).toBe('lost')
        const late = await shop().confirm(holdId, 'pay_later')
        expect([late.status, late.body]).toEqual([409, expect.objectContaining({ code: 'hold_lost' })])
        expect((await shop().hold(await twoFreeSeats())).status).toBe(201)
      })
    }

    test('--reset starts without the data of earlier starts', async () => {
      await dev.stop()
      await start('--reset')
      expect(facts.appId).not.toBe(first.appId)
      expect((await shop().booking(bookingId)).status).toBe(404)
      expect((await shop().hold(await twoFreeSeats())).status).toBe(201)
      await dev.stop()
    })
  })
}

for (const engine of redisEngines) describe(`npm run dev on ${engine}`, () => devTests(engine))
