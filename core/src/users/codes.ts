import {
  type CodeReply,
  codeGuessesMax,
  codesPerAddressMax,
  codesWindowMs,
  codeTtlMs,
  coreBudgetMs,
  type Platform,
  Problem,
} from '@holdfast/contract'
import { base64url } from 'jose'
import { rateLimited } from '../rate-limited.ts'
import { poolScope, type Store } from '../store/store.ts'
import type { Mailer } from './mailer.ts'
import type { PasswordHasher } from './passwords.ts'

interface Context {
  readonly store: Store
  readonly platform: Pick<Platform, 'now' | 'random' | 'sha256'>
  readonly passwords: Pick<PasswordHasher, 'hash' | 'verify'>
  readonly mailer?: Mailer
}

const subjectOf = async ({ platform }: Pick<Context, 'platform'>, email: string): Promise<string> =>
  base64url.encode(await platform.sha256(new TextEncoder().encode(email)))

/** So many digits. 2^32 is no multiple of a power of ten, which favours the lower codes by one in forty at most. */
const newCode = (random: Platform['random'], digits: number): string =>
  String(new DataView(random(4).slice().buffer).getUint32(0) % 10 ** digits).padStart(digits, '0')

const letter = (code: string) => ({
  subject: 'Your code',
  text: `${code} is your code. It is good for ${codeTtlMs / 60_000} minutes. With it you sign up with this address, or set a new password if you have an account already.\n\nGive it to nobody. If you did not ask for it, do nothing: without it nobody can use your address.`,
})

/**
 * Mails a one-time code that proves whose an address is. Whether there is an account with it changes nothing: neither the answer nor
 * its work, its limits or the letter.
 *
 * @throws Problem `mail_not_configured`, `rate_limited` with the seconds until the address may have another code,
 *   `dependency_unavailable` when the mail was not taken.
 */
export async function sendCode(
  ctx: Context,
  { email, digits }: { readonly email: string; readonly digits: number },
): Promise<CodeReply> {
  const { platform, passwords, mailer } = ctx
  if (!mailer) throw new Problem('mail_not_configured')
  const code = newCode(platform.random, digits)
  const hash = await passwords.hash(code)
  const waitMs = await keepCode(ctx, await subjectOf(ctx, email), hash)
  if (waitMs > 0) throw rateLimited(waitMs)
  try {
    await mailer({ to: email, ...letter(code) })
  } catch {
    throw new Problem('dependency_unavailable', {}, 1)
  }
  return { expiresInSeconds: codeTtlMs / 1_000 }
}

/** Puts a code in the place of the one before, or says how long that must wait. */
function keepCode({ store, platform }: Context, subject: string, hash: string): Promise<number> {
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

/** Forgets what was mailed to an address. */
export async function forgetCodes(
  ctx: Pick<Context, 'platform'> & { readonly store: Pick<Store, 'delete'> },
  email: string,
): Promise<void> {
  await ctx.store.delete(poolScope, 'codes', { subject: await subjectOf(ctx, email) })
}

/** The address, and the code that was mailed to it. */
export interface Proof {
  readonly email: string
  readonly code: string
}

/**
 * Does something for who has the code that was mailed to the address, which is good until that is done. Each guess is counted before
 * it is looked at; a wrong one, one too many, a late one and one for an address that was sent none get the same answer after the
 * same work.
 *
 * @throws Problem `invalid_credentials`, and what `work` throws.
 */
export async function withCode<Result>(
  ctx: Context,
  { email, code }: Proof,
  work: () => Promise<Result>,
): Promise<Result> {
  const { store, platform, passwords } = ctx
  const subject = await subjectOf(ctx, email)
  const guess = { subject, guesses: { lt: codeGuessesMax }, goodUntil: { gt: new Date(platform.now()) } }
  const counted = await store.updateIf(poolScope, 'codes', guess, { inc: { guesses: 1 } })
  const known = counted === 1 ? await store.get(poolScope, 'codes', { subject }) : null
  const isRight = await passwords.verify(code, known?.hash ?? null)
  if (!isRight || !known) throw new Problem('invalid_credentials')
  const done = await work()
  await store.delete(poolScope, 'codes', { subject, hash: known.hash })
  return done
}
