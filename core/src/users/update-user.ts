import { type AdminUserView, accountTransactionMs, type UserPatch } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { poolScope } from '../store/store.ts'
import { readUser } from './read-users.ts'
import { tellNow } from './revocations.ts'
import { endEvery } from './sessions.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

/**
 * Deactivates a user or lets them in again. Core refuses a deactivated one at once, at login and at confirm; their sessions end, which
 * edges hear of within a minute. What they have booked stays theirs.
 *
 * @throws Problem `not_found`
 */
export async function updateUser(
  ctx: Context,
  { userId, patch }: { readonly userId: string; readonly patch: UserPatch },
): Promise<AdminUserView> {
  const { store, platform } = ctx
  const { active } = patch
  const deactivatedAt = active ? null : new Date(platform.now())
  // Only a change is one: deactivating again does not move the day.
  const as = { userId, active: !active }
  const isEnded = await store.transaction(accountTransactionMs, async (tx) => {
    const changed = await tx.updateIf(poolScope, 'users', as, { set: { active, deactivatedAt } })
    if (changed === 0 || active) return false
    await endEvery(tx, userId, platform)
    return true
  })
  if (isEnded) await tellNow(ctx)
  return readUser(ctx, userId)
}
