import { type Budget, type Clock, startBudget } from '@holdfast/core/src/store/budget.ts'
import { entryRead } from '@holdfast/core/src/store/documents.ts'
import { type CollectionName, collectionNames, schema } from '@holdfast/core/src/store/schema.ts'
import { type Statements, type Store, StoreError } from '@holdfast/core/src/store/store.ts'
import { createTurns } from '@holdfast/core/src/store/turns.ts'
import { compare, type Doc } from './docs.ts'
import { createEngine, WriteConflict, type Written } from './engine.ts'
import { type Execute, type Look, statementsOn } from './statements.ts'

/** A store in memory with MongoDB's way with transactions. */
export interface MemoryStore extends Store {
  /** What is committed now, read without a word to anybody. */
  docs(collection: CollectionName): Doc[]
}
/** `onCommit` hears of every commit at its moment, single writes too; `statementMs` is how long one waits for transactions in its way. */
export function createMemoryStore(
  clock: Clock,
  onCommit: (written: readonly Written[]) => void = () => {},
  statementMs = 5_000,
): MemoryStore {
  const engine = createEngine(onCommit)
  let isClosed = false
  const within = async <Result>(
    budgetMs: number,
    run: (budget: Budget) => Promise<Result>,
  ): Promise<Result> => {
    if (isClosed) throw new StoreError('unavailable', 'the store is closed')
    const budget = startBudget(clock, budgetMs)
    try {
      budget.check()
      return await run(budget)
    } finally {
      budget.end()
    }
  }
  /** Waits for whoever is in the way; when nobody is any more, the next attempt sees what they did. */
  const wayOf = (conflict: WriteConflict, budget: Budget): Promise<void> =>
    Promise.race([engine.whenFree(conflict.message), budget.over])

  /** Who met another comes again one at a time, so that all get through. */
  const turns = createTurns()
  /** Runs until nothing conflicts with it. */
  const again = async <Result>(budget: Budget, attempt: () => Promise<Result>): Promise<Result> => {
    let leave = () => {}
    try {
      for (let isFirst = true; ; isFirst = false) {
        try {
          return await attempt()
        } catch (error) {
          if (!(error instanceof WriteConflict)) throw error
          if (isFirst) leave = await turns.enter(budget.over)
          await wayOf(error, budget)
          budget.check()
        }
      }
    } finally {
      leave()
    }
  }

  const single: Execute = (run) =>
    within(statementMs, (budget) =>
      again(budget, async () => {
        const tx = engine.begin()
        try {
          const result = run(tx)
          engine.commit(tx)
          return result
        } finally {
          engine.leave(tx)
        }
      }),
    )
  const look: Look = (run) => within(statementMs, async () => run(null))

  const attempt = async <Result>(
    budget: Budget,
    work: (tx: Statements) => Promise<Result>,
  ): Promise<Result> => {
    const tx = engine.begin()
    let isOver = false
    let failure: { readonly error: unknown } | undefined
    const execute: Execute = async (run) => {
      if (isOver) throw new TypeError('this transaction is over, its statements are of no use any more')
      if (failure) throw failure.error
      try {
        return run(tx)
      } catch (error) {
        failure = { error }
        throw error
      }
    }
    try {
      const result = await Promise.race([work(statementsOn(engine, execute, execute)), budget.over])
      if (failure) throw failure.error
      budget.check()
      engine.commit(tx)
      return result
    } catch (error) {
      throw failure?.error instanceof WriteConflict ? failure.error : error
    } finally {
      isOver = true
      engine.leave(tx)
    }
  }

  return {
    ...statementsOn(engine, look, single),
    docs: engine.docs,
    transaction: (budgetMs, work) => within(budgetMs, (budget) => again(budget, () => attempt(budget, work))),
    purgeExpired: (now) =>
      single((tx) => {
        const old = collectionNames.flatMap((name) => {
          const { expires } = schema[name]
          const isOld = (doc: Doc) => expires !== undefined && (doc[expires] as Date | null) !== null
          return engine
            .found(tx, name, [])
            .filter((doc) => isOld(doc) && (doc[String(expires)] as Date).getTime() <= now.getTime())
            .map((doc) => ({ name, doc }))
        })
        for (const { name, doc } of old) engine.write(tx, name, doc, undefined)
        return old.length
      }),
    async *snapshot() {
      const tx = engine.begin()
      for (const name of collectionNames) {
        const docs = engine.found(tx, name, [])
        docs.sort((a, b) => schema[name].key.map((field) => compare(a[field], b[field])).find(Boolean) ?? 0)
        for (const doc of docs) yield entryRead(name, structuredClone(doc))
      }
    },
    async close() {
      isClosed = true
    },
  }
}
