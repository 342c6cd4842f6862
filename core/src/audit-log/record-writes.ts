import { AppId, type EdgeClaims, Principal } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import * as z from 'zod'
import type { CoreEnv } from '../http/edge-assertion.ts'
import type { Store } from '../store/store.ts'
import { type Audited, auditedOperation } from './audited-operations.ts'
import { onRecord } from './audited-store.ts'
import { adminDigest, entryIdOf, userDigest } from './digests.ts'
import { type Call, entryMaker, type Recording } from './entry.ts'

/** Who calls, if their writes are on record; null: a buyer, or an admin who is refused. */
function actorOf({ admin, claims: { app } }: CoreEnv['Variables']): Pick<Call, 'actorKind' | 'actor'> | null {
  if (admin) return { actorKind: 'admin', actor: adminDigest(admin.name) }
  return app?.kind === 'secret' ? { actorKind: 'key', actor: app.keyId ?? null } : null
}

const Body = z.record(z.string(), z.unknown()).catch({})
/** What the edge sends with a key of the client's: the body is inside. */
const Command = z.object({ idempotencyKey: z.string(), request: z.record(z.string(), z.unknown()) })

/** Which fields a body has, and the ids in those that name what is changed. */
function saidIn(json: unknown, { names, ids }: Audited, { app }: EdgeClaims): ReturnType<Call['said']> {
  const body = Command.safeParse(json).data?.request ?? Body.parse(json)
  const textOf = (field: string | undefined) =>
    field === undefined ? undefined : z.string().safeParse(body[field]).data
  const named = AppId.safeParse(ids.appId ?? textOf(names.app)).data
  const user = Principal.safeParse(textOf(names.user)).data
  return {
    ...{ fields: Object.keys(body), app: app?.id ?? named, object: textOf(names.object) },
    ...(user && { user: userDigest(user) }),
  }
}

/**
 * Has each write of an admin, or with a secret key, leave its entry; that of a call which succeeds and changes nothing stands
 * alone. The calls of buyers go on untouched.
 */
export function recordWrites(ctx: Recording & { readonly store: Pick<Store, 'insert'> }) {
  return createMiddleware<CoreEnv>(function recordWrites(c, next) {
    const claims = c.get('claims')
    const actor = actorOf(c.var)
    const audited = actor && auditedOperation(c.req.method, c.req.path)
    if (!audited) return next()
    const { requestId, clientIp: address, principal } = claims
    const entryOf = entryMaker(ctx, {
      ...actor,
      entryId: entryIdOf(c.var.assertionId),
      user: principal === undefined ? null : userDigest(principal),
      operation: audited.name,
      ids: audited.ids,
      ...{ address, requestId },
      said: () => saidIn(c.get('json'), audited, claims),
    })
    return onRecord(ctx, entryOf, next, () => c.error === undefined && c.res.ok)
  })
}
