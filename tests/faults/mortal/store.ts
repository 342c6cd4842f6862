import { openStore as openReal } from '../../../core/src/store/open.ts'
import type { Statements, Store } from '../../../core/src/store/store.ts'
import { around, reach } from './fate.ts'

/** What a transaction is for, by what it writes. */
interface Purpose {
  isSale: boolean
  isCancellation: boolean
}

/** The statements of one transaction, with a point before each that a sale has. */
function mortalStatements(tx: Statements, purpose: Purpose): Statements {
  const before = (point: string) => purpose.isSale && reach(`${point} before`)
  const putIf: Statements['putIf'] = async (appId, collection, doc, when) => {
    if (collection === 'reservations' && 'bookingId' in doc && doc.bookingId) purpose.isSale = true
    before('decide')
    return tx.putIf(appId, collection, doc, when)
  }
  const updateIf: Statements['updateIf'] = async (appId, collection, filter, change) => {
    before(collection)
    return tx.updateIf(appId, collection, filter, change)
  }
  const insert: Statements['insert'] = async (appId, collection, docs) => {
    if (collection === 'cancellations') purpose.isCancellation = true
    before(collection === 'bookings' ? 'booking' : collection)
    return tx.insert(appId, collection, docs)
  }
  return { ...tx, putIf, updateIf, insert }
}

/** The real store, in which a process may be killed at its points. */
export async function openStore(url: string): Promise<Store> {
  const store = await openReal(url)
  const insert: Store['insert'] = (appId, collection, docs) => {
    const run = () => store.insert(appId, collection, docs)
    if (collection === 'idempotency') return around('claim', run)
    return collection === 'payments' ? around('payment', run) : run()
  }
  return {
    ...store,
    insert,
    async transaction(budgetMs, work) {
      const purpose: Purpose = { isSale: false, isCancellation: false }
      const result = await store.transaction(budgetMs, async (tx) => {
        Object.assign(purpose, { isSale: false, isCancellation: false })
        const worked = await work(mortalStatements(tx, purpose))
        if (purpose.isSale) reach('commit before')
        if (purpose.isCancellation) reach('cancellation commit before')
        // The commit follows at once; by then it has been sent.
        if (purpose.isSale) setImmediate(() => reach('commit on its way'))
        return worked
      })
      if (purpose.isSale) reach('commit after')
      if (purpose.isCancellation) reach('cancellation commit after')
      return result
    },
  }
}
