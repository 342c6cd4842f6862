import {
  type AppId,
  coreBudgetMs,
  freeLoginFailuresPerAccount,
  freeLoginFailuresPerAddress,
  type LoginClient,
  loginDelaySecondsMax,
  loginFailureKeptMs,
  type Platform,
} from '@holdfast/contract'
import { base64url } from 'jose'
import { rateLimited } from '../rate-limited.ts'
import type { Documents } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'

/** Who signs in: an account by what was typed, whether there is one or not, at which app and from where. */
export interface Attempt {
  /** `pool` or `system`: users and the admin are counted apart. */
  readonly scope: AppId
  /** Failures at one app are none at another. Null: the admin signs in at none. */
  readonly app: AppId | null
  readonly email: string
  readonly client: LoginClient
}

interface Context {
  readonly store: Pick<Store, 'transaction' | 'delete' | 'updateIf'>
  readonly platform: Pick<Platform, 'now' | 'sha256'>
}

/** What failures are counted of. */
interface Subject {
  readonly of: 'account' | 'client'
  readonly subject: string
  /** Of an account: failures that cost no time. Of a client: all that it has. */
  readonly free: number
}

const advice = {
  account:
    'Too many wrong passwords for this account: wait Retry-After seconds, then sign in with the right one, which ends the pauses.',
  client:
    'Too many wrong passwords from your address: wait Retry-After seconds, or sign in from another network.',
} as const satisfies Record<Subject['of'], string>

/** Only digests are kept: people type passwords into the wrong field. */
async function subjectsOf({ platform }: Context, { app, email, client }: Attempt): Promise<Subject[]> {
  const digest = async (...parts: readonly (string | null)[]) =>
    base64url.encode(await platform.sha256(new TextEncoder().encode(JSON.stringify(parts))))
  const { address, failuresMax } = client
  const subjects: Subject[] = [
    {
      of: 'account',
      subject: await digest('account', app, email, address),
      free: freeLoginFailuresPerAddress,
    },
    // Lax, or anybody could keep the owner out from elsewhere.
    { of: 'account', subject: await digest('account', app, email), free: freeLoginFailuresPerAccount },
  ]
  if (failuresMax !== undefined)
    subjects.push({ of: 'client', subject: await digest('client', app, address), free: failuresMax })
  return subjects
}

const delayMs = (failures: number, free: number): number =>
  failures <= free ? 0 : 1_000 * Math.min(loginDelaySecondsMax, 2 ** Math.min(failures - free - 1, 30))

/**
 * Says whether somebody may sign in, and counts it if not. It is counted before it is looked at, so that many at once are no more
 * guesses than one after the other, and taken back when it was right, or when nobody could look. After a few failures for an account each
 * doubles how long the next must wait; a client that has had all of its failures waits for the end of its hour.
 *
 * @param judge looks at the password, and tells whose it is. Null: it is wrong.
 * @throws Problem `rate_limited` with the seconds to wait, the same for accounts that do not exist; and what `judge` throws.
 */
export async function judgeAttempt<Who>(
  ctx: Context,
  attempt: Attempt,
  judge: () => Promise<Who | null>,
): Promise<Who | null> {
  const subjects = await subjectsOf(ctx, attempt)
  await count(ctx, attempt.scope, subjects)
  const who = await judge().catch(async (error: unknown) => {
    await uncount(ctx, attempt.scope, subjects)
    throw error
  })
  if (who !== null) await forgive(ctx, attempt.scope, subjects)
  return who
}

type Known = Documents['attempts'] | null

interface History extends Subject {
  readonly known: Known
  readonly waitMs: number
}

async function count({ store, platform }: Context, scope: AppId, subjects: readonly Subject[]) {
  const nowMs = platform.now()
  const longest = await store.transaction(coreBudgetMs, async (tx) => {
    const histories: History[] = []
    for (const one of subjects) histories.push(await historyOf(tx, scope, one, nowMs))
    const [longest] = histories.toSorted((a, b) => b.waitMs - a.waitMs)
    if (longest && longest.waitMs > 0) return longest
    for (const one of histories) await tx.putIf(scope, 'attempts', counted(scope, one, nowMs), {})
    return null
  })
  if (!longest) return
  const { of, waitMs, free } = longest
  throw rateLimited(waitMs, of === 'client' ? { scope: 'address', limit: free } : {}, advice[of])
}

async function historyOf(tx: Statements, scope: AppId, of: Subject, nowMs: number): Promise<History> {
  const found = await tx.get(scope, 'attempts', { subject: of.subject })
  const known = found && found.expiresAt.getTime() > nowMs ? found : null
  return { ...of, known, waitMs: known ? known.nextAt.getTime() - nowMs : 0 }
}

/** The hour of an account begins anew with each failure, and that of a client with its first. */
function counted(scope: AppId, { of, subject, free, known }: History, nowMs: number): Documents['attempts'] {
  const failures = (known?.failures ?? 0) + 1
  const anew = new Date(nowMs + loginFailureKeptMs)
  const expiresAt = of === 'client' && known ? known.expiresAt : anew
  const isSpent = of === 'client' && failures >= free
  const nextAt =
    of === 'account' ? new Date(nowMs + delayMs(failures, free)) : isSpent ? expiresAt : new Date(nowMs)
  return { appId: scope, subject, failures, nextAt, expiresAt, orders: [] }
}

/** Who has proven that the account is theirs has made no failure, and those for the account are forgotten. */
async function forgive(ctx: Context, scope: AppId, subjects: readonly Subject[]): Promise<void> {
  const accounts = subjects.flatMap(({ of, subject }) => (of === 'account' ? [subject] : []))
  await ctx.store.delete(scope, 'attempts', { subject: { in: accounts } })
  await uncount(
    ctx,
    scope,
    subjects.filter(({ of }) => of === 'client'),
  )
}

/** Takes one attempt back: whoever waits for it may come. */
async function uncount({ store, platform }: Context, scope: AppId, subjects: readonly Subject[]) {
  const change = { inc: { failures: -1 }, set: { nextAt: new Date(platform.now()) } }
  for (const { subject } of subjects)
    await store.updateIf(scope, 'attempts', { subject, failures: { gt: 0 } }, change)
}
