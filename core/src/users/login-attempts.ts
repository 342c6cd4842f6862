import {
  type AppId,
  coreBudgetMs,
  freeLoginFailuresPerAccount,
  freeLoginFailuresPerAddress,
  loginDelaySecondsMax,
  loginFailureKeptMs,
  type Platform,
  Problem,
} from '@holdfast/contract'
import { base64url } from 'jose'
import type { Statements, Store } from '../store/store.ts'

/** Who signs in: an account by what was typed, whether there is one or not, from where. */
export interface Attempt {
  /** `pool` or `system`: users and the admin are counted apart. */
  readonly scope: AppId
  readonly email: string
  readonly address: string
}

interface Context {
  readonly store: Pick<Store, 'transaction' | 'delete'>
  readonly platform: Pick<Platform, 'now' | 'sha256'>
}

interface Subject {
  readonly subject: string
  readonly free: number
}

/** Only digests are kept: people type passwords into the wrong field. */
async function subjectsOf({ platform }: Context, { email, address }: Attempt): Promise<readonly Subject[]> {
  const digest = async (parts: readonly string[]) =>
    base64url.encode(await platform.sha256(new TextEncoder().encode(JSON.stringify(parts))))
  return [
    { subject: await digest([email, address]), free: freeLoginFailuresPerAddress },
    // Lax, or anybody could keep the owner out from elsewhere.
    { subject: await digest([email]), free: freeLoginFailuresPerAccount },
  ]
}

const delayMs = (failures: number, free: number): number =>
  failures <= free ? 0 : 1_000 * Math.min(loginDelaySecondsMax, 2 ** Math.min(failures - free - 1, 30))

/**
 * Counts a login before its password is looked at, so that many at once are no more guesses than one after the other.
 * After a few failures each doubles how long the next must wait. `forgetAttempts` when it was right.
 *
 * @throws Problem `rate_limited` with the seconds to wait, the same for accounts that do not exist.
 */
export async function countAttempt(ctx: Context, attempt: Attempt): Promise<void> {
  const subjects = await subjectsOf(ctx, attempt)
  const nowMs = ctx.platform.now()
  const waitMs = await ctx.store.transaction(coreBudgetMs, async (tx) => {
    const known = await historyOf(tx, attempt.scope, subjects, nowMs)
    const longest = Math.max(...known.map(({ waitMs }) => waitMs))
    if (longest <= 0) for (const one of known) await count(tx, attempt.scope, one, nowMs)
    return longest
  })
  if (waitMs > 0) throw new Problem('rate_limited', {}, Math.ceil(waitMs / 1_000))
}

interface History extends Subject {
  readonly failures: number
  readonly waitMs: number
}

async function historyOf(
  tx: Statements,
  scope: AppId,
  subjects: readonly Subject[],
  nowMs: number,
): Promise<History[]> {
  const histories: History[] = []
  for (const one of subjects) {
    const known = await tx.get(scope, 'attempts', { subject: one.subject })
    const counts = known !== null && known.expiresAt.getTime() > nowMs
    histories.push({
      ...one,
      failures: counts ? known.failures : 0,
      waitMs: counts ? known.nextAt.getTime() - nowMs : 0,
    })
  }
  return histories
}

async function count(tx: Statements, scope: AppId, { subject, free, ...before }: History, nowMs: number) {
  const failures = before.failures + 1
  const nextAt = new Date(nowMs + delayMs(failures, free))
  const expiresAt = new Date(nowMs + loginFailureKeptMs)
  await tx.putIf(scope, 'attempts', { appId: scope, subject, failures, nextAt, expiresAt }, {})
}

/** Forgets the failures of somebody who has proven that the account is theirs. */
export async function forgetAttempts(ctx: Context, attempt: Attempt): Promise<void> {
  const subjects = await subjectsOf(ctx, attempt)
  await ctx.store.delete(attempt.scope, 'attempts', {
    subject: { in: subjects.map(({ subject }) => subject) },
  })
}
