import type { UserSession, UserView } from '@holdfast/contract'
import type { UserDoc } from '../store/schema.ts'
import type { TokenIssuer } from './tokens.ts'

/** A user as they see themselves. */
export const userView = (user: UserDoc): UserView => ({
  id: user.userId,
  email: user.email,
  name: user.name,
  phone: user.phone,
  createdAt: user.createdAt.toISOString(),
})

/** Signs a user in, whose right to it has been checked. */
export async function openUserSession(
  tokens: Pick<TokenIssuer, 'issueUserToken'>,
  user: UserDoc,
): Promise<UserSession> {
  return { ...(await tokens.issueUserToken(user.userId)), user: userView(user) }
}
