import { type AdminUserView, Problem, type UserPage, type UsersQuery } from '@holdfast/contract'
import { pageOf, placeIn } from '../cursor.ts'
import { poolScope, type Store } from '../store/store.ts'
import { adminUserView } from './admin-user-view.ts'

/** One user of the pool. */
export async function readUser(
  { store }: { readonly store: Pick<Store, 'get'> },
  userId: string,
): Promise<AdminUserView> {
  const user = await store.get(poolScope, 'users', { userId })
  if (!user) throw new Problem('not_found')
  return adminUserView(user)
}

/** The users that match, newest first; the cursor is the last one's of the page before. */
export async function listUsers(
  { store }: { readonly store: Pick<Store, 'find'> },
  { email, active, cursor, limit }: UsersQuery,
): Promise<UserPage> {
  const place = placeIn('users', cursor)
  const found = await store.find(
    poolScope,
    'users',
    {
      ...(email !== undefined && { email }),
      ...(active !== undefined && { active }),
      ...(place !== undefined && { cursor: { lt: place } }),
    },
    { orderBy: 'cursor', order: 'descending', limit: limit + 1 },
  )
  const { docs, next } = pageOf('users', found, limit)
  return { users: docs.map(adminUserView), ...next }
}
