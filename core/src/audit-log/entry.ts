import type { AppId, Platform } from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import { auditLogExpiry, type Keeping } from '../retention.ts'
import type { AuditEntryDoc } from '../store/schema.ts'
import { systemScope } from '../store/store.ts'

/** What is known of a call before it changes anything. */
export interface Call
  extends Pick<
    AuditEntryDoc,
    'entryId' | 'actorKind' | 'actor' | 'user' | 'operation' | 'ids' | 'address' | 'requestId'
  > {
  /** Of which app, and what it is done to, where the call says it; asked when its body has been read. */
  readonly said: () => Pick<AuditEntryDoc, 'fields'> & {
    readonly app?: AppId | undefined
    readonly object?: string | undefined
    /** The digest of whom it is done to. */
    readonly user?: string | undefined
  }
}

/** What the writes of a call tell of it: whose documents they change, and the id of what they make. */
export interface Change {
  readonly appId: AppId
  readonly made: Readonly<Record<string, string>>
}

/** What knows the time, and how long an entry is kept. */
export interface Recording extends Pick<Keeping, 'retention'> {
  readonly platform: Pick<Platform, 'now'>
}

/** Makes the entry of a call that begins now: the same one however often, but for what has changed. */
export function entryMaker(recording: Recording, call: Call) {
  const { said, ...known } = call
  const createdAt = new Date(recording.platform.now())
  const times = {
    cursor: cursorOf(createdAt, call.entryId),
    createdAt,
    expiresAt: auditLogExpiry(createdAt, recording),
  }
  return (change: Change | null): AuditEntryDoc => {
    const { fields, app, object, user } = said()
    const ids = { ...call.ids, ...change?.made }
    return {
      ...known,
      ...times,
      ids,
      fields,
      user: user ?? known.user,
      appId: app ?? change?.appId ?? systemScope,
      object: object ?? Object.values(ids)[0] ?? null,
      outcome: change ? 'changed' : 'unchanged',
    }
  }
}
