import type { AdminUserView, Platform, UserPatch } from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'
import { readUser } from './read-users.ts'

interface Context {
  readonly store: Pick<Store, 'get' | 'updateIf'>
  readonly platform: Pick<Platform, 'now'>
}

/**
 * Deactivates a user or lets them in again. Core refuses a deactivated one at once, at login and at confirm; edges
 * refuse their tokens when they next hear of it (`deniedUsers`). What they have booked stays theirs.
 *
 * @throws Problem `not_found`
 */
export async function updateUser(
  { store, platform }: Context,
  { userId, patch }: { readonly userId: string; readonly patch: UserPatch },
): Promise<AdminUserView> {
  const deactivatedAt = patch.active ? null : new Date(platform.now())
  // Only a change is one: deactivating again does not move the day.
  await store.updateIf(
    poolScope,
    'users',
    { userId, active: !patch.active },
    { set: { active: patch.active, deactivatedAt } },
  )
  return readUser({ store }, userId)
}
