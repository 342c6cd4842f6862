import * as z from 'zod'
import { collectionNames, schema } from '../schema.ts'
import { StoreError } from '../store.ts'
import { assertFormat, type Meta, metaOf } from './meta.ts'
import type { RawEntry, RawStore } from './raw-store.ts'
import { type DroppedIndexes, formatAfter, type Step, steps, upgraded } from './steps.ts'

/** What a migration found and did. */
export interface Migrated {
  /** The format that it had; null: there was nothing. */
  readonly from: number | null
  /** Where the copy from before is, if one was made. */
  readonly copy: string | null
}

/** Is told what begins and how much there is of it; gives whom to tell how much is done. */
export type MigrationPhase = (name: 'checking' | 'migrating', total: number) => (done: number) => void

export interface MigrationOptions {
  readonly now: () => Date
  readonly phase: MigrationPhase
  /** Documents in one transaction. */
  readonly docsPerBatch?: number
}

/** What is to be done. */
interface Work {
  /** The steps that are left. */
  readonly taken: readonly Step[]
  readonly limit: number
  readonly phase: MigrationPhase
  readonly now: () => Date
}

/** How many documents that do not fit are named. */
const misfitsShownMax = 5

/** Every document of a collection after a place, a batch at a time. */
async function* batchesOf(
  store: RawStore,
  collection: string,
  from: string | null,
  limit: number,
): AsyncGenerator<readonly RawEntry[]> {
  for (let after = from; ; ) {
    const batch = await store.page(collection, after, limit)
    if (batch.length > 0) yield batch
    after = batch.at(-1)?.at ?? null
    if (batch.length < limit) return
  }
}

const Lease = z.object({ name: z.string(), until: z.coerce.date(), standing: z.unknown() })
const Standing = z.object({ host: z.string() })

/** Refuses while a core works on the store: it would write documents of the format before. */
async function assertAtRest(store: RawStore, now: () => Date): Promise<void> {
  for (const { doc } of await store.page('leases', null, 1_000)) {
    const lease = Lease.safeParse(doc).data
    if (lease === undefined || lease.until <= now()) continue
    const host = Standing.safeParse(lease.standing).data?.host
    throw new StoreError(
      'unavailable',
      `a core works on ${store.name}${host === undefined ? '' : ` (at ${host})`}: stop every core, then migrate again. ` +
        `One that was killed counts until ${lease.until.toISOString()}`,
    )
  }
}

/** Judges every document before any is written. @throws StoreError `unusable` with those that would not fit. */
async function check(store: RawStore, from: number, work: Work): Promise<void> {
  const { limit, phase, taken } = work
  const counts = await Promise.all(collectionNames.map((name) => store.count(name)))
  const progress = phase(
    'checking',
    counts.reduce((sum, count) => sum + count, 0),
  )
  const misfits: string[] = []
  let [done, misfit] = [0, 0]
  for (const name of collectionNames) {
    for await (const batch of batchesOf(store, name, null, limit)) {
      for (const { doc } of batch) {
        const current = upgraded(from, name, doc, taken)
        const parsed = current === null ? null : schema[name].doc.safeParse(current)
        if (parsed === null || parsed.success) continue
        misfit += 1
        const key = schema[name].key.map((field) => String(doc[field])).join(' / ')
        if (misfits.length < misfitsShownMax) misfits.push(`${name} ${key}: ${z.prettifyError(parsed.error)}`)
      }
      done += batch.length
      progress(done)
    }
  }
  if (misfit === 0) return
  const more = misfit > misfits.length ? `\nand ${misfit - misfits.length} more` : ''
  throw new StoreError(
    'unusable',
    `${store.name} has ${misfit} documents that are not of format ${from}; nothing was changed:\n${misfits.join('\n')}${more}`,
  )
}

/** Brings a store to the format of one step, from where an earlier try was cut off, and gives what it says then. */
async function take(store: RawStore, { to, documents }: Step, found: Meta, work: Work): Promise<Meta> {
  const { limit, phase, taken } = work
  const changes = Object.entries(documents)
  const first = changes.findIndex(([name]) => name === found.migration?.collection)
  let said = found
  for (const [collection, change] of changes.slice(Math.max(0, first))) {
    const progress = phase('migrating', await store.count(collection))
    let after = collection === found.migration?.collection ? found.migration.after : null
    for (let done = 0, count = limit; count === limit; ) {
      const before = after
      const meta = (last: string | null) => ({
        ...found,
        migration: { collection, after: last ?? before },
      })
      const rewritten = await store.rewrite({ collection, after, limit }, change, meta, said)
      said = meta(rewritten.last)
      after = rewritten.last ?? after
      count = rewritten.count
      done += count
      progress(done)
    }
  }
  // The last step ends when the indexes are there too.
  if (to === formatAfter(taken)) return said
  await store.say(metaOf(to), said)
  return metaOf(to)
}

/** All of what the steps drop. */
function droppedBy(taken: readonly Step[]): DroppedIndexes {
  const all: Record<string, readonly string[]> = {}
  for (const { dropped } of taken)
    for (const [name, indexes] of Object.entries(dropped)) all[name] = [...(all[name] ?? []), ...indexes]
  return all
}

/** Judges and copies a store, and has it say that its migration has begun: from here on no version opens it. */
async function begin(
  store: RawStore,
  found: Meta,
  work: Work,
): Promise<{ readonly copy: string | null; readonly said: Meta }> {
  await check(store, found.format, work)
  const copy = await store.copyBeside(`format-${found.format}`)
  // That took its time.
  await assertAtRest(store, work.now)
  const [first = 'meta'] = Object.keys(work.taken[0]?.documents ?? {})
  const said = { ...found, migration: { collection: first, after: null } }
  await store.say(said, found)
  return { copy, said }
}

/** Brings a store of an older format to the one after these steps, all but its new indexes. */
async function upgrade(
  store: RawStore,
  found: Meta,
  work: Work,
): Promise<{ readonly copy: string | null; readonly said: Meta }> {
  await assertAtRest(store, work.now)
  let [copy, said]: [string | null, Meta] = [null, found]
  if (found.migration === null) ({ copy, said } = await begin(store, found, work))
  // Another that goes on with it too may have ended meanwhile: its indexes stay.
  else await store.say(found, found)
  await store.prepare(droppedBy(work.taken))
  for (const step of work.taken) said = await take(store, step, said, work)
  return { copy, said }
}

/**
 * Brings a store of any format so far to the one after these steps, and makes what it lacks.
 *
 * Of that format it may be run at any time. Of an older one no core may run meanwhile; killed at any moment, it is
 * run again and goes on where it was: each document is changed once, in one transaction with the note of how far it
 * came; of two that run at once, one gives up. Everything is judged before the first change, and what can be copied is
 * copied.
 * @throws StoreError with what an operator can do.
 */
export async function migrateStore(
  store: RawStore,
  { now, phase, docsPerBatch: limit = 500 }: MigrationOptions,
  known: readonly Step[] = steps,
): Promise<Migrated> {
  const to = formatAfter(known)
  const found = await store.readMeta()
  const isHalfway = found?.format === to && found.migration !== null
  if (found !== null && (found.format > to || isHalfway)) assertFormat(store.name, found)
  const taken = known.filter((step) => step.to > (found?.format ?? to))
  const isOld = found !== null && taken.length > 0
  const done = isOld ? await upgrade(store, found, { taken, limit, phase, now }) : null
  if (!isOld) await store.prepare({})
  await store.finish()
  if (found?.format !== to) await store.say(metaOf(to), done?.said ?? null)
  return { from: found?.format ?? null, copy: done?.copy ?? null }
}
