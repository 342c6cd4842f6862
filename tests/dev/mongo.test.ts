import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BookingView, SeatsView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMongoProgram } from '../support/databases.ts'
import { redisEngines } from '../support/requirements.ts'
import { type DevCommand, type Facts, newDir, startDevOn } from './command.ts'
import { holdIn, shopOf } from './shop.ts'

const [engine = 'embedded'] = redisEngines
const startMsMax = 120_000

describe('npm run dev with STORE_URL', () => {
  const dir = newDir()
  let mongo: Awaited<ReturnType<typeof startMongoProgram>>
  let dev: DevCommand | undefined
  beforeAll(async () => {
    mongo = await startMongoProgram()
  })
  afterAll(async () => {
    dev?.kill('SIGKILL')
    await dev?.exit
    await mongo.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Starts it on a store (its own when there is no URL), as a person does who comes back. */
  const start = async (STORE_URL?: string): Promise<Facts> => {
    dev = startDevOn(STORE_URL === undefined ? {} : { STORE_URL }, dir, engine)
    return dev.ready()
  }
  const stop = async () => {
    dev?.kill('SIGINT')
    expect(await dev?.exit).toBe(0)
  }
  const book = async (facts: Facts, payment: string): Promise<BookingView> => {
    const shop = shopOf(facts)
    const [seat] = SeatsView.parse((await shop.freeSeats(1)).body).seats
    const hold = holdIn(await shop.hold([seat?.id ?? '']))
    return BookingView.parse((await shop.confirm(hold.id, payment)).body)
  }

  test(
    'sells on that MongoDB, and has the sales and the holds after Ctrl-C',
    async () => {
      const first = await start(mongo.url)
      expect(first.store).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/holdfast$/)
      expect(dev?.output()).toContain(`its store: ${first.store}`)
      const booking = await book(first, 'pay_mongo')
      const receipt = (await shopOf(first).receipt(booking.id)).text
      const [seat] = SeatsView.parse((await shopOf(first).freeSeats(1)).body).seats
      const hold = holdIn(await shopOf(first).hold([seat?.id ?? '']))
      await stop()

      const second = await start(mongo.url)
      expect(second.appId).toBe(first.appId)
      expect(BookingView.parse((await shopOf(second).booking(booking.id)).body)).toEqual(booking)
      expect((await shopOf(second).receipt(booking.id)).text).toBe(receipt)
      const late = await shopOf(second, 'bob').hold(booking.seats.map(({ id }) => id))
      expect([late.status, late.body]).toEqual([409, expect.objectContaining({ code: 'seats_unavailable' })])
      if (engine === 'server') expect((await shopOf(second).confirm(hold.id, 'pay_later')).status).toBe(201)
      await stop()
    },
    2 * startMsMax,
  )

  test(
    'keeps stores apart: each has its app and its sales, whatever ran between',
    async () => {
      const onFile = await start()
      const sold = await book(onFile, 'pay_file')
      await stop()

      const onMongo = await start(mongo.url)
      expect([onMongo.store, onMongo.appId]).not.toEqual([onFile.store, onFile.appId])
      expect((await shopOf(onMongo).booking(sold.id)).status).toBe(404)
      const other = await book(onMongo, 'pay_file')
      await stop()

      const again = await start()
      expect(again).toMatchObject({ store: onFile.store, appId: onFile.appId, secretKey: onFile.secretKey })
      expect((await shopOf(again).booking(sold.id)).status).toBe(200)
      expect((await shopOf(again).booking(other.id)).status).toBe(404)
      await stop()
    },
    3 * startMsMax,
  )

  test(
    'leaves what belongs to the MongoDB alone when its own store is reset',
    async () => {
      const kept = () => readdirSync(join(dir, 'stores'), { recursive: true, encoding: 'utf8' }).sort()
      const before = kept()
      expect(before.join()).toContain('app.json')
      dev = startDevOn({}, dir, engine, '--reset')
      await dev.ready()
      await stop()
      expect(kept()).toEqual(before)
    },
    startMsMax,
  )

  test('refuses to reset a database, which may be somebody’s', async () => {
    const reset = startDevOn({ STORE_URL: mongo.url }, dir, engine, '--reset')
    expect(await reset.exit).toBe(1)
    expect(reset.output()).toMatch(/--reset clears what is in .*, never mongodb:\/\/127.*new database/s)
  })

  test('says what to do when nobody is there, and does not tell the password', async () => {
    const lost = startDevOn({ STORE_URL: 'mongodb://ann:pa55word@127.0.0.1:1/shop' }, dir, engine)
    expect(await lost.exit).toBe(1)
    expect(lost.output()).toMatch(
      /migration has failed: no MongoDB could be used at 127\.0\.0\.1:1: start it/,
    )
    expect(lost.output()).not.toContain('pa55word')
  })
})
