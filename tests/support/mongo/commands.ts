import { Binary } from 'bson'
import * as z from 'zod'
import { catalogCommands } from './catalog.ts'
import { type Handler, writeCommands } from './crud.ts'
import { type Circumstances, labelsOf, refusal, ServerError } from './errors.ts'
import { buildInfo } from './member.ts'
import { createReads } from './reads.ts'
import { command, Generic, parsed } from './requests.ts'
import { createRunner, within } from './scopes.ts'
import { createSessions, type SessionFields } from './sessions.ts'
import { createSnapshots } from './snapshots.ts'
import { createStorage } from './storage.ts'
import { type Doc, isDoc } from './values.ts'

const Commit = command({ commitTransaction: z.literal(1) })
const Abort = command({ abortTransaction: z.literal(1) })
/** manual/reference/command/getParameter: the one parameter that is asked for. */
const GetParameter = command({ getParameter: z.literal(1), transactionLifetimeLimitSeconds: z.literal(1) })
const sessionIds = z.array(z.object({ id: z.instanceof(Binary) }))
const EndSessions = command({ endSessions: sessionIds })
const KillSessions = command({ killSessions: sessionIds })
const idsOf = (given: z.output<typeof sessionIds>) => given.map(({ id }) => id.toString('hex'))

const endings: ReadonlySet<string> = new Set(['commitTransaction', 'abortTransaction'])

/** What decides the labels of a command's error. */
export function circumstancesOf(name: string, received: Doc): Circumstances {
  const inTransaction = received.autocommit === false
  return {
    inTransaction,
    endsTransaction: endings.has(name),
    retryableWrite: !inTransaction && received.txnNumber !== undefined,
  }
}

/** The answer that an error becomes. */
export function errorReply(error: unknown, circumstances: Circumstances): Doc {
  const known = error instanceof ServerError ? error : refusal(`what led to ${String(error)}`)
  const { code, codeName, message, fields } = known
  const errorLabels = labelsOf(code, circumstances)
  return { ok: 0, errmsg: message, code, codeName, ...fields, ...(errorLabels.length > 0 && { errorLabels }) }
}

const isSnapshot = ({ autocommit, readConcern }: z.output<typeof Generic>): boolean =>
  autocommit === undefined && readConcern?.level === 'snapshot'

/** Rules for the concerns of statements (manual/core/transactions, "Read Concern" and "Write Concern"). */
function assertConcerns(name: string, fields: z.output<typeof Generic>): void {
  const inTransaction = fields.autocommit === false
  const invalid = (message: string) => new ServerError('InvalidOptions', message)
  if (fields.startTransaction && !inTransaction) throw invalid('startTransaction needs autocommit: false')
  if (inTransaction && !endings.has(name)) {
    if (fields.writeConcern !== undefined) throw invalid('writeConcern is not allowed within a transaction')
    if (fields.readConcern !== undefined && !fields.startTransaction) {
      throw invalid('readConcern is allowed on the first statement of a transaction only')
    }
  }
  if (isSnapshot(fields) && name !== 'find')
    throw refusal(`readConcern snapshot of ${name} outside transactions`)
  if (fields.readConcern?.atClusterTime !== undefined && !isSnapshot(fields)) {
    throw refusal('atClusterTime with another readConcern than snapshot, or in a transaction')
  }
}

/** The commands of one server on its data. */
export type Commands = ReturnType<typeof createCommands>

/** Commands on data of their own; transactions live for `lifetimeMs` at most. */
export function createCommands(lifetimeMs: number) {
  const storage = createStorage()
  const sessions = createSessions(storage, lifetimeMs)
  const snapshots = createSnapshots(storage)
  const runner = createRunner(storage, sessions)
  const reads = createReads()
  const statements: Readonly<Record<string, Handler>> = { ...writeCommands, ...reads }

  /** The cursor tells of which moment it is (specifications, snapshot-sessions.md, "Server Commands"). */
  const findAt = async (received: Doc, fields: z.output<typeof Generic>): Promise<Doc> => {
    const { time, transaction } = snapshots.at(fields.session, fields.readConcern?.atClusterTime)
    const { cursor } = await reads.find(received, within(transaction), storage)
    if (!isDoc(cursor)) throw new Error('a find without a cursor')
    return { cursor: { ...cursor, atClusterTime: time } }
  }

  const ending = (name: string, received: Doc, fields: SessionFields): Doc => {
    if (fields.autocommit !== false)
      throw new ServerError('InvalidOptions', `${name} needs autocommit: false`)
    if (name === 'commitTransaction') {
      parsed(Commit, received)
      sessions.commit(fields)
    } else {
      parsed(Abort, received)
      sessions.abort(fields)
    }
    return {}
  }

  const execute = async (name: string, received: Doc): Promise<Doc> => {
    const fields = parsed(Generic, received)
    assertConcerns(name, fields)
    if (endings.has(name)) return ending(name, received, fields)
    if (name === 'ping') return {}
    if (name === 'buildInfo') return buildInfo
    if (name === 'getParameter') {
      parsed(GetParameter, received)
      return { transactionLifetimeLimitSeconds: lifetimeMs / 1_000 }
    }
    if (name === 'endSessions') {
      const ids = idsOf(parsed(EndSessions, received).endSessions)
      sessions.forget(ids)
      snapshots.forget(ids)
      return {}
    }
    if (name === 'killSessions') {
      sessions.killOpen(idsOf(parsed(KillSessions, received).killSessions))
      return {}
    }
    if (isSnapshot(fields)) return findAt(received, fields)
    const statement = Object.hasOwn(statements, name) ? statements[name] : undefined
    if (statement !== undefined) {
      const reply = await runner.run(fields, (scope) => statement(received, scope, storage))
      if (reply.writeErrors !== undefined) sessions.kill(fields)
      return reply
    }
    const change = Object.hasOwn(catalogCommands, name) ? catalogCommands[name] : undefined
    if (change === undefined) throw refusal(`the command ${name}`)
    if (fields.autocommit === false) {
      throw new ServerError('OperationNotSupportedInTransaction', `Cannot run '${name}' in a transaction`)
    }
    return runner.run(fields, (scope) => change(received, scope, storage))
  }

  return {
    /** The answer to a command, an error's as well. */
    run: async (name: string, received: Doc): Promise<Doc> => {
      try {
        return { ...(await execute(name, received)), ok: 1 }
      } catch (error) {
        return errorReply(error, circumstancesOf(name, received))
      }
    },

    /** Aborts the transaction of a command, if it is open. */
    kill: (received: Doc): void => sessions.kill(parsed(Generic, received)),

    /** Ends everything that runs without taking effect. */
    interrupt: runner.interrupt,
  }
}
