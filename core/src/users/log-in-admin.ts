import { type AdminSession, type LogInRequest, Problem } from '@holdfast/contract'
import type { PasswordHasher } from './passwords.ts'
import type { TokenIssuer } from './tokens.ts'

/** The one admin, from the configuration; `email` is lower case. */
export interface AdminAccount {
  readonly email: string
  readonly passwordHash: string
}

interface Context {
  readonly admin: AdminAccount
  readonly passwords: Pick<PasswordHasher, 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueAdminToken'>
}

/** Signs the admin in; a wrong e-mail and a wrong password get one answer. */
export async function logInAdmin(
  { admin, passwords, tokens }: Context,
  { email, password }: LogInRequest,
): Promise<AdminSession> {
  // Before the e-mail is looked at, and with the admin's own hash whatever its cost: both mistakes take as long.
  const isRight = await passwords.verify(password, admin.passwordHash)
  if (!isRight || email !== admin.email) throw new Problem('invalid_credentials')
  return tokens.issueAdminToken()
}
