import { Problem, type UserView } from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'
import { userView } from './user-session.ts'

/**
 * The user of the pool for whom a good token was shown.
 * @throws Problem `invalid_token` when there is none, `user_deactivated`.
 */
export async function whoAmI(
  { store }: { readonly store: Pick<Store, 'get'> },
  userId: string,
): Promise<UserView> {
  const user = await store.get(poolScope, 'users', { userId })
  if (!user) throw new Problem('invalid_token')
  if (!user.active) throw new Problem('user_deactivated')
  return userView(user)
}
