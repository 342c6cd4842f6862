import { metaOf } from '@holdfast/core/src/store/formats/meta.ts'
import { type MigrationOptions, migrateStore } from '@holdfast/core/src/store/formats/migrate.ts'
import { currentFormat, type Step, steps } from '@holdfast/core/src/store/formats/steps.ts'
import { everyApp, StoreError } from '@holdfast/core/src/store/store.ts'
import { importStore } from '@holdfast/core/src/store/transfer/import-store.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, fixtureOf, oldFormats } from '../../formats/fixtures.ts'
import { temporaryPaths } from './folder.ts'
import { type Death, everyAdapter, linesOf, mortal, type OldStore, type OldStores } from './old-stores.ts'

const now = new Date('2027-01-01T00:00:00.000Z')
const options: MigrationOptions = { now: () => now, phase: () => () => {}, docsPerBatch: 2 }
/** For steps that change hundreds of documents. */
const larger: MigrationOptions = { ...options, docsPerBatch: 30 }

/** Migrates a store and gives all that it has. */
async function migrated(old: OldStore, known: readonly Step[] = steps): Promise<readonly string[]> {
  const raw = await old.raw()
  await migrateStore(raw, known === steps ? options : larger, known).finally(() => raw.close())
  return known === steps ? contentOf(old) : rawContentOf(old)
}

async function contentOf(old: OldStore): Promise<readonly string[]> {
  const store = await old.open()
  return linesOf(store).finally(() => store.close())
}

/** The same of a store of whatever format, for those that this program cannot open. */
async function rawContentOf(old: OldStore): Promise<readonly string[]> {
  const raw = await old.raw()
  const lines: string[] = []
  for (const name of ['meta', 'events', 'seats', 'bookings', 'outbox'])
    for (const { doc } of await raw.page(name, null, 10_000)) lines.push(JSON.stringify([name, doc]))
  await raw.close()
  return lines
}

/** Kills a migration at its n-th call, then runs it again; null: it had ended before. */
async function resumed(
  make: () => Promise<OldStore>,
  nth: number,
  death: Death,
  known: readonly Step[] = steps,
): Promise<readonly string[] | null> {
  const old = await make()
  const raw = await old.raw()
  const settings = known === steps ? options : larger
  const killed = await migrateStore(mortal(raw, { made: 0 }, nth, death), settings, known).then(
    () => false,
    (error: unknown) => error instanceof StoreError && error.message === `killed at call ${nth}`,
  )
  await raw.close()
  const content = await migrated(old, known)
  return killed ? content : null
}

/** How many calls a migration makes, and in which of them it writes. */
async function callsOf(old: OldStore, known: readonly Step[]): Promise<{ made: number; writes: number[] }> {
  const raw = await old.raw()
  const [calls, writes] = [{ made: 0 }, [] as number[]]
  const counted = mortal(raw, calls, Number.POSITIVE_INFINITY)
  const noted: typeof counted = {
    ...counted,
    rewrite: async (...args) => {
      writes.push(calls.made + 1)
      return counted.rewrite(...args)
    },
    say: async (...args) => {
      writes.push(calls.made + 1)
      return counted.say(...args)
    },
  }
  await migrateStore(noted, known === steps ? options : larger, known)
  await raw.close()
  return { made: calls.made, writes }
}

/** Every tenth call of a migration, and before and after each of its writes. */
const killsOf = ({ made, writes }: { readonly made: number; readonly writes: readonly number[] }) => [
  ...Array.from({ length: Math.floor(made / 10) }, (_, n) => [10 * (n + 1), 'before'] as const),
  ...writes.flatMap((nth) => [[nth, 'before'] as const, [nth, 'after'] as const]),
]

