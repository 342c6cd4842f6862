import { type AppId, type IssuedKind, KeyUse, liveKeysPerKindMax } from '@holdfast/contract'
import type { KeyDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'

/** Whether a key still works. */
export const isLive = ({ expiresAt }: Pick<KeyDoc, 'expiresAt'>, now: Date): boolean =>
  expiresAt === null || expiresAt > now

/** The keys of one kind that still work: a few, however often they are rotated. */
export async function liveKeys(
  { find }: Pick<Statements, 'find'>,
  { appId, kind, now }: { readonly appId: AppId; readonly kind: IssuedKind; readonly now: Date },
): Promise<KeyDoc[]> {
  // One of each kind is made with the app, and a rotation ends those beyond the limit.
  // Of a predecessor's keys those of each use.
  const limit = liveKeysPerKindMax * (kind === 'legacy' ? KeyUse.options.length : 1)
  return [
    ...(await find(appId, 'keys', { kind, expiresAt: null }, { limit })),
    ...(await find(appId, 'keys', { kind, expiresAt: { gt: now } }, { limit })),
  ]
}
