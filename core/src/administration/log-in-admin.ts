import { type AdminSession, emailKey, type Platform, Problem, type ProblemCode } from '@holdfast/contract'
import { type Store, systemScope } from '../store/store.ts'
import type { LogIn } from '../users/log-in.ts'
import { judgeAttempt } from '../users/login-attempts.ts'
import type { PasswordHasher } from '../users/passwords.ts'
import type { TokenIssuer } from '../users/tokens.ts'
import type { AdminAccount, Admins } from './admins.ts'
import { takeCode } from './second-factor.ts'
import { openSession } from './sessions.ts'

interface Context {
  readonly store: Pick<Store, 'transaction' | 'delete' | 'updateIf' | 'putIf'>
  readonly platform: Pick<Platform, 'now' | 'sha256'>
  readonly admins: Admins
  readonly adminPasswords: Pick<PasswordHasher, 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueAdminToken'>
}

/** What somebody typed for an admin's e-mail or name, and where. */
export interface AdminLogIn extends Pick<LogIn, 'password' | 'client'> {
  readonly name: string
  readonly code?: string | undefined
}

/**
 * Signs an admin in. A wrong name and a wrong password get one answer after the same work; only who knows the password hears of
 * the second factor.
 *
 * @throws Problem `rate_limited`, `invalid_credentials`, `second_factor_required`
 */
export async function logInAdmin(
  ctx: Context,
  { name, password, code, client }: AdminLogIn,
): Promise<AdminSession> {
  const typed = emailKey(name)
  const known = ctx.admins.find((one) => one.name === typed || one.email === typed)
  // By either name it is one account, with one count of failures.
  const attempt = { scope: systemScope, app: null, email: known?.email ?? typed, client }
  let refusal: ProblemCode = 'invalid_credentials'
  const admin = await judgeAttempt(ctx, attempt, async () => {
    // Whoever it is: all hashes have one cost, and both mistakes take as long.
    const isTheirs = await ctx.adminPasswords.verify(password, (known ?? ctx.admins[0]).passwordHash)
    if (!known || !isTheirs) return null
    if (!hasSecondFactor(known)) return known
    refusal = 'second_factor_required'
    // No guess, so it costs nothing; and no success, or the guesses before it would be forgotten.
    if (code === undefined) throw new Problem(refusal)
    return (await takeCode(ctx, known, code)) ? known : null
  })
  if (!admin) throw new Problem(refusal)
  return openSession(ctx, admin)
}

const hasSecondFactor = (admin: AdminAccount): admin is AdminAccount & { readonly totpSecret: string } =>
  admin.totpSecret !== undefined
