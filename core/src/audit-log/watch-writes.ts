import { type CollectionName, type Documents, schema } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import type { Change } from './entry.ts'

/** What is written on the way to a change and is none: the claim of an Idempotency-Key, and what was tried in vain. */
const bookkeeping: ReadonlySet<CollectionName> = new Set(['idempotency', 'attempts'])

/** Of which collections what is made gets its id here, and no path names it. */
const named: ReadonlySet<CollectionName> = new Set(['apps', 'keys', 'deliveries'])

/** The id of a document that was made, by the name of its field. */
function madeOf<Name extends CollectionName>(name: Name, doc: Documents[Name] | undefined) {
  const field = schema[name].key.at(-1)
  return named.has(name) && doc && field ? { [field]: String(doc[field]) } : {}
}

/** The statements of a transaction, and what they have changed so far; null: nothing. */
export function watchWrites(tx: Statements): {
  readonly statements: Statements
  readonly change: () => Change | null
} {
  let change: Change | null = null
  const note = (appId: Change['appId'], name: CollectionName, made: Change['made'] = {}) => {
    if (bookkeeping.has(name)) return
    const before = change ?? { appId, made }
    change = Object.keys(before.made).length > 0 ? before : { ...before, made }
  }
  const statements: Statements = {
    ...tx,
    async insert(appId, name, docs) {
      await tx.insert(appId, name, docs)
      const [first] = Array.isArray(docs) ? docs : [docs]
      note(appId, name, madeOf(name, first))
    },
    async updateIf(appId, name, filter, to) {
      const count = await tx.updateIf(appId, name, filter, to)
      if (count > 0) note(appId, name)
      return count
    },
    async putIf(appId, name, doc, when) {
      await tx.putIf(appId, name, doc, when)
      note(appId, name)
    },
    async delete(appId, name, filter) {
      const count = await tx.delete(appId, name, filter)
      if (count > 0) note(appId, name)
      return count
    },
  }
  return { statements, change: () => change }
}
