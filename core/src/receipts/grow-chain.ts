import { type AppId, coreBudgetMs, groupsPerTotalMax, receiptsPerChainBatch } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { chainSubject, finishedTtlMs } from '../outbox/rows.ts'
import type { ChainDoc, OutboxDoc } from '../store/schema.ts'
import { everyApp, isDuplicate, type Statements } from '../store/store.ts'
import { chainStart, digestOf, linkDigest } from './chain.ts'

type Context = Pick<Core, 'store' | 'platform' | 'log'>

const appsAtOnce = 4
/** Other replicas may be faster so many times in a row; then the next round goes on. */
const racesMax = 5

/** Thrown inside the transaction, to undo it: another replica has appended meanwhile. */
class ChainMoved extends Error {}

const lastLink = (store: Pick<Statements, 'find'>, appId: AppId) =>
  store.find(appId, 'chain', {}, { orderBy: 'n', order: 'descending', limit: 1 })

/** The links that these rows ask for and the chain does not have, in the order of the rows. */
async function linksFor(
  { store, platform }: Context,
  rows: readonly OutboxDoc[],
  last: ChainDoc | undefined,
  appId: AppId,
): Promise<ChainDoc[]> {
  const proofs = new Map<string, NonNullable<OutboxDoc['proof']>>()
  for (const { proof } of rows) if (proof) proofs.set(await digestOf(platform, proof.receipt), proof)
  const digests = [...proofs.keys()]
  const there = await store.find(
    appId,
    'chain',
    { receiptDigest: { in: digests } },
    // In the order of its index: in that of the key, the whole chain would be read.
    { orderBy: 'receiptDigest', limit: receiptsPerChainBatch },
  )
  for (const { receiptDigest } of there) proofs.delete(receiptDigest)
  const createdAt = new Date(platform.now())
  const links: ChainDoc[] = []
  let n = last?.n ?? 0
  let prevDigest = last?.digest ?? (await digestOf(platform, chainStart))
  for (const [receiptDigest, { kind, bookingId }] of proofs) {
    n += 1
    const said = { appId, n, kind, bookingId, receiptDigest, prevDigest, createdAt }
    prevDigest = await linkDigest(platform, said)
    links.push({ ...said, digest: prevDigest })
  }
  return links
}

/** Appends the links and ends their rows, together, if the chain still ends where it did. */
async function append(
  { store, platform }: Context,
  appId: AppId,
  {
    rows,
    links,
    last,
  }: { rows: readonly OutboxDoc[]; links: readonly ChainDoc[]; last: ChainDoc | undefined },
): Promise<void> {
  const expiresAt = new Date(platform.now() + finishedTtlMs)
  const rowIds = rows.map(({ rowId }) => rowId)
  await store.transaction(coreBudgetMs, async (tx) => {
    const [end] = await lastLink(tx, appId)
    if (end?.digest !== last?.digest) throw new ChainMoved()
    if (links.length > 0) await tx.insert(appId, 'chain', links)
    const done = { set: { status: 'DONE', expiresAt } } as const
    await tx.updateIf(appId, 'outbox', { rowId: { in: rowIds }, status: 'READY' }, done)
  })
}

const isRace = (error: unknown): boolean =>
  error instanceof ChainMoved ||
  isDuplicate(error, 'chain', 'primary') ||
  isDuplicate(error, 'chain', 'receipt')

/**
 * Appends the oldest receipts that wait for the chain of an app, one batch, and says how many rows that ended. Any
 * number of replicas may do it at once: the key of a link lets one of them append, and the others look again.
 */
export async function growChain(ctx: Context, appId: AppId): Promise<number> {
  for (let race = 1; ; race++) {
    const rows = await ctx.store.find(
      appId,
      'outbox',
      { subject: chainSubject, status: 'READY' },
      { orderBy: 'rowId', limit: receiptsPerChainBatch },
    )
    if (rows.length === 0) return 0
    const [last] = await lastLink(ctx.store, appId)
    const links = await linksFor(ctx, rows, last, appId)
    try {
      await append(ctx, appId, { rows, links, last })
      return rows.length
    } catch (error) {
      if (!isRace(error) || race === racesMax) throw error
    }
  }
}

/** Grows every chain that has receipts waiting, by one batch each: a busy app does not keep the others waiting. */
export async function growChains(ctx: Context): Promise<number> {
  const dueAt = { lte: new Date(ctx.platform.now()) }
  const waiting = await ctx.store.total(
    everyApp,
    'outbox',
    { status: 'READY', kind: 'receipt', dueAt },
    { by: ['appId'], limit: groupsPerTotalMax },
  )
  let count = 0
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { appId } = next.group
      count += await growChain(ctx, appId).catch(() => {
        ctx.log({ level: 'warn', event: 'chain_put_off', appId })
        return 0
      })
    }
  }
  await Promise.all(Array.from({ length: appsAtOnce }, worker))
  return count
}
