import { idempotencyTtlMs, type Principal, type Problem } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { Documents } from '../store/schema.ts'
import type { ConfirmCall } from './confirm-answer.ts'
import type { Grant } from './decide-grant.ts'

type Asked = Pick<ConfirmCall, 'appId' | 'eventId' | 'grantId' | 'owner'>

/** Open confirms of one owner that are looked through: more count as if one were of this hold. */
const claimsLookedAtMax = 100

/** Where the last refusal of a grant's confirm is kept. No client can send such a key: it has a space. */
const keyOf = ({ eventId, grantId }: Omit<Grant, 'owner'>): string => `refused ${eventId}/${grantId}`

/**
 * Notes that a confirm was refused for what its client said or paid, so that its owner can be told that nothing is under
 * way: Redis keeps the hold as confirming. It is for telling only; no decision is made by it.
 */
export async function noteRefusal(
  ctx: Pick<Core, 'store' | 'platform' | 'log'>,
  call: Asked & Pick<ConfirmCall, 'command'>,
  { code, kind }: Problem,
): Promise<void> {
  // A hold that is over says so itself, and what the caller has not pinned may be somebody else's.
  if (code.startsWith('hold_') || call.command.pin.word !== 'pinned') return
  const { appId, owner } = call
  const nowMs = ctx.platform.now()
  const note: Documents['idempotency'] = {
    ...{ appId, owner, key: keyOf(call), fingerprint: '', token: '', status: 'DONE', about: null },
    ...{ claimedAt: new Date(nowMs), expiresAt: new Date(nowMs + idempotencyTtlMs) },
    reply: { status: kind.status, body: code },
  }
  await ctx.store
    .putIf(appId, 'idempotency', note, { owner })
    .catch(() => ctx.log({ level: 'warn', event: 'refusal_not_noted', appId }))
}

/** Tells the same to the account that the owner of the grant became. */
export async function passRefusalOn(
  { store }: Pick<Core, 'store'>,
  asked: Asked,
  to: Principal,
): Promise<void> {
  const { appId, owner } = asked
  const note = await store.get(appId, 'idempotency', { owner, key: keyOf(asked) })
  if (note) await store.putIf(appId, 'idempotency', { ...note, owner: to }, { owner: to })
}

/** The code that the last confirm of a hold was refused with, if none is under way. */
export async function lastRefusal({ store }: Pick<Core, 'store'>, asked: Asked): Promise<string | undefined> {
  const { appId, owner, eventId, grantId } = asked
  const note = await store.get(appId, 'idempotency', { owner, key: keyOf(asked) })
  if (!note?.reply) return undefined
  const open = await store.find(
    appId,
    'idempotency',
    { owner, status: 'CLAIMED' },
    { limit: claimsLookedAtMax },
  )
  const isOpen = open.some(({ about }) => about?.eventId === eventId && about.grantId === grantId)
  return isOpen || open.length === claimsLookedAtMax ? undefined : note.reply.body
}
