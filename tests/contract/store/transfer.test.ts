import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { audit, confirm, pinned } from '@holdfast/core/src/bookings/testing.ts'
import { migrateMongo } from '@holdfast/core/src/store/mongo/migrate.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import { everyApp } from '@holdfast/core/src/store/store.ts'
import { testCore } from '@holdfast/core/src/testing.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Mongo, startMongo } from '../../support/mongo/index.ts'
import { temporaryPaths } from './folder.ts'

const holdfast = fileURLToPath(new URL('../../../node_modules/.bin/holdfast', import.meta.url))

/** A new folder, by its name. */
const paths = temporaryPaths()
async function newFolder(): Promise<string> {
  const folder = paths()
  await mkdir(folder)
  return folder
}

/** Longer than a statement of core may take. */
const transactionLifetimeMs = 7_000

let mongo: Mongo
beforeAll(async () => {
  mongo = await startMongo({ transactionLifetimeMs })
})
afterAll(() => mongo.stop())

/** A migrated database that nobody else knows. */
async function newDatabase(): Promise<string> {
  const url = mongo.url.replace('/?', `/transfer_${crypto.randomUUID().slice(0, 8)}?`)
  await migrateMongo({ url })
  return url
}

const start = (...args: string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [holdfast, ...args])

/** Runs the program to its end. */
async function run(...args: string[]): Promise<{ code: number | null; told: string; complained: string }> {
  const child = start(...args)
  child.stdin.end()
  const [told, complained] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  return { code: child.exitCode, told, complained }
}

/** A store with an event of so many seats in all, some of them sold. */
async function soldEvent(url: string, seats = 20): Promise<Awaited<ReturnType<typeof testCore>>> {
  const world = await testCore({ store: await openStore(url) })
  await confirm(world, { n: 1, pin: pinned('A-1', 'A-2') })
  await confirm(world, { n: 2, pin: pinned('A-2', 'A-3') })
  await confirm(world, { n: 3, pin: pinned('A-7') })
  const { appId, eventId } = world
  for (let at = 21; at <= seats; at += 1_000) {
    const [first] = await world.core.store.find(appId, 'seats', {}, { limit: 1 })
    if (first === undefined) throw new Error('no seat')
    const more = Array.from({ length: Math.min(1_000, seats - at + 1) }, (_, n) => ({
      ...first,
      eventId,
      seatId: `B-${at + n}` as typeof first.seatId,
      index: at + n,
    }))
    await world.core.store.insert(appId, 'seats', more)
  }
  return world
}

/** The documents of a file: all but its first line, which says when, and its last, which has a digest of that. */
const documentsIn = async (path: string) => (await readFile(path, 'utf8')).trim().split('\n').slice(1, -1)

test('a sold event goes from SQLite to MongoDB and back without a difference, and sells on there', async () => {
  const folder = await newFolder()
  const sqlite = `sqlite:${join(folder, 'shop.db')}`
  const world = await soldEvent(sqlite)
  await world.core.store.close()

  const [there, back] = [join(folder, 'there.ndjson'), join(folder, 'back.ndjson')]
  expect(await run('export', '--store', sqlite, there)).toMatchObject({
    code: 0,
    told: `${sqlite} is in ${there}\n`,
  })
  expect((await stat(there)).mode & 0o777, 'nobody else may read it').toBe(0o600)
  const url = await newDatabase()
  expect(await run('import', '--store', url, there)).toMatchObject({
    code: 0,
    told: expect.stringMatching(/has all \d+ documents, as the file has them/),
    complained: expect.stringMatching(/^checking\nwriting \d+ documents\ncomparing \d+ documents\n$/),
  })
  expect(await run('import', '--quiet', '--store', url, there)).toMatchObject({
    code: 0,
    told: expect.stringContaining('has it already; nothing was changed'),
    complained: '',
  })
  expect(await run('export', '--store', url, back)).toMatchObject({ code: 0 })
  expect(await documentsIn(back)).toEqual(await documentsIn(there))

  const moved = { ...world, core: { ...world.core, store: await openStore(url) } }
  expect(await audit(moved)).toEqual({ booked: 3, bookings: 2 })
  expect((await confirm(moved, { n: 4, pin: pinned('A-7') })).status).toBe(409)
  expect((await confirm(moved, { n: 1, pin: pinned('A-1', 'A-2') })).replayed).toBe(true)
  expect((await confirm(moved, { n: 5, pin: pinned('A-8') })).status).toBe(201)
  await moved.core.store.close()

  const again = `sqlite:${join(folder, 'again.db')}`
  expect(await run('import', '--store', again, back)).toMatchObject({ code: 0 })
  const last = join(folder, 'last.ndjson')
  await run('export', '--store', again, last)
  expect(await documentsIn(last)).toEqual(await documentsIn(there))
})

