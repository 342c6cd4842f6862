import {
  accountRevocationKeptMs,
  accountTransactionMs,
  deactivatedByOthersMs,
  type Platform,
  principal,
  revocationKeptMs,
  revocationsPerRound,
  revocationToldAgainMs,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { RevocationDoc } from '../store/schema.ts'
import { poolScope, type Statements } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

/**
 * Ends the tokens of a subject (a principal, or the id of one token) that were made until now, with the transaction. Edges hear of
 * it when they are told (`tellRevocations`), which is at once, and by the background work if that fails.
 */
export async function revoke(
  tx: Pick<Statements, 'get' | 'putIf'>,
  subject: string,
  platform: Pick<Platform, 'now'>,
): Promise<void> {
  const nowMs = platform.now()
  const before = await tx.get(poolScope, 'revocations', { subject })
  // Tokens tell seconds: one that is made in this second is dated the next.
  const since = Math.max(Math.floor(nowMs / 1_000) + 1, before?.since ?? 0)
  const now = new Date(nowMs)
  const keptMs = subject.startsWith('pool:') ? accountRevocationKeptMs : revocationKeptMs
  const expiresAt = new Date(nowMs + keptMs)
  const doc = { appId: poolScope, subject, since, createdAt: now, dueAt: now, expiresAt }
  await tx.putIf(poolScope, 'revocations', doc, {})
}

/** From when on, in seconds, tokens of a subject are good; 0 when none was ended. */
export const goodSince = async (tx: Pick<Statements, 'get'>, subject: string): Promise<number> =>
  (await tx.get(poolScope, 'revocations', { subject }))?.since ?? 0

/** Those of these subjects whose tokens were ended, and since when. */
export async function readRevocations({ store }: Pick<Context, 'store'>, subjects: readonly string[]) {
  const found = await store.find(
    poolScope,
    'revocations',
    { subject: { in: subjects } },
    { limit: subjects.length },
  )
  return found.map(({ subject, since }) => ({ subject, since }))
}

/**
 * Tells edges, through Redis, of what has been ended and they have not been told, twice within a minute, says that nothing is missing,
 * and tells them of everything when Redis has lost it, or was not told for a while that it has not.
 */
export async function tellRevocations(ctx: Context): Promise<void> {
  await endDeactivated(ctx, deactivatedByOthersMs)
  await tellDue(ctx)
  const { isWhole } = await ctx.inventory.revocations(ctx.platform.now(), 1)
  if (isWhole) await ctx.inventory.revoke([], true)
  else await tellAll(ctx)
}

async function tellDue({ store, inventory, platform }: Context): Promise<void> {
  const nowMs = platform.now()
  const dueAt = { lte: new Date(nowMs) }
  const oldest = { orderBy: 'dueAt', limit: revocationsPerRound } as const
  const due = await store.find(poolScope, 'revocations', { dueAt }, oldest)
  if (due.length > 0) await inventory.revoke(due, false)
  const isTold = ({ createdAt }: RevocationDoc) => createdAt.getTime() <= nowMs - revocationToldAgainMs
  const again = new Date(nowMs + revocationToldAgainMs)
  for (const [rows, next] of [
    [due.filter(isTold), null],
    [due.filter((row) => !isTold(row)), again],
  ] as const) {
    if (rows.length === 0) continue
    const filter = { subject: { in: rows.map(({ subject }) => subject) }, dueAt }
    await store.updateIf(poolScope, 'revocations', filter, { set: { dueAt: next } })
  }
}

/** Ends the tokens of users whom a version before has deactivated within a time, which told edges in another way. */
async function endDeactivated({ store, platform }: Context, withinMs: number): Promise<void> {
  for (let from = new Date(platform.now() - withinMs); ; ) {
    const off = { active: false, deactivatedAt: { gt: from } } as const
    const page = await store.find(poolScope, 'users', off, {
      orderBy: 'deactivatedAt',
      limit: revocationsPerRound,
    })
    for (const { userId } of page) {
      const subject = principal.pool(userId)
      await store.transaction(accountTransactionMs, async (tx) => {
        if ((await goodSince(tx, subject)) === 0) await revoke(tx, subject, platform)
      })
    }
    const last = page.at(-1)?.deactivatedAt
    if (!last || page.length < revocationsPerRound) return
    from = last
  }
}

/** What no token of ours is as old as any more, edges ask for. */
async function tellAll(ctx: Context): Promise<void> {
  await endDeactivated(ctx, revocationKeptMs)
  const { store, inventory, log, platform } = ctx
  const createdAt = { gt: new Date(platform.now() - revocationKeptMs) }
  let [after, told] = ['', 0]
  for (let isWhole = false; !isWhole; ) {
    const rest = { subject: { gt: after }, createdAt }
    const page = await store.find(poolScope, 'revocations', rest, { limit: revocationsPerRound })
    isWhole = page.length < revocationsPerRound
    await inventory.revoke(page, isWhole)
    after = page.at(-1)?.subject ?? after
    told += page.length
  }
  if (told > 0) log({ event: 'revocations_told_anew', told })
}

/** Tells edges at once of what was just ended; whoever ended it need not wait for a Redis that does not answer now. */
export async function tellNow(ctx: Context): Promise<void> {
  await tellDue(ctx).catch(() => ctx.log({ level: 'warn', event: 'revocations_wait' }))
}
