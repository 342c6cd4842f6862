import { newId, type Platform, Problem, type SignUpRequest, type UserSession } from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import type { UserDoc } from '../store/schema.ts'
import { isDuplicate, poolScope, type Store } from '../store/store.ts'
import type { PasswordHasher } from './passwords.ts'
import { assertPasswordAllowed, type RefusedPasswords } from './refused-passwords.ts'
import type { TokenIssuer } from './tokens.ts'
import { openUserSession } from './user-session.ts'

interface Context {
  readonly store: Pick<Store, 'insert'>
  readonly platform: Pick<Platform, 'now' | 'random'>
  readonly passwords: Pick<PasswordHasher, 'hash'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
  readonly refusedPasswords?: Pick<RefusedPasswords, 'has'>
}

/** Adds a user to the pool that all apps share, and signs them in. */
export async function signUp(
  { store, platform, passwords, tokens, ...ctx }: Context,
  { email, password, name, phone }: SignUpRequest,
): Promise<UserSession> {
  await assertPasswordAllowed(ctx, password)
  const userId = newId('usr', platform.random)
  const createdAt = new Date(platform.now())
  const user: UserDoc = {
    appId: poolScope,
    userId,
    email,
    name,
    phone: phone ?? null,
    passwordHash: await passwords.hash(password),
    active: true,
    deactivatedAt: null,
    cursor: cursorOf(createdAt, userId),
    createdAt,
  }
  try {
    await store.insert(poolScope, 'users', user)
  } catch (error) {
    // The unique index decides, so two who come at once cannot both have the address.
    if (isDuplicate(error, 'users', 'email')) throw new Problem('email_taken')
    throw error
  }
  return openUserSession(tokens, user)
}
