import type { AdminUserView } from '@holdfast/contract'
import type { UserDoc } from '../store/schema.ts'
import { userView } from './user-view.ts'

/** A user of the pool as the admin sees them. */
export const adminUserView = (user: UserDoc): AdminUserView => ({
  ...userView(user),
  active: user.active,
  deactivatedAt: user.deactivatedAt?.toISOString() ?? null,
})
