import { scripts } from '@holdfast/inventory/scripts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tell } from '../../support/figures.ts'
import { redisEngines } from '../../support/requirements.ts'
import { type LoggedBench, startLoggedEmbedded, startLoggedServer } from './command-log.ts'
import { ann, briefMs, newBooking } from './fixtures.ts'
import { openSale } from './sale.ts'

/** All that scripts may ask of Redis: nothing that grows with the keys or with the fields that are not asked for. */
const allowed =
  'TIME GET MGET SET SETRANGE STRLEN DEL RENAME PERSIST PEXPIRE HMGET HGET HSET HDEL HLEN ZADD ZREM ZRANGEBYSCORE ZSCORE ZCARD XADD XRANGE'
/** Of a hold that counts for an address and its network as well: what is known of them comes and goes with the rest. */
const holdCommands = ['TIME', 'HMGET', 'GET', 'XADD', 'HSET', 'ZADD', 'ZADD', 'SETRANGE']
const client = { address: 'one', network: 'net', units: 40, ownerShare: 4, isEnforced: true }
const row = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7', 'A-8']

test('no script has a command that walks over keys or whole values', () => {
  for (const [name, { source }] of Object.entries(scripts)) {
    const called = [...source.matchAll(/redis\.p?call\('(\w+)'/g)].map(([, command]) => command)
    expect(called.length, name).toBe([...source.matchAll(/redis\.\w/g)].length)
    expect(allowed.split(' '), name).toEqual(expect.arrayContaining(called))
  }
})

/** What a call costs, as a Redis counts it. */
function commandTests(name: string, start: () => Promise<LoggedBench>): void {
  describe(`commands, counted by ${name}`, () => {
    let bench: LoggedBench
    beforeAll(async () => {
      bench = await start()
    })
    afterAll(() => bench?.close())
    const sell = () => openSale(bench, { seats: row })

    test('F10: a script that Redis does not know is sent once, then named', async () => {
      const sale = await sell()
      const hold = (seat: string) => bench.commandsOf(() => sale.take(ann, [seat]))
      expect((await hold('A-1')).requests).toEqual(['EVALSHA', 'EVAL'])
      expect((await hold('A-2')).requests).toEqual(['EVALSHA'])
    })

    test('a warm hold is one request, with one read and one write however many seats it takes', async ({
      task,
    }) => {
      const [one, eight, apart] = [await sell(), await sell(), await sell()]
      await one.take(ann, ['A-8'])
      const commands = ['EVALSHA', ...holdCommands]
      const costs: string[] = []
      for (const [sale, seats, runs] of [
        [one, ['A-1'], 1],
        [eight, row, 1],
        [apart, ['A-1', 'A-2', 'A-4', 'A-7', 'A-8'], 3],
      ] as const) {
        const { requests, inside } = await bench.commandsOf(() => sale.take(ann, seats, { client }))
        const more = Array.from({ length: runs - 1 }, () => 'SETRANGE')
        expect([...requests, ...inside]).toEqual([...commands, ...more])
        costs.push(`${inside.length} for ${seats.length} seats in ${runs} run(s)`)
      }
      tell(task, 'warm hold', `1 request; commands inside: ${costs.join(', ')} (${name})`)
    })

    test('what is known of the owner is read and written with the hold, also when holds of theirs have run out', async () => {
      const sale = await sell()
      const lapsed = await sale.take(ann, ['A-8'], { ttlMs: briefMs })
      await sale.release(await sale.take(ann, ['A-7']))
      await sale.reached(lapsed.untilMs)
      const { requests, inside } = await bench.commandsOf(() => sale.take(ann, row))
      expect([...requests, ...inside]).toEqual(['EVALSHA', ...holdCommands])
    })

    test('no other verb costs more for eight seats than for one', async () => {
      const costs = async (seats: readonly string[]) => {
        const sale = await sell()
        const given = await sale.take(ann, seats, { client })
        const released = await bench.commandsOf(() => sale.release(given))
        const hold = await sale.take(ann, seats, { client })
        const verbs = [
          () => sale.read(hold),
          () => sale.extend(hold),
          () => sale.pin(hold),
          () => sale.inventory.due(sale.event, 0, 50),
          () => sale.apply(...sale.sold(hold, newBooking())),
          () => sale.map(),
        ]
        const costs = [released]
        for (const verb of verbs) costs.push(await bench.commandsOf(verb))
        return costs
      }
      await costs(['A-1'])
      expect(await costs(row)).toEqual(await costs(['A-1']))
    })
  })
}

if (redisEngines.includes('server')) {
  commandTests('a redis-server', startLoggedServer)

  test('F10: a script that Redis has forgotten is sent again, once', async () => {
    const bench = await startLoggedServer()
    const sale = await openSale(bench)
    await sale.take(ann, ['A-1'])
    await bench.command('SCRIPT', 'FLUSH')
    const hold = (seat: string) => bench.commandsOf(() => sale.take(ann, [seat]))
    expect((await hold('A-2')).requests).toEqual(['EVALSHA', 'EVAL'])
    expect((await hold('A-3')).requests).toEqual(['EVALSHA'])
    await bench.close()
  })
}
commandTests('the embedded engine', startLoggedEmbedded)
