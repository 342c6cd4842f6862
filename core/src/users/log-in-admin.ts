import { type AdminSession, emailKey, type Platform, Problem } from '@holdfast/contract'
import { type Store, systemScope } from '../store/store.ts'
import type { LogIn } from './log-in.ts'
import { judgeAttempt } from './login-attempts.ts'
import type { PasswordHasher } from './passwords.ts'
import type { TokenIssuer } from './tokens.ts'

/** The one admin, from the configuration; both names are lower case, and may be the same. */
export interface AdminAccount {
  readonly email: string
  readonly username: string
  readonly passwordHash: string
}

interface Context {
  readonly store: Pick<Store, 'transaction' | 'delete' | 'updateIf'>
  readonly platform: Pick<Platform, 'now' | 'sha256'>
  readonly admin: AdminAccount
  readonly adminPasswords: Pick<PasswordHasher, 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueAdminToken'>
}

/** What somebody typed for the admin's e-mail or user name, and where. */
export interface AdminLogIn extends Pick<LogIn, 'password' | 'client'> {
  readonly name: string
}

/**
 * Signs the admin in; a wrong name and a wrong password get one answer.
 *
 * @throws Problem `rate_limited`, `invalid_credentials`
 */
export async function logInAdmin(
  ctx: Context,
  { name, password, client }: AdminLogIn,
): Promise<AdminSession> {
  const { admin, adminPasswords, tokens } = ctx
  const typed = emailKey(name)
  // By either name it is one account, with one count of failures.
  const email = typed === admin.username ? admin.email : typed
  const attempt = { scope: systemScope, app: null, email, client }
  const isRight = await judgeAttempt(ctx, attempt, async () => {
    // Before the name is looked at, and with the admin's own hash whatever its cost: both mistakes take as long.
    const isHis = await adminPasswords.verify(password, admin.passwordHash)
    return isHis && email === admin.email ? admin : null
  })
  if (!isRight) throw new Problem('invalid_credentials')
  const { token, expiresInSeconds } = await tokens.issueAdminToken()
  return { token, expiresInSeconds }
}
