import {
  type AppId,
  type AuditEntry,
  type AuditLogPage,
  type AuditLogQuery,
  Principal,
} from '@holdfast/contract'
import { cursorAt, pageOf, placeIn } from '../cursor.ts'
import type { AuditEntryDoc } from '../store/schema.ts'
import { everyApp, type Filter, poolScope, type ReadScope, type Store, systemScope } from '../store/store.ts'
import { adminDigest, userDigest } from './digests.ts'

/** Who reads: the operator, by the names of the admins who are configured, or an app's server. */
export type Reader = { readonly admins: readonly string[] } | 'app'

type Filters = Omit<AuditLogQuery, 'cursor' | 'limit'>

/** Tells of entries: who an admin is, and where they were, is no business of an app. */
export function entryViewer(reader: Reader): (entry: AuditEntryDoc) => AuditEntry {
  const names = new Map(reader === 'app' ? [] : reader.admins.map((name) => [adminDigest(name), name]))
  return (entry) => {
    const { entryId: id, appId, actorKind: kind, actor, address, createdAt } = entry
    const { user, operation, outcome, fields, object, ids, requestId } = entry
    const isOfApp = appId !== poolScope && appId !== systemScope
    return {
      ...{ id, at: createdAt.toISOString(), app: isOfApp ? appId : null },
      actor: { kind, id: actor === null ? null : (names.get(actor) ?? actor) },
      ...{ user, operation, outcome, fields, object },
      ids: Object.entries(ids).map(([name, id]) => ({ name, id })),
      address: reader === 'app' && kind === 'admin' ? null : address,
      requestId,
    }
  }
}

/** The cursors of entries that begin within a range of times, and before a place. */
export function cursorsIn({ from, to }: Pick<AuditLogQuery, 'from' | 'to'>, before?: string) {
  const ends = [before, to && cursorAt(new Date(to))].filter((end) => end !== undefined).sort()
  return {
    gte: cursorAt(new Date(from ?? 0)),
    ...(ends[0] !== undefined && { lt: ends[0] }),
  }
}

/** The conditions of a query, of which `actor` is as it is stored. A buyer is looked for by the digest. */
export function filterOf(
  { actor, user, operation, object, ...range }: Filters,
  before?: string,
): Filter<AuditEntryDoc> {
  const principal = Principal.safeParse(user).data
  return {
    ...(actor !== undefined && { actor }),
    ...(user !== undefined && { user: principal ? userDigest(principal) : user }),
    ...(operation !== undefined && { operation }),
    ...(object !== undefined && { object }),
    cursor: cursorsIn(range, before),
  }
}

/** An actor as entries have them: by what is said itself, or it is an admin's name and they have its digest. */
async function storedActor({ find }: Pick<Store, 'find'>, scope: ReadScope, actor: string): Promise<string> {
  const [one] = await find(scope, 'auditLog', { actor }, { limit: 1 })
  return one ? actor : adminDigest(actor)
}

/** The entries that match, newest first: of one app, or of all and of none. */
export async function listAuditEntries(
  { store }: { readonly store: Pick<Store, 'find'> },
  reader: Reader,
  { cursor, limit, app, ...query }: AuditLogQuery & { readonly app?: AppId | undefined },
): Promise<AuditLogPage> {
  const scope: ReadScope = app ?? everyApp
  const actor = query.actor && (await storedActor(store, scope, query.actor))
  const filter = filterOf({ ...query, actor }, placeIn('auditLog', cursor))
  const order = { orderBy: 'cursor', order: 'descending', limit: limit + 1 } as const
  const { docs, next } = pageOf('auditLog', await store.find(scope, 'auditLog', filter, order), limit)
  return { entries: docs.map(entryViewer(reader)), ...next }
}
