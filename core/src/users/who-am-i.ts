import { Problem, type UserView } from '@holdfast/contract'
import type { UserDoc } from '../store/schema.ts'
import { poolScope, type Store } from '../store/store.ts'
import { userView } from './user-view.ts'

type Context = { readonly store: Pick<Store, 'get'> }

/**
 * The user of the pool for whom a good token was shown.
 * @throws Problem `invalid_token` when there is none, `user_deactivated`.
 */
export async function activeUser({ store }: Context, userId: string): Promise<UserDoc> {
  const user = await store.get(poolScope, 'users', { userId })
  if (!user) throw new Problem('invalid_token')
  if (!user.active) throw new Problem('user_deactivated')
  return user
}

/** The same, as they see themselves. */
export const whoAmI = async (ctx: Context, userId: string): Promise<UserView> =>
  userView(await activeUser(ctx, userId))
