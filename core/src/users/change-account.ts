import {
  type AppId,
  type EmailChange,
  type LoginClient,
  type PasswordChange,
  type PasswordReset,
  Problem,
  type ProfilePatch,
  type UserSession,
  type UserView,
} from '@holdfast/contract'
import type { UserDoc } from '../store/schema.ts'
import { isDuplicate, poolScope } from '../store/store.ts'
import { withCode } from './codes.ts'
import { judgeAttempt } from './login-attempts.ts'
import type { Mail, Mailer } from './mailer.ts'
import type { SignInPlace } from './sessions.ts'
import { type AccountContext, nameIn, takeOver } from './take-over.ts'
import { userView } from './user-view.ts'
import { activeUser } from './who-am-i.ts'

interface Context extends AccountContext {
  readonly mailer?: Mailer
}

/** Whoever changes their account: signed in where, and from where. */
export interface Changer {
  readonly userId: string
  readonly app: AppId
  readonly client: LoginClient
}

const letters = {
  password: {
    subject: 'Your password was changed',
    text: 'The password of your account was changed, and everybody who was signed in to it is signed out.\n\nIf it was not you, set a new one with a code that is mailed to you.',
  },
  email: {
    subject: 'The address of your account was changed',
    text: 'Your account has another address now, and letters go there.\n\nIf it was not you, ask whom you have the account with.',
  },
}

/** Sets a new password for who has the code that was mailed to the address of the account. @throws Problem `invalid_credentials`, `no_account`, `user_deactivated` */
export function resetPassword(
  ctx: Context,
  { email, code, password }: PasswordReset,
  place: SignInPlace,
): Promise<UserSession> {
  return withCode(ctx, { email, code }, async () => {
    const [user] = await ctx.store.find(poolScope, 'users', { email }, { limit: 1 })
    if (!user) throw new Problem('no_account')
    // What is said of an account whose address nobody had proven, somebody else has said.
    const anew = user.emailVerified ? {} : { name: nameIn(email), phone: null }
    const session = await takeOver(ctx, user, { password, emailVerified: true, ...anew }, place)
    await write(ctx, { to: email, ...letters.password })
    return session
  })
}

/** Sets a new password for who knows the one before; all other sessions end. @throws Problem `invalid_credentials`, `rate_limited` */
export async function changePassword(
  ctx: Context,
  changer: Changer,
  { password, newPassword }: PasswordChange,
  place: SignInPlace,
): Promise<UserSession> {
  const user = await provenUser(ctx, changer, password)
  const session = await takeOver(
    ctx,
    user,
    { password: newPassword, emailVerified: user.emailVerified },
    place,
  )
  await write(ctx, { to: user.email, ...letters.password })
  return session
}

/** Gives an account another address, which its user has proven to have. @throws Problem `invalid_credentials`, `rate_limited`, `email_taken` */
export async function changeEmail(
  ctx: Context,
  changer: Changer,
  { email, code, password }: EmailChange,
): Promise<UserView> {
  const user = await provenUser(ctx, changer, password)
  const as = { userId: user.userId, email: user.email }
  const set = { email, emailVerified: true }
  const changed = await withCode(ctx, { email, code }, () =>
    ctx.store.updateIf(poolScope, 'users', as, { set }).catch((error: unknown) => {
      if (isDuplicate(error, 'users', 'email')) throw new Problem('email_taken')
      throw error
    }),
  )
  if (changed !== 1) throw new Problem('invalid_credentials')
  await write(ctx, { to: user.email, ...letters.email })
  return userView({ ...user, ...set })
}

/** Changes what a user says of themselves. */
export async function changeProfile(
  { store }: Pick<Context, 'store'>,
  userId: string,
  patch: ProfilePatch,
): Promise<UserView> {
  const user = await activeUser({ store }, userId)
  if (Object.keys(patch).length > 0) {
    const changed = await store.updateIf(poolScope, 'users', { userId, active: true }, { set: patch })
    // Erased, or deactivated, since it was read.
    if (changed === 0) throw new Problem('user_deactivated')
  }
  return userView({ ...user, ...patch })
}

/** The user, if the password is theirs; wrong ones count as those of a login do. @throws Problem `invalid_credentials`, `rate_limited` */
export async function provenUser(
  ctx: Pick<Context, 'store' | 'platform' | 'passwords'>,
  { userId, app, client }: Changer,
  password: string,
): Promise<UserDoc> {
  const user = await activeUser(ctx, userId)
  const attempt = { scope: poolScope, app, email: user.email, client }
  const found = await judgeAttempt(ctx, attempt, async () => {
    const isRight = await ctx.passwords.verify(password, user.passwordHash)
    return isRight ? user : null
  })
  if (!found) throw new Problem('invalid_credentials')
  return found
}

/** What was done is done, whether the letter that tells it is taken or not. */
async function write({ mailer, log }: Context, mail: Mail): Promise<void> {
  await mailer?.(mail).catch(() => log({ level: 'warn', event: 'mail_not_taken', subject: mail.subject }))
}
