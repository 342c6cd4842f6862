import type { UserView } from '@holdfast/contract'
import type { UserDoc } from '../store/schema.ts'

/** A user as they see themselves. */
export const userView = (user: UserDoc): UserView => ({
  id: user.userId,
  email: user.email,
  emailVerified: user.emailVerified,
  name: user.name,
  phone: user.phone,
  createdAt: user.createdAt.toISOString(),
})
