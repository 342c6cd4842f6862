import { type Statements, type Store, StoreError } from '@holdfast/core/src/store/store.ts'
import { delayOf, type Faults, fateOf, latencyOf } from '../faults.ts'
import type { Machine } from '../machines.ts'
import type { Net } from '../net.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Sometimes } from '../sometimes.ts'
import { inTime } from '../wires.ts'
import { WriteConflict } from './engine.ts'
import type { MemoryStore } from './store.ts'

/** How long a single statement may take. */
const statementMs = 5_000
/** When the server ends a transaction by itself whose client is gone or silent. */
const lifetimeMs = 15_000

const names = ['get', 'find', 'count', 'total', 'insert', 'updateIf', 'putIf', 'delete'] as const
type Verb = (typeof names)[number]
const isWrite = (verb: Verb): boolean => names.indexOf(verb) > 3

type Statement = (...args: readonly unknown[]) => Promise<unknown>

/** Every statement of `on`, sent by `send`. */
function sent(
  on: Statements,
  send: (verb: Verb, text: string, run: () => Promise<unknown>) => Promise<unknown>,
) {
  const each = names.map((verb) => {
    const statement = on[verb] as Statement
    const call: Statement = (...args) =>
      send(verb, `${verb} ${String(args[1])}`, () => statement.call(on, ...args))
    return [verb, call] as const
  })
  return Object.fromEntries(each) as unknown as Statements
}

const textOf = (answer: unknown): string =>
  Array.isArray(answer)
    ? `${answer.length}`
    : typeof answer === 'object'
      ? answer
        ? 'one'
        : 'none'
      : `${answer}`

/** The clean end of a commit that never arrived: the server undoes what it has. */
class CommitLost extends Error {}

interface Wiring {
  readonly scheduler: Scheduler
  readonly net: Net
  readonly faults: () => Faults
  readonly sometimes: Sometimes
}

/**
 * The store as a core sees it, as a client of MongoDB would: each statement is a message, a commit is one that can be
 * lost, late or unanswered like any other, and a transaction whose client died keeps its documents for a while.
 */
export function remoteStore(machine: Machine, store: MemoryStore, wiring: Wiring): Store {
  const { scheduler, net, faults, sometimes } = wiring
  const { random } = scheduler
  const travel = (ms = latencyOf(random, faults())) =>
    new Promise<void>((resolve) => machine.after(ms, resolve))

  const single = (verb: Verb, text: string, run: () => Promise<unknown>): Promise<unknown> => {
    const late = () => new StoreError(isWrite(verb) ? 'outcome_unknown' : 'unavailable', `${text}: no answer`)
    // A write carries its transaction number: delivered again, the server knows it.
    const message = { wire: 'store' as const, text, arrive: run, show: textOf, once: isWrite(verb) }
    return inTime(machine, statementMs, late, net.send(machine, message))
  }

  const transaction: Store['transaction'] = (budgetMs, work) => {
    const deadline = machine.platform.deadline(budgetMs)
    const state = { isSent: false, hasWritten: false }
    const life = machine.life()
    const statement = async (verb: Verb, text: string, run: () => Promise<unknown>): Promise<unknown> => {
      await travel()
      if (deadline.aborted) throw new StoreError('unavailable', 'out of budget')
      if (isWrite(verb) && random.chance(faults().conflict)) {
        sometimes.count('F20')
        scheduler.note(`${machine.name} > store tx ${text}: CONFLICT`)
        throw new WriteConflict('by chance')
      }
      const answer = await run().catch((error: unknown) => {
        if (error instanceof WriteConflict) sometimes.count('F20')
        scheduler.note(`${machine.name} > store tx ${text}: ${error}`)
        throw error
      })
      scheduler.note(`${machine.name} > store tx ${text}: ${textOf(answer)}`)
      state.hasWritten ||= isWrite(verb)
      await travel()
      return answer
    }
    const attempt = async (tx: Statements) => {
      state.isSent = false
      const result = await work(sent(tx, statement))
      if (deadline.aborted) throw new StoreError('unavailable', 'out of budget')
      state.isSent = true
      await commitTravels()
      return result
    }
    /** From here on it is the network's: it arrives although its client is gone. */
    const commitTravels = (): Promise<void> => {
      const fate = fateOf(random, faults())
      return new Promise((resolve, reject) => {
        if (fate === 'lost') return scheduler.after(1, () => reject(new CommitLost()))
        scheduler.after(fate === 'late' ? delayOf(random) : latencyOf(random, faults()), resolve)
      })
    }
    const settled = store.transaction(lifetimeMs, attempt).then(async (result) => {
      scheduler.note(`${machine.name} > store COMMIT`)
      if (random.chance(faults().commitThenDie) && machine.isUp()) {
        sometimes.count('commit, then die')
        machine.crash()
      }
      await travel()
      if (random.chance(faults().commitUnknown)) return new Promise<never>(() => {})
      return result
    })
    return new Promise((resolve, reject) => {
      let isSettled = false
      settled
        .then(resolve, (error: unknown) => {
          if (machine.life() !== life && state.hasWritten && !state.isSent) sometimes.count('F3')
          if (error instanceof CommitLost) return new Promise<never>(() => {})
          return reject(error)
        })
        .finally(() => (isSettled = true))
      deadline.addEventListener('abort', () => {
        if (isSettled) return
        if (state.isSent) sometimes.count('F21')
        reject(new StoreError(state.isSent ? 'outcome_unknown' : 'unavailable', 'out of budget'))
      })
    })
  }

  return {
    ...sent(store, single),
    transaction,
    purgeExpired: (now) => store.purgeExpired(now),
    snapshot: () => store.snapshot(),
    close: async () => {},
  }
}
