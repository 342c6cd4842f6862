import { type LogInRequest, Problem, type UserSession } from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'
import type { PasswordHasher } from './passwords.ts'
import type { TokenIssuer } from './tokens.ts'
import { openUserSession } from './user-session.ts'

interface Context {
  readonly store: Pick<Store, 'find'>
  readonly passwords: Pick<PasswordHasher, 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
}

/**
 * Signs a user of the pool in. A wrong password, an unknown e-mail and a deactivated user get one answer after the
 * same work, so that nobody learns who has an account.
 */
export async function logIn(
  { store, passwords, tokens }: Context,
  { email, password }: LogInRequest,
): Promise<UserSession> {
  const [user] = await store.find(poolScope, 'users', { email }, { limit: 1 })
  const isRight = await passwords.verify(password, user?.passwordHash ?? null)
  if (!isRight || !user?.active) throw new Problem('invalid_credentials')
  return openUserSession(tokens, user)
}