test('an export goes through standard output and input', async () => {
  const folder = await newFolder()
  const [from, to] = [`sqlite:${join(folder, 'from.db')}`, `sqlite:${join(folder, 'to.db')}`]
  const world = await soldEvent(from)
  await world.core.store.close()
  const [reader, writer] = [
    start('import', '--store', to, '-'),
    start('export', '--quiet', '--store', from, '-'),
  ]
  writer.stdout.pipe(reader.stdin)
  await once(reader, 'exit')
  expect([writer.exitCode, reader.exitCode]).toEqual([0, 0])
  const copy = await openStore(to)
  expect(await audit({ ...world, core: { ...world.core, store: copy } })).toEqual({ booked: 3, bookings: 2 })
  await copy.close()
})

test.each(['SQLite', 'MongoDB'])(
  'an import into %s that is killed keeps core away, and the next one begins again',
  async (kind) => {
    const folder = await newFolder()
    const from = `sqlite:${join(folder, 'from.db')}`
    const file = join(folder, 'shop.ndjson')
    const world = await soldEvent(from, 6_000)
    await world.core.store.close()
    expect(await run('export', '--store', from, file)).toMatchObject({ code: 0 })

    const to = kind === 'SQLite' ? `sqlite:${join(folder, 'to.db')}` : await newDatabase()
    const killed = start('import', '--store', to, file)
    for await (const chunk of killed.stderr) if (String(chunk).includes('writing')) break
    const store = await openStore(to)
    while ((await store.count(everyApp, 'seats', {})) === 0) await new Promise((done) => setTimeout(done, 5))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const written = await store.count(everyApp, 'seats', {})
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(6_000)
    expect(await store.count(everyApp, 'imports', { status: 'RUNNING' })).toBe(1)
    await store.close()

    expect(await run('import', '--store', to, file)).toMatchObject({
      code: 0,
      complained: expect.stringContaining('clearing'),
    })
    const copy = await openStore(to)
    expect(await copy.count(everyApp, 'seats', {})).toBe(6_000)
    await copy.close()
  },
)

test('an import waits for what a killed one was writing', async () => {
  const folder = await newFolder()
  const from = `sqlite:${join(folder, 'from.db')}`
  const file = join(folder, 'shop.ndjson')
  const { core } = await soldEvent(from)
  const [seat] = await core.store.find(everyApp, 'seats', {}, { limit: 1 })
  if (!seat) throw new Error('no seat')
  await core.store.close()
  await run('export', '--store', from, file)

  const to = await newDatabase()
  const store = await openStore(to)
  const [written, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()]
  const writing = store.transaction(60_000, async (tx) => {
    await tx.insert(seat.appId, 'seats', seat)
    written.resolve()
    return killed.promise
  })
  await written.promise
  expect(await run('import', '--store', to, file)).toMatchObject({ code: 0 })
  killed.reject(new Error('killed'))
  await expect(writing).rejects.toThrow('killed')
  await store.close()
})

test('what cannot be done is told in a line, with what to do, and nothing is left behind', async () => {
  const folder = await newFolder()
  const store = `sqlite:${join(folder, 'shop.db')}`
  const file = join(folder, 'broken.ndjson')
  await writeFile(file, '{"holdfast":"export","version":1,"at":"2026-11-23T12:00:00.000Z"}\n')
  expect(await run('import', '--quiet', '--store', store, file)).toEqual({
    code: 1,
    told: '',
    complained: 'ends after line 1, without its checksums: it was cut off\n',
  })
  expect(await run('import', '--quiet', '--store', store, join(folder, 'none'))).toMatchObject({ code: 1 })
  expect(await run('export', '--store', mongo.url.replace('/?', '/empty?'), '-')).toMatchObject({
    code: 1,
    complained: expect.stringContaining('npm run -w core migrate'),
  })
  expect(await run('import', '--store', 'postgres://app:hunter2@db/x', file)).toMatchObject({
    code: 1,
    complained: expect.not.stringContaining('hunter2'),
  })
  expect(await run()).toMatchObject({ code: 2 })
  expect(await run('--help')).toMatchObject({ code: 0, told: expect.stringContaining('Usage: holdfast') })
})
