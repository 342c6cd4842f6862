import type { AppId } from '@holdfast/contract'
import { heldByKilledMs, patientStore } from '../patient.ts'
import { type CollectionName, type Documents, schema } from '../schema.ts'
import { type Entry, everyApp, type Statements, type Store, systemScope } from '../store.ts'
import type { Progress } from './export-store.ts'
import { carried, createSum, lineOf, TransferError } from './format.ts'
import { readExport, type Verified } from './read-export.ts'

/** Documents in one transaction: enough to be fast, few enough for its time. */
const docsPerBatch = 500

/** The only import that a store remembers: the last one. */
const key = { name: 'store' } as const

/** What became of an import. */
export interface Imported {
  /** `already`: this very file was imported before, and nothing was done. */
  readonly word: 'imported' | 'already'
  readonly count: number
}

/** Is told what begins, and how much there is of it when that is known. */
export type Phase = (
  name: 'reading' | 'checking' | 'clearing' | 'writing' | 'comparing',
  total: number | null,
) => Progress

/**
 * Refuses a store whose import has not ended: half a store must not sell.
 * @throws TransferError with what to do.
 */
export async function assertWhole(store: Pick<Store, 'get'>): Promise<void> {
  const last = await store.get(systemScope, 'imports', key)
  if (last?.status !== 'RUNNING') return
  throw new TransferError('an import into this store has not ended: run the same npx holdfast import again')
}

/** Groups entries that may be inserted at once: of one collection and app, as many as one transaction takes. */
async function* batchesOf(entries: AsyncIterable<Entry>): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = []
  for await (const entry of entries) {
    const [first] = batch
    const fits = first?.collection === entry.collection && first.doc.appId === entry.doc.appId
    if (first !== undefined && (!fits || batch.length === docsPerBatch)) {
      yield batch
      batch = []
    }
    batch.push(entry)
  }
  if (batch.length > 0) yield batch
}

const insertAll = <Name extends CollectionName>(
  store: Pick<Statements, 'insert'>,
  appId: AppId,
  name: Name,
  batch: readonly Entry[],
): Promise<void> =>
  store.insert(
    appId,
    name,
    batch.map(({ doc }) => doc as Documents[Name]),
  )

async function isEmpty(store: Pick<Store, 'find'>): Promise<boolean> {
  for (const name of carried) {
    const found = await store.find(everyApp, name, {}, { limit: 1 })
    if (found.length > 0) return false
  }
  return true
}

/** Deletes everything that a copy has. */
async function clear(store: Store, progress: Progress): Promise<void> {
  let done = 0
  const entries = (async function* () {
    for await (const entry of store.snapshot()) if (carried.includes(entry.collection)) yield entry
  })()
  for await (const batch of batchesOf(entries)) {
    await store.transaction(heldByKilledMs, async (tx) => {
      for (const { collection, doc } of batch) {
        const values: Readonly<Record<string, unknown>> = { ...doc }
        const fields = schema[collection].key.filter((field) => field !== 'appId')
        const whole = Object.fromEntries(fields.map((field) => [field, values[field]]))
        await tx.delete(doc.appId, collection, whole)
      }
    })
    done += batch.length
    progress(done)
  }
}

async function verify(lines: AsyncIterable<string>, progress: Progress): Promise<Verified> {
  const entries = readExport(lines)
  for (let done = 1; ; done++) {
    const next = await entries.next()
    if (next.done) return next.value
    progress(done)
  }
}

/** Reads everything back. @throws TransferError when the store has not what the file has. */
async function compare(store: Store, { sums }: Verified, progress: Progress): Promise<void> {
  const found = createSum(carried)
  let done = 0
  for await (const entry of store.snapshot()) {
    found.add(entry.collection, lineOf(entry))
    done += 1
    progress(done)
  }
  const total = found.total()
  const different = carried.filter((name) => JSON.stringify(total[name]) !== JSON.stringify(sums[name]))
  if (different.length > 0)
    throw new TransferError(`the store did not keep what was written: ${different.join(', ')}`)
}

/** Writes the documents into a store that has none, and compares. */
async function fill(
  store: Store,
  source: () => AsyncIterable<string>,
  file: Verified,
  phase: Phase,
): Promise<void> {
  const progress = phase('writing', file.count)
  let done = 0
  for await (const batch of batchesOf(readExport(source()))) {
    const [first] = batch
    if (first !== undefined) await insertAll(store, first.doc.appId, first.collection, batch)
    done += batch.length
    progress(done)
  }
  await compare(store, file, phase('comparing', file.count))
}

/**
 * Puts a copy into an empty store: all of it, or nothing.
 *
 * The file is read three times: once to check it, once to write it, and what is in the store is then compared with it.
 * While it is written, a document says so, and core refuses to start; after a crash the next import clears what there
 * is and begins again, once the server has let go of what the killed one was writing.
 *
 * @param source gives the lines of the file, from the beginning each time.
 * @throws TransferError with what to do: a file that is not whole, a store that is not empty; then nothing was changed.
 */
export async function importStore(
  given: Store,
  source: () => AsyncIterable<string>,
  now: Date,
  phase: Phase,
): Promise<Imported> {
  const store = patientStore(given)
  const file = await verify(source(), phase('checking', null))
  const last = await store.get(systemScope, 'imports', key)
  if (last?.status === 'DONE' && last.digest === file.digest) return { word: 'already', count: file.count }
  if (last?.status === 'RUNNING') await clear(store, phase('clearing', null))
  else if (!(await isEmpty(store))) {
    throw new TransferError('the store is not empty: import into a new file or database')
  }

  const running = {
    appId: systemScope,
    ...key,
    digest: file.digest,
    startedAt: now,
    status: 'RUNNING',
  } as const
  await store.putIf(systemScope, 'imports', running, {})
  try {
    await fill(store, source, file, phase)
  } catch (error) {
    // When this fails too, the marker stays, and the next import does it.
    await clear(store, phase('clearing', null)).then(() => store.delete(systemScope, 'imports', key))
    throw error
  }
  await store.putIf(systemScope, 'imports', { ...running, status: 'DONE' }, {})
  return { word: 'imported', count: file.count }
}
