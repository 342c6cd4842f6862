import {
  type AppId,
  type LogInRequest,
  type LoginClient,
  type Platform,
  Problem,
  type UserSession,
} from '@holdfast/contract'
import { poolScope, type Store } from '../store/store.ts'
import { judgeAttempt } from './login-attempts.ts'
import type { PasswordHasher } from './passwords.ts'
import { openUserSession, type SignInPlace } from './sessions.ts'
import type { TokenIssuer } from './tokens.ts'

interface Context {
  readonly store: Store
  readonly platform: Pick<Platform, 'now' | 'sha256'>
  readonly passwords: Pick<PasswordHasher, 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
}

/** What somebody typed, at which app, and where. */
export interface LogIn extends LogInRequest {
  readonly app: AppId
  readonly client: LoginClient
  /** Where the session is good. */
  readonly place: SignInPlace
}

/**
 * Signs a user of the pool in. A wrong password and an unknown e-mail get one answer after the same work, so that
 * nobody learns who has an account; only who knows the password hears that the account was deactivated.
 *
 * @throws Problem `rate_limited`, `invalid_credentials`, `user_deactivated`, `email_unverified`
 */
export async function logIn(
  ctx: Context,
  { email, password, app, client, place }: LogIn,
): Promise<UserSession> {
  const attempt = { scope: poolScope, app, email, client }
  const user = await judgeAttempt(ctx, attempt, async () => {
    const [found] = await ctx.store.find(poolScope, 'users', { email }, { limit: 1 })
    const isRight = await ctx.passwords.verify(password, found?.passwordHash ?? null)
    return isRight && found ? found : null
  })
  if (!user) throw new Problem('invalid_credentials')
  if (!user.active) throw new Problem('user_deactivated')
  if (!user.emailVerified && place.app !== null) throw new Problem('email_unverified')
  return openUserSession(ctx, user, place)
}
