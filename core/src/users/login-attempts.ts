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
import { poolScope, type Statements, type Store } from '../store/store.ts'
import { type AccountClient, lastSignIn, noteSignIn } from './known-clients.ts'

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

/** What failures are counted of: an account from anywhere, an account from one client, a client whatever the account. */
interface Subject {
  readonly of: 'account' | 'accountAtClient' | 'client'
  readonly subject: string
  /** Of an account: failures that cost no time. Of a client: all that it has. */
  readonly free: number
}

const ofAccount =
  'Too many wrong passwords for this account: wait Retry-After seconds, then sign in with the right one, which ends the pauses.'
const advice = {
  account: ofAccount,
  accountAtClient: ofAccount,
  client:
    'Too many wrong passwords from your address: wait Retry-After seconds, or sign in from another network.',
} as const satisfies Record<Subject['of'], string>

/** What is counted of an attempt. Of a client that is not known which one it is, nothing: all of those would be counted together. */
interface Counted {
  readonly subjects: readonly Subject[]
  readonly accountClient: AccountClient | null
}

/** Only digests are kept: people type passwords into the wrong field. */
const digestBy =
  ({ sha256 }: Pick<Platform, 'sha256'>) =>
  async (...parts: readonly (string | null)[]): Promise<string> =>
    base64url.encode(await sha256(new TextEncoder().encode(JSON.stringify(parts))))

/** Forgets from where somebody has signed in to the account of an address. */
export async function forgetClients(
  { store, platform }: { readonly store: Pick<Store, 'delete'>; readonly platform: Pick<Platform, 'sha256'> },
  email: string,
): Promise<void> {
  await store.delete(poolScope, 'knownClients', { account: await digestBy(platform)('known', email) })
}

async function countedOf({ platform }: Context, { app, email, client }: Attempt): Promise<Counted> {
  const digest = digestBy(platform)
  const { address, failuresMax } = client
  const account = { of: 'account', free: freeLoginFailuresPerAccount } as const
  const ofAnywhere: Subject = { ...account, subject: await digest('account', app, email) }
  if (failuresMax === undefined) return { subjects: [ofAnywhere], accountClient: null }
  return {
    subjects: [
      {
        of: 'accountAtClient',
        subject: await digest('account', app, email, address),
        free: freeLoginFailuresPerAddress,
      },
      ofAnywhere,
      { of: 'client', subject: await digest('client', app, address), free: failuresMax },
    ],
    accountClient: { account: await digest('known', email), client: await digest('known', email, address) },
  }
}

const delayMs = (failures: number, free: number): number =>
  failures <= free ? 0 : 1_000 * Math.min(loginDelaySecondsMax, 2 ** Math.min(failures - free - 1, 30))

/**
 * Says whether somebody may sign in, and counts it if not. It is counted before it is looked at, so that many at once are no more
 * guesses than one after the other, and taken back when it was right, or when nobody could look. After a few failures for an account each
 * doubles how long the next must wait; a client that has had all of its failures waits for the end of its hour. Who has signed in to
 * the account from there before waits for none that were made elsewhere, so that nobody can keep the owner out.
 *
 * @param judge looks at the password, and tells whose it is. Null: it is wrong.
 * @throws Problem `rate_limited` with the seconds to wait, the same for accounts that do not exist; and what `judge` throws.
 */
export async function judgeAttempt<Who>(
  ctx: Context,
  attempt: Attempt,
  judge: () => Promise<Who | null>,
): Promise<Who | null> {
  const counted = await countedOf(ctx, attempt)
  const { subjects, last } = await count(ctx, attempt.scope, counted)
  const who = await judge().catch(async (error: unknown) => {
    await uncount(ctx, attempt.scope, subjects)
    throw error
  })
  if (who === null) return null
  await forgive(ctx, attempt.scope, subjects)
  const { accountClient } = counted
  if (accountClient)
    await noteSignIn(ctx.store, attempt.scope, accountClient, { last, nowMs: ctx.platform.now() })
  return who
}

type Known = Documents['attempts'] | null

interface History extends Subject {
  readonly known: Known
  readonly waitMs: number
}

/** What was counted, and when the client last signed in to the account. */
async function count({ store, platform }: Context, scope: AppId, { subjects, accountClient }: Counted) {
  const nowMs = platform.now()
  const { longest, ...counted } = await store.transaction(coreBudgetMs, async (tx) => {
    const last = accountClient && (await lastSignIn(tx, scope, accountClient, nowMs))
    const own = last ? subjects.filter(({ of }) => of !== 'account') : subjects
    const histories: History[] = []
    for (const one of own) histories.push(await historyOf(tx, scope, one, nowMs))
    const [longest] = histories.toSorted((a, b) => b.waitMs - a.waitMs)
    if (longest && longest.waitMs > 0) return { longest, subjects: own, last }
    for (const one of histories) await tx.putIf(scope, 'attempts', oneMore(scope, one, nowMs), {})
    return { longest: null, subjects: own, last }
  })
  if (!longest) return counted
  const { of, waitMs, free } = longest
  throw rateLimited(waitMs, of === 'client' ? { scope: 'address', limit: free } : {}, advice[of])
}

async function historyOf(tx: Statements, scope: AppId, of: Subject, nowMs: number): Promise<History> {
  const found = await tx.get(scope, 'attempts', { subject: of.subject })
  const known = found && found.expiresAt.getTime() > nowMs ? found : null
  return { ...of, known, waitMs: known ? known.nextAt.getTime() - nowMs : 0 }
}

/** The hour of an account begins anew with each failure, and that of a client with its first. */
function oneMore(scope: AppId, { of, subject, free, known }: History, nowMs: number): Documents['attempts'] {
  const failures = (known?.failures ?? 0) + 1
  const anew = new Date(nowMs + loginFailureKeptMs)
  const expiresAt = of === 'client' && known ? known.expiresAt : anew
  const isSpent = of === 'client' && failures >= free
  const nextAt =
    of !== 'client' ? new Date(nowMs + delayMs(failures, free)) : isSpent ? expiresAt : new Date(nowMs)
  return { appId: scope, subject, failures, nextAt, expiresAt, orders: [] }
}

/** Who has proven that the account is theirs has made no failure, and those for the account are forgotten. */
async function forgive(ctx: Context, scope: AppId, subjects: readonly Subject[]): Promise<void> {
  const accounts = subjects.flatMap(({ of, subject }) => (of === 'client' ? [] : [subject]))
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
