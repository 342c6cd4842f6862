import { AsyncLocalStorage } from 'node:async_hooks'
import { coreBudgetMs } from '@holdfast/contract'
import { EdgeRefused } from '../http/edge-assertion.ts'
import type { AuditEntryDoc } from '../store/schema.ts'
import { isDuplicate, type Statements, type Store, StoreError } from '../store/store.ts'
import { createTurns, type Turns } from '../store/turns.ts'
import type { Change } from './entry.ts'
import { watchWrites } from './watch-writes.ts'

/** One call whose entry goes into the first transaction that changes something. */
interface Scope {
  readonly entryOf: (change: Change | null) => AuditEntryDoc
  /** Until the entry is written its writes come one after the other, so that it is written once. */
  readonly turns: Turns
  /** The entry is written, or the call is over. */
  isDone: boolean
  /** Nobody knows whether the entry is written. */
  isUnknown: boolean
}

const scopes = new AsyncLocalStorage<Scope>()

const openScope = (): Scope | undefined => {
  const scope = scopes.getStore()
  return scope?.isDone ? undefined : scope
}

const isOfEntry = (error: unknown): boolean =>
  isDuplicate(error, 'auditLog', 'primary') || isDuplicate(error, 'auditLog', 'entry')

/**
 * Writes what would be the entry's second copy: nothing, if the first may be ours.
 * @throws EdgeRefused another call has the id: an assertion that came before has come again.
 */
function assertOurs(scope: Scope, error: unknown): void {
  if (!isOfEntry(error)) throw error
  if (!scope.isUnknown) throw new EdgeRefused('replayed')
  scope.isDone = true
}

/** Runs work as one transaction, with the entry if it changes something. */
async function withEntry<Result>(
  { transaction }: Store,
  scope: Scope,
  budgetMs: number,
  work: (tx: Statements) => Promise<Result>,
): Promise<Result> {
  const leave = await scope.turns.enter()
  try {
    if (scope.isDone) return await transaction(budgetMs, work)
    let isWritten = false
    const result = await transaction(budgetMs, async (tx) => {
      const watched = watchWrites(tx)
      const done = await work(watched.statements)
      const change = watched.change()
      isWritten = change !== null
      if (change === null) return done
      const entry = scope.entryOf(change)
      await tx.insert(entry.appId, 'auditLog', entry)
      return done
    })
    scope.isDone = isWritten
    return result
  } catch (error) {
    if (error instanceof StoreError && error.code === 'outcome_unknown') scope.isUnknown = true
    assertOurs(scope, error)
    return await transaction(budgetMs, work)
  } finally {
    leave()
  }
}

/**
 * A store that leaves an entry of each call that `onRecord` runs, in the transaction that changes something; a single statement
 * that does is a transaction with it. Outside of such a call it is the store itself.
 */
export function auditedStore(store: Store): Store {
  const either = <Result>(statement: (on: Statements) => Promise<Result>): Promise<Result> => {
    const scope = openScope()
    return scope ? withEntry(store, scope, coreBudgetMs, statement) : statement(store)
  }
  return {
    ...store,
    insert: (...of) => either((on) => on.insert(...of)),
    updateIf: (...of) => either((on) => on.updateIf(...of)),
    putIf: (...of) => either((on) => on.putIf(...of)),
    delete: (...of) => either((on) => on.delete(...of)),
    transaction: (budgetMs, work) => {
      const scope = openScope()
      return scope ? withEntry(store, scope, budgetMs, work) : store.transaction(budgetMs, work)
    },
  }
}

/**
 * Runs a call whose writes to an audited store leave one entry: all that it waits for, and nothing that it leaves behind. When
 * it has changed nothing there is none, unless `isRecorded` says so at the end.
 * @throws EdgeRefused the call has come before.
 */
export async function onRecord<Result>(
  { store }: { readonly store: Pick<Store, 'insert'> },
  entryOf: Scope['entryOf'],
  work: () => Promise<Result>,
  isRecorded: () => boolean = () => false,
): Promise<Result> {
  const scope: Scope = { entryOf, turns: createTurns(), isDone: false, isUnknown: false }
  try {
    return await scopes.run(scope, work)
  } finally {
    await end(store, scope, isRecorded())
  }
}

async function end(store: Pick<Store, 'insert'>, scope: Scope, isRecorded: boolean): Promise<void> {
  const leave = await scope.turns.enter()
  try {
    if (scope.isDone || !isRecorded) return
    scope.isDone = true
    const entry = scope.entryOf(null)
    await store.insert(entry.appId, 'auditLog', entry).catch((error: unknown) => assertOurs(scope, error))
  } finally {
    scope.isDone = true
    leave()
  }
}
