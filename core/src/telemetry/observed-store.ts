import type { CollectionName } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import type { Observe, Work } from './observe.ts'

const work = (name: string): Work => ({ kind: 'store', name })
const called = (collection: CollectionName, verb: keyof Statements) => work(`${collection}.${verb}`)

/** Statements that are looked on: each by its collection and verb, as `seats.updateIf`. */
function observedStatements(on: Statements, observe: Observe): Statements {
  return {
    insert: (appId, name, docs) => observe(called(name, 'insert'), () => on.insert(appId, name, docs)),
    get: (appId, name, key) => observe(called(name, 'get'), () => on.get(appId, name, key)),
    find: (scope, name, filter, options) =>
      observe(called(name, 'find'), () => on.find(scope, name, filter, options)),
    count: (scope, name, filter) => observe(called(name, 'count'), () => on.count(scope, name, filter)),
    total: (scope, name, filter, options) =>
      observe(called(name, 'total'), () => on.total(scope, name, filter, options)),
    updateIf: (appId, name, filter, change) =>
      observe(called(name, 'updateIf'), () => on.updateIf(appId, name, filter, change)),
    putIf: (appId, name, doc, when) => observe(called(name, 'putIf'), () => on.putIf(appId, name, doc, when)),
    delete: (appId, name, filter) => observe(called(name, 'delete'), () => on.delete(appId, name, filter)),
  }
}

/**
 * A store that is looked on. A transaction is the work `transaction`, with its statements inside; from the last of them
 * on it is also `commit`, which has failed when the transaction is run again.
 */
export function observedStore(store: Store, observe: Observe): Store {
  const transaction: Store['transaction'] = async (budgetMs, run) => {
    let commit: PromiseWithResolvers<void> | undefined
    try {
      const result = await store.transaction(budgetMs, async (tx) => {
        commit?.reject(new Error('run again'))
        commit = undefined
        const done = await run(observedStatements(tx, observe))
        commit = Promise.withResolvers<void>()
        const { promise } = commit
        observe(work('commit'), () => promise).catch(() => {})
        return done
      })
      commit?.resolve()
      return result
    } catch (error) {
      commit?.reject(error)
      throw error
    }
  }
  return {
    ...observedStatements(store, observe),
    transaction: (budgetMs, run) => observe(work('transaction'), () => transaction(budgetMs, run)),
    purgeExpired: (now) => observe(work('purge'), () => store.purgeExpired(now)),
    snapshot: () => store.snapshot(),
    close: () => store.close(),
  }
}
