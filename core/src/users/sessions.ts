import {
  type AppId,
  accountTransactionMs,
  type Platform,
  Problem,
  principal,
  type SessionPage,
  sessionsPerUserMax,
  type UserSession,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { SessionDoc, UserDoc } from '../store/schema.ts'
import { poolScope, type Statements, type Store } from '../store/store.ts'
import { goodSince, revoke, tellNow } from './revocations.ts'
import type { TokenIssuer } from './tokens.ts'
import { userView } from './user-view.ts'

/** Where somebody signs in: with which app (null: with all, on the predecessors' routes), and how the device calls itself. */
export interface SignInPlace {
  readonly app: AppId | null
  readonly device: string | null
}

interface Opening {
  readonly store: Store
  readonly platform: Pick<Platform, 'now'>
  readonly tokens: Pick<TokenIssuer, 'issueUserToken'>
}

type Ending = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

/**
 * Signs a user in, whose right to it has been checked: as they were then, for a password may be changed while another one is compared.
 * Of too many sessions the oldest ends.
 *
 * @throws Problem `invalid_credentials`: the account has changed meanwhile.
 */
export async function openUserSession(
  { store, platform, tokens }: Opening,
  user: UserDoc,
  { app, device }: SignInPlace,
): Promise<UserSession> {
  const { userId, email, passwordHash } = user
  const since = await goodSince(store, principal.pool(userId))
  const { token, id: sessionId, expiresInSeconds } = await tokens.issueUserToken(userId, app, since)
  const nowMs = platform.now()
  const times = { createdAt: new Date(nowMs), expiresAt: new Date(nowMs + userTokenTtlSeconds * 1_000) }
  const doc: SessionDoc = { appId: poolScope, sessionId, userId, app, device, ...times }
  const as = { userId, email, passwordHash, active: true }
  const isOpen = await store.transaction(accountTransactionMs, async (tx) => {
    // Written, and not only read: of this and whatever ends all sessions, one comes after the other.
    const signedIn = await tx.updateIf(poolScope, 'users', as, { set: { signedInAt: times.createdAt } })
    if (signedIn === 0 || (await goodSince(tx, principal.pool(userId))) !== since) return false
    const before = await tx.find(poolScope, 'sessions', { userId }, oldestFirst)
    for (const old of before.slice(0, Math.max(0, before.length + 1 - sessionsPerUserMax)))
      await endOne(tx, old.sessionId, platform)
    await tx.insert(poolScope, 'sessions', doc)
    return true
  })
  if (!isOpen) throw new Problem('invalid_credentials')
  return { token, expiresInSeconds, user: userView(user) }
}

const oldestFirst = { orderBy: 'createdAt', limit: sessionsPerUserMax } as const

async function endOne(tx: Statements, sessionId: string, platform: Pick<Platform, 'now'>): Promise<void> {
  await tx.delete(poolScope, 'sessions', { sessionId })
  await revoke(tx, sessionId, platform)
}

/** Ends every session of a user, with the transaction; edges are to be told after it (`tellNow`). */
export async function endEvery(
  tx: Statements,
  userId: string,
  platform: Pick<Platform, 'now'>,
): Promise<void> {
  await tx.delete(poolScope, 'sessions', { userId })
  await revoke(tx, principal.pool(userId), platform)
}

/** Who asks for sessions: an app, which is not told of others, with one of them; null: the operator. */
interface SessionReader {
  readonly app: AppId | null
  readonly current?: string | undefined
}

/** Where a user is signed in, newest first. */
export async function listSessions(
  { store, platform }: Pick<Ending, 'store' | 'platform'>,
  userId: string,
  { app: own, current }: SessionReader,
): Promise<SessionPage> {
  const filter = { userId, createdAt: { gt: new Date(platform.now() - userTokenTtlSeconds * 1_000) } }
  const found = await store.find(poolScope, 'sessions', filter, { ...oldestFirst, order: 'descending' })
  return {
    sessions: found.map(({ sessionId, app, device, createdAt, expiresAt }) => ({
      id: sessionId,
      app: own === null || app === own ? app : null,
      device,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      current: sessionId === current,
    })),
  }
}

/**
 * Ends one session of a user; edges refuse its token within a minute.
 * @throws Problem `not_found` when the user has no such session.
 */
export async function endSession(ctx: Ending, userId: string, sessionId: string): Promise<void> {
  const ended = await ctx.store.transaction(accountTransactionMs, async (tx) => {
    const found = await tx.get(poolScope, 'sessions', { sessionId })
    if (found?.userId !== userId) return false
    await endOne(tx, sessionId, ctx.platform)
    return true
  })
  if (!ended) throw new Problem('not_found')
  await tellNow(ctx)
}

/** Ends every session of a user. */
export async function endSessions(ctx: Ending, userId: string): Promise<void> {
  await ctx.store.transaction(accountTransactionMs, (tx) => endEvery(tx, userId, ctx.platform))
  await tellNow(ctx)
}

/** Ends one token, of a guest, or one that is on no list of sessions. */
export async function endToken(ctx: Ending, subject: string): Promise<void> {
  await ctx.store.transaction(accountTransactionMs, (tx) => endOne(tx, subject, ctx.platform))
  await tellNow(ctx)
}
