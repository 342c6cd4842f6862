import type { Change } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ann, bob, newBooking, priceDefault } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

const Entries = z.array(z.tuple([z.string(), z.array(z.string())]))

/** The log of changes: what listeners follow, and how they learn that they missed something. */
export function changeTests(openSale: OpenSale): void {
  const since = async (sale: Sale, ver: number, limit = 100): Promise<readonly Change[]> => {
    const reply = await sale.inventory.changesSince(sale.event, 1, ver, limit)
    if (reply.word !== 'changes') throw new Error(reply.word)
    return reply.changes
  }
  const ask = (sale: Sale, epoch: number, ver: number) =>
    sale.inventory.changesSince(sale.event, epoch, ver, 100)

  /** One change of every kind, a second hold, and then calls that change nothing. */
  const live = async (sale: Sale) => {
    const hold = await sale.take(ann, ['A-1', 'A-3'])
    await sale.extend(hold)
    await sale.pin(hold)
    await sale.apply(...sale.sold(hold, newBooking()))
    const other = await sale.take(bob, ['A-2'])
    await sale.release(other)
    const last = await sale.take(bob, ['A-2'])
    await sale.sweep('decided', last.grantId)
    await sale.hold(ann, ['A-1'])
    await sale.release(other)
    await sale.read(hold)
    return { hold, other, last }
  }

  test('every change has its version, one after the other, and says what it did', async () => {
    const sale = await openSale()
    const { hold, other, last } = await live(sale)
    const changes = await since(sale, 0)
    expect(changes.map(({ ver, kind, grantId }) => [ver, kind, grantId])).toEqual([
      [1, 'publish', null],
      [2, 'hold', hold.grantId],
      [3, 'extend', hold.grantId],
      [4, 'pin', hold.grantId],
      [5, 'apply', hold.grantId],
      [6, 'hold', other.grantId],
      [7, 'release', other.grantId],
      [8, 'hold', last.grantId],
      [9, 'expire', last.grantId],
    ])
    expect(changes[1]).toEqual({
      ver: 2,
      kind: 'hold',
      atMs: hold.createdAtMs,
      grantId: hold.grantId,
      owner: ann,
      address: null,
      untilMs: hold.untilMs,
      seats: [
        { id: 'A-1', price: priceDefault },
        { id: 'A-3', price: priceDefault },
      ],
      marks: [
        { index: 0, byte: 'H' },
        { index: 2, byte: 'H' },
      ],
    })
  })

  test('whoever plays the marks onto an older map gets the newest map', async () => {
    const sale = await openSale()
    const bytes = [...(await sale.map())]
    await live(sale)
    for (const { marks } of await since(sale, 1)) {
      for (const { index, byte } of marks) bytes[index] = byte
    }
    expect(bytes.join('')).toBe(await sale.map())
  })

  test('pages follow one another without a gap', async () => {
    const sale = await openSale()
    await live(sale)
    const seen: number[] = []
    for (let ver = 0; ver < 9; ver = seen.at(-1) ?? 9) {
      seen.push(...(await since(sale, ver, 2)).map((change) => change.ver))
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await ask(sale, 1, 4)).toMatchObject({ newestVer: 9 })
    expect(await ask(sale, 1, 9)).toMatchObject({ word: 'changes', newestVer: 9, changes: [] })
  })

  test('a reader of another epoch, or one that is ahead, is told of a gap', async () => {
    const sale = await openSale()
    const gap = { word: 'gap', epoch: 1, ver: 1 }
    expect(await ask(sale, 0, 0)).toMatchObject(gap)
    expect(await ask(sale, 2, 0)).toMatchObject(gap)
    expect(await ask(sale, 1, 2)).toMatchObject(gap)
  })

  test('a reader whose place was trimmed, or whose log is gone, is told of a gap', async () => {
    const sale = await openSale()
    await live(sale)
    const kept = Entries.parse(await sale.command('XRANGE', sale.keys.log, '7', '+'))
    await sale.command('DEL', sale.keys.log)
    for (const [id, fields] of kept) {
      await sale.command('XADD', sale.keys.log, id.replace('-0', ''), ...fields)
    }
    expect(await ask(sale, 1, 5)).toMatchObject({ word: 'gap', epoch: 1, ver: 9 })
    expect((await since(sale, 6)).map(({ ver }) => ver)).toEqual([7, 8, 9])
    await sale.command('DEL', sale.keys.log)
    expect(await ask(sale, 1, 8)).toMatchObject({ word: 'gap', epoch: 1, ver: 9 })
    expect(await ask(sale, 1, 9)).toMatchObject({ word: 'changes', changes: [] })
    await sale.take(ann, ['A-4'])
    expect((await since(sale, 9)).map(({ ver }) => ver)).toEqual([10])
  })
}
