import { accountIdOf, type ExternalUser, type Principal, Problem } from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'

/** What is known of a buyer beside who they are. */
export interface Buyer {
  readonly name: string | null
  readonly email: string | null
}

/**
 * What is known of who buys: a user of the pool by their account, an app's own by what its server says of them, a
 * guest not at all.
 *
 * @throws Problem `user_deactivated`: their token may still be good at an edge that has not heard of it.
 */
export async function buyerOf(
  { store }: { readonly store: Pick<Store, 'get'> },
  { owner, externalUser }: { readonly owner: Principal; readonly externalUser: ExternalUser | undefined },
): Promise<Buyer> {
  if (owner.startsWith('ext:'))
    return { name: externalUser?.name ?? null, email: externalUser?.email ?? null }
  const userId = accountIdOf(owner)
  const user = userId === null ? null : await store.get(poolScope, 'users', { userId })
  if (user?.active === false) throw new Problem('user_deactivated')
  // An address that nobody has proven may be anybody's.
  return { name: user?.name ?? null, email: user?.emailVerified ? user.email : null }
}