/** A step that has everything a step can have: documents that change, that go, an index that is another one. */
const invented: Step = {
  to: currentFormat + 1,
  documents: {
    seats: (seat) => (seat.price === 4500 ? { ...seat, price: 4600 } : seat),
    outbox: (row) => (row.status === 'DONE' ? null : row),
    bookings: (booking) => ({ ...booking, total: Number(booking.total) + 1 }),
  },
  dropped: { bookings: ['newest', 'never-there'], outbox: ['status'] },
}

const paths = temporaryPaths()

describe.each(everyAdapter(paths))('on %s', (_, start) => {
  let stores: OldStores
  beforeAll(async () => {
    stores = await start()
  })
  afterAll(() => stores.stop())

  describe.each(oldFormats)('a store of format %i', (format) => {
    const fixture: Fixture = fixtureOf(format)
    const make = () => stores.make(fixture)

    test('is refused by core and tools with what to do, and left as it is', async () => {
      const old = await make()
      const before = await rawContentOf(old)
      const refusal = await old.open().then(
        () => 'opened',
        (error: unknown) => error,
      )
      expect(refusal).toMatchObject({
        code: 'unusable',
        message: expect.stringMatching(
          `has format ${format}.*stop every core, then run npx holdfast migrate`,
        ),
      })
      expect(await rawContentOf(old)).toEqual(before)
    })

    test('has every document after its migration, and is what an import of its export makes', async () => {
      const content = await migrated(await make())
      const empty = await stores.make()
      await migrated(empty)
      const imported = await empty.open()
      const given = async function* () {
        yield* fixture.exported
      }
      await importStore(imported, given, now, () => () => {})
      expect(await linesOf(imported)).toEqual(content)
      await imported.close()
      expect(content).toHaveLength(fixture.exported.length - 2)
    })

    test('is the same store wherever its migration was killed, once that has run again', async () => {
      const content = await migrated(await make())
      const calls = await callsOf(await make(), steps)
      expect(calls.writes.length).toBeGreaterThan(1)
      for (const [nth, death] of killsOf(calls))
        expect(await resumed(make, nth, death), `${nth}`).toEqual(content)
    })

    test('has exactly the indexes of a new store, those too that a step replaces', async () => {
      const fresh = await stores.make()
      await migrated(fresh)
      const [old, replaced] = [await make(), await make()]
      await migrated(old)
      expect(await old.indexes()).toEqual(await fresh.indexes())
      await replaced.replaceIndex('bookings', 'newest', 'total')
      await replaced.replaceIndex('outbox', 'status', 'attempts')
      await migrated(replaced, [...steps, invented])
      expect(await replaced.indexes()).toEqual(await fresh.indexes())
    })

    test('has its inventories made anew: every event is above its epoch and looked at', async () => {
      const old = await make()
      const raw = await old.raw()
      const before = new Map((await raw.page('events', null, 100)).map(({ at, doc }) => [at, doc]))
      await migrateStore(raw, options)
      const after = await raw.page('events', null, 100)
      for (const { at, doc } of after) {
        // Each step has them made anew.
        const epoch = Number(before.get(at)?.epoch) + currentFormat - format
        expect(doc).toMatchObject({ epoch, restsSince: null })
      }
      expect([...before.values()].some(({ restsSince }) => restsSince !== null)).toBe(true)
      await raw.close()
    })

    test('is migrated once by several migrations at once, whichever of them gives up', async () => {
      const content = await migrated(await make())
      const old = await make()
      const raws = await Promise.all([1, 2, 3].map(() => old.raw()))
      const ends = await Promise.allSettled(
        raws.map((raw) => migrateStore(raw, { ...options, docsPerBatch: 1 })),
      )
      for (const end of ends)
        if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'unavailable' })
      expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true)
      for (const raw of raws) await raw.close()
      expect(await contentOf(old)).toEqual(content)
    })

    test('is not migrated while a core works on it, and is when that is over', async () => {
      const old = await make()
      const raw = await old.raw()
      const lease = (until: Date) => ({
        appId: 'system',
        name: 'repair',
        holder: 'x',
        until,
        standing: { host: 'core-1', since: now, rounds: [] },
      })
      await old.insert('leases', lease(new Date(now.getTime() + 5_000)))
      await expect(migrateStore(raw, options)).rejects.toThrow(/a core works on .*core-1.*stop every core/)
      await migrateStore(raw, { ...options, now: () => new Date(now.getTime() + 5_000) })
      await raw.close()
    })

    test('with documents that do not fit is refused with their names and stays as it was', async () => {
      const old = await make()
      const raw = await old.raw()
      const [seat] = await raw.page('seats', null, 1)
      if (seat === undefined) throw new Error('no seats')
      await raw.prepare({})
      const first = { collection: 'seats', after: null, limit: 2 }
      await raw.rewrite(
        first,
        (doc) => ({ ...doc, price: 'much' }),
        () => metaOf(format),
        metaOf(format),
      )
      const before = await rawContentOf(old)
      const refusal = await migrateStore(raw, options).catch(String)
      expect(refusal).toMatch(/has 2 documents that are not of format \d+; nothing was changed/)
      expect(refusal).toContain(`seats ${seat.doc.appId} / ${seat.doc.eventId} / ${seat.doc.seatId}`)
      expect(await rawContentOf(old)).toEqual(before)
      await raw.close()
    })

    test('goes through several steps: documents change once or go, indexes are replaced, wherever it is killed', async () => {
      const known = [...steps, invented]
      const content = await migrated(await make(), known)
      expect(content[0]).toContain(`"format":${invented.to}`)
      expect(content.filter((line) => line.startsWith('["outbox"') && line.includes('"DONE"'))).toEqual([])
      expect(
        content.filter((line) => line.startsWith('["seats"') && line.includes('4600')).length,
      ).toBeGreaterThan(9)
      const calls = await callsOf(await make(), known)
      for (const [nth, death] of killsOf(calls).filter((_, n) => n % 3 === 0))
        expect(await resumed(make, nth, death, known), `${nth}`).toEqual(content)
    })
  })

  test('a store of a newer format is refused by core, tools and a migration, with what to do', async () => {
    const old = await stores.make()
    await migrated(old)
    const raw = await old.raw()
    await raw.say(metaOf(currentFormat + 1), metaOf(currentFormat))
    const words = /speaks format \d+: run the version of Holdfast that speaks it/
    await expect(migrateStore(raw, options)).rejects.toThrow(words)
    await expect(old.open()).rejects.toThrow(words)
    await raw.close()
  })

  test('a store that is half way to a newer format is refused by core, tools and a migration', async () => {
    const old = await stores.make()
    await migrated(old)
    const raw = await old.raw()
    const migration = { collection: 'events', after: null }
    await raw.say({ ...metaOf(currentFormat), migration }, metaOf(currentFormat))
    const words = /is half way to a newer format: migrate again with the version that began it/
    await expect(migrateStore(raw, options)).rejects.toThrow(words)
    await expect(old.open()).rejects.toThrow(words)
    await raw.close()
  })

  test('a store whose migration was cut off is refused by core and tools', async () => {
    const old = await stores.make()
    await migrated(old)
    const raw = await old.raw()
    const migration = { collection: 'events', after: null }
    await raw.say({ ...metaOf(currentFormat - 1), migration }, metaOf(currentFormat))
    await expect(old.open()).rejects.toThrow(/was cut off: run npx holdfast migrate again/)
    await raw.close()
  })

  test('a new store has the current format, and a migration of it changes nothing', async () => {
    const old = await stores.make()
    const raw = await old.raw()
    expect(await migrateStore(raw, options)).toEqual({ from: null, copy: null })
    expect(await migrateStore(raw, options)).toEqual({ from: currentFormat, copy: null })
    await raw.close()
    const store = await old.open()
    expect(await store.find(everyApp, 'meta', {}, { limit: 2 })).toEqual([metaOf(currentFormat)])
    await store.close()
  })
})
