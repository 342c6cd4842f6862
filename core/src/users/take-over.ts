import { accountTransactionMs, type Platform, Problem, type UserSession } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { UserDoc } from '../store/schema.ts'
import { poolScope } from '../store/store.ts'
import { forgetClients } from './login-attempts.ts'
import type { PasswordHasher } from './passwords.ts'
import { assertPasswordAllowed, type RefusedPasswords } from './refused-passwords.ts'
import { tellNow } from './revocations.ts'
import { endEvery, openUserSession, type SignInPlace } from './sessions.ts'
import type { TokenIssuer } from './tokens.ts'

/** What makes an account and changes it. */
export interface AccountContext extends Pick<Core, 'store' | 'inventory' | 'log'> {
  readonly platform: Platform
  readonly passwords: Pick<PasswordHasher, 'hash' | 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
  readonly refusedPasswords?: Pick<RefusedPasswords, 'has'>
}

/** What somebody is called who has not said it. */
export const nameIn = (email: string): string => email.slice(0, email.indexOf('@'))

/** What changes hands: a new password, and of a new owner the name. `emailVerified`: they have proven the address. */
interface Taken {
  readonly password: string
  readonly emailVerified: boolean
  readonly name?: string
  readonly phone?: string | null | undefined
}

/**
 * Gives an account a new password, ends all of its sessions, and signs in who has proven that it is theirs. Of two at once one is
 * too late.
 *
 * @throws Problem `user_deactivated`, `invalid_credentials` when the password was changed meanwhile, `invalid_request` for one that became
 *   known elsewhere.
 */
export async function takeOver(
  ctx: AccountContext,
  user: UserDoc,
  { password, emailVerified, name = user.name, phone = user.phone }: Taken,
  place: SignInPlace,
): Promise<UserSession> {
  const { store, platform, passwords } = ctx
  if (!user.active) throw new Problem('user_deactivated')
  await assertPasswordAllowed(ctx, password)
  const { userId } = user
  const set = { passwordHash: await passwords.hash(password), name, phone, emailVerified }
  const as = { userId, active: true, email: user.email, passwordHash: user.passwordHash }
  const done = await store.transaction(accountTransactionMs, async (tx) => {
    const changed = await tx.updateIf(poolScope, 'users', as, { set })
    if (changed === 1) await endEvery(tx, userId, platform)
    return changed === 1
  })
  if (!done) throw new Problem('invalid_credentials')
  // From where somebody else has signed in is of no account.
  if (emailVerified && !user.emailVerified) await forgetClients(ctx, user.email)
  await tellNow(ctx)
  return openUserSession(ctx, { ...user, ...set }, place)
}
