import {
  type CodeReply,
  type CodeRequest,
  type CodeSignUpRequest,
  codeGuessesMax,
  codesPerAddressMax,
  codesWindowMs,
  codeTtlMs,
  coreBudgetMs,
  type Platform,
  Problem,
  type UserSession,
} from '@holdfast/contract'
import { base64url } from 'jose'
import { rateLimited } from '../rate-limited.ts'
import { poolScope, type Store } from '../store/store.ts'
import type { Mailer } from './mailer.ts'
import type { PasswordHasher } from './passwords.ts'
import type { RefusedPasswords } from './refused-passwords.ts'
import { signUp } from './sign-up.ts'
import type { TokenIssuer } from './tokens.ts'

interface Context {
  readonly store: Store
  readonly platform: Pick<Platform, 'now' | 'random' | 'sha256'>
  readonly passwords: Pick<PasswordHasher, 'hash' | 'verify'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
  readonly mailer?: Mailer
  readonly refusedPasswords?: Pick<RefusedPasswords, 'has'>
}

const subjectOf = async ({ platform }: Pick<Context, 'platform'>, email: string): Promise<string> =>
  base64url.encode(await platform.sha256(new TextEncoder().encode(email)))

/** Six digits. 2^32 is no multiple of a million, which favours the lower codes by one in four thousand. */
const newCode = (random: Platform['random']): string =>
  String(new DataView(random(4).slice().buffer).getUint32(0) % 1_000_000).padStart(6, '0')

const letters = {
  code: (code: string) => ({
    subject: 'Your code',
    text: `${code} is your code to sign up. It is good for ${codeTtlMs / 60_000} minutes.\n\nIf you did not ask for it, do nothing: without it nobody can use your address.`,
  }),
  known: {
    subject: 'You have an account already',
    text: 'Somebody asked to sign up with your address. You have an account already: sign in with your password.\n\nIf it was not you, do nothing.',
  },
}

/**
 * Mails a one-time code to who wants to sign up. Who has an account already is told so by mail, and only there: the
 * answer, its work and its limits are the same, so that nobody learns who has one.
 *
 * @throws Problem `mail_not_configured`, `rate_limited` with the seconds until the address may have another code,
 *   `dependency_unavailable` when the mail was not taken.
 */
export async function sendSignUpCode(ctx: Context, { email }: CodeRequest): Promise<CodeReply> {
  const { store, platform, passwords, mailer } = ctx
  if (!mailer) throw new Problem('mail_not_configured')
  const subject = await subjectOf(ctx, email)
  const code = newCode(platform.random)
  const hash = await passwords.hash(code)
  const isKnown = (await store.count(poolScope, 'users', { email })) > 0
  const waitMs = await keepCode(ctx, subject, isKnown ? null : hash)
  if (waitMs > 0) throw rateLimited(waitMs)
  try {
    await mailer({ to: email, ...(isKnown ? letters.known : letters.code(code)) })
  } catch {
    throw new Problem('dependency_unavailable', {}, 1)
  }
  return { expiresInSeconds: codeTtlMs / 1_000 }
}

/** Puts a code in the place of the one before, or says how long that must wait. */
function keepCode({ store, platform }: Context, subject: string, hash: string | null): Promise<number> {
  const nowMs = platform.now()
  return store.transaction(coreBudgetMs, async (tx) => {
    const found = await tx.get(poolScope, 'codes', { subject })
    const before = found && found.expiresAt.getTime() > nowMs ? found : null
    const sends = before?.sends ?? 0
    const expiresAt = before?.expiresAt ?? new Date(nowMs + codesWindowMs)
    if (sends >= codesPerAddressMax) return expiresAt.getTime() - nowMs
    const goodUntil = new Date(nowMs + codeTtlMs)
    const doc = { appId: poolScope, subject, hash, guesses: 0, goodUntil, sends: sends + 1, expiresAt }
    await tx.putIf(poolScope, 'codes', doc, {})
    return 0
  })
}

/**
 * Signs up who has the code that was mailed to the address. Each guess is counted before it is looked at; a wrong
 * one, one too many, a late one and one for an address that was sent none get the same answer after the same work.
 *
 * @throws Problem `invalid_credentials`; `email_taken`, which only who has the code can learn.
 */
export async function redeemSignUpCode(
  ctx: Context,
  { email, code, password, phone }: CodeSignUpRequest,
): Promise<UserSession> {
  const { store, platform, passwords } = ctx
  const subject = await subjectOf(ctx, email)
  const guess = { subject, guesses: { lt: codeGuessesMax }, goodUntil: { gt: new Date(platform.now()) } }
  const counted = await store.updateIf(poolScope, 'codes', guess, { inc: { guesses: 1 } })
  const known = counted === 1 ? await store.get(poolScope, 'codes', { subject }) : null
  const isRight = await passwords.verify(code, known?.hash ?? null)
  if (!isRight) throw new Problem('invalid_credentials')
  const name = email.slice(0, email.indexOf('@'))
  const session = await signUp(ctx, { email, password, name, ...(phone !== undefined && { phone }) })
  await store.delete(poolScope, 'codes', { subject })
  return session
}
