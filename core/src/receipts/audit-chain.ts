import { type AppId, type BookingId, chainGraceMs, chainLinksPerPage } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { ChainDoc } from '../store/schema.ts'
import { chainStart, digestOf, linkDigest } from './chain.ts'
import { findProofs, type Proof, type ProofPage, pageOfProofs } from './proofs.ts'
import type { Verifier } from './verify-receipt.ts'

/** What an audit reads, and by which keys it checks what it reads. */
export interface AuditContext extends Pick<Core, 'store' | 'platform'> {
  readonly verify: Verifier
}

/** The first thing of an app that is wrong: with a link (of a booking, unless it is missing), or with a booking. */
export interface ChainBreak {
  readonly n: number | null
  readonly bookingId: BookingId | null
  readonly reason: string
}

/** What an audit found of one app: how far its chain is right, and where it ends if it is right to its end. */
export interface ChainAudit {
  readonly appId: AppId
  readonly links: number
  readonly digest: string
  readonly broken: ChainBreak | null
}

/** Where the part of a chain ends that was found right. */
interface End {
  readonly n: number
  readonly digest: string
}

/** What is wrong with a link by itself and with where it stands; null when nothing is. */
async function wrongPlace({ platform }: AuditContext, link: ChainDoc, before: End): Promise<string | null> {
  const expected = before.n + 1
  if (link.n !== expected) return `it is missing: the next one is link ${link.n}`
  if (link.prevDigest !== before.digest) return `it does not follow link ${before.n}`
  return (await linkDigest(platform, link)) === link.digest ? null : 'it is not what its digest says'
}

/** A proof in the store, with the digest of its receipt. */
type Digested = Proof & { readonly digest: string }

const digested = ({ platform }: AuditContext, found: readonly Proof[]): Promise<Digested[]> =>
  Promise.all(found.map(async (proof) => ({ ...proof, digest: await digestOf(platform, proof.receipt) })))

/** What the store has of the bookings that these links name, link by link. */
async function proofsFor(
  ctx: AuditContext,
  appId: AppId,
  links: readonly ChainDoc[],
): Promise<(link: ChainDoc) => readonly Digested[]> {
  const ids = [...new Set(links.map(({ bookingId }) => bookingId))]
  const all = ids.length === 0 ? [] : await digested(ctx, await findProofs(ctx.store, appId, ids))
  const found = Map.groupBy(all, ({ kind, bookingId }) => `${kind} ${bookingId}`)
  return ({ kind, bookingId }) => found.get(`${kind} ${bookingId}`) ?? []
}

/** What is wrong with the receipt of a link; null when nothing is. */
async function wrongReceipt(
  { verify }: AuditContext,
  { kind, receiptDigest }: ChainDoc,
  found: readonly Digested[],
): Promise<string | null> {
  if (found.length === 0) return `there is no such ${kind}`
  const proof = found.find(({ digest }) => digest === receiptDigest)
  if (!proof) return 'the receipt in the store is not the one in the chain'
  const verified = await verify(proof.receipt)
  if (verified.word === 'refused') return `the receipt cannot be believed: ${verified.reason}`
  return proof.differs(verified)
}

/** Follows the links from the first to the last, or to one that is wrong. */
async function followLinks(
  ctx: AuditContext,
  appId: AppId,
  done: (links: number) => void,
): Promise<{ end: End; broken: ChainBreak | null }> {
  let end: End = { n: 0, digest: await digestOf(ctx.platform, chainStart) }
  for (;;) {
    // The first page has no lower end: a number that is none of a chain would hide below it.
    const after = end.n === 0 ? {} : { n: { gt: end.n } }
    const options = { orderBy: 'n', limit: chainLinksPerPage } as const
    const page = await ctx.store.find(appId, 'chain', after, options)
    const proofsOf = await proofsFor(ctx, appId, page)
    for (const link of page) {
      const n = end.n + 1
      const bookingId = link.n === n ? link.bookingId : null
      const reason = (await wrongPlace(ctx, link, end)) ?? (await wrongReceipt(ctx, link, proofsOf(link)))
      if (reason !== null) return { end, broken: { n, bookingId, reason } }
      end = { n, digest: link.digest }
    }
    done(page.length)
    if (page.length < chainLinksPerPage) return { end, broken: null }
  }
}

/** The age of a booking is that of its receipt, which is signed: one that moved in is younger than it says. */
async function whyUnchained(
  { platform, verify }: AuditContext,
  { kind, receipt }: Proof,
): Promise<string | null> {
  const verified = await verify(receipt)
  if (verified.word === 'refused') {
    return `its ${kind} has no link, and a receipt that cannot be believed: ${verified.reason}`
  }
  const isNew = verified.claims.iat * 1_000 > platform.now() - chainGraceMs
  return isNew ? null : `its ${kind} has no link`
}

/** The first booking that ought to have a link, or whose cancellation ought to, and has none. */
async function findUnchained(
  ctx: AuditContext,
  appId: AppId,
  done: (bookings: number) => void,
): Promise<ChainBreak | null> {
  for (let after: string | null = null; ; ) {
    const page: ProofPage = await pageOfProofs(ctx.store, appId, after)
    const found = await digested(ctx, page.proofs)
    const links = await ctx.store.find(
      appId,
      'chain',
      { receiptDigest: { in: found.map(({ digest }) => digest) } },
      { orderBy: 'receiptDigest', limit: Math.max(1, found.length) },
    )
    const chained = new Set(links.map(({ receiptDigest }) => receiptDigest))
    for (const proof of found) {
      const reason = chained.has(proof.digest) ? null : await whyUnchained(ctx, proof)
      if (reason !== null) return { n: null, bookingId: proof.bookingId, reason }
    }
    done(page.bookings)
    if (page.next === null) return null
    after = page.next
  }
}

/**
 * Audits one app: every link of its chain follows the one before and proves a booking, or a cancellation, that the store
 * has and that says the same; and every one of them that is older than `chainGraceMs` has a link. Writers may go on meanwhile.
 *
 * Bookings and links that were taken away together from the end leave no trace in the store: whoever keeps `links` and
 * `digest` of an audit elsewhere can look for that link later.
 *
 * @param done is told how many more documents were read.
 */
export async function auditChain(
  ctx: AuditContext,
  appId: AppId,
  done: (documents: number) => void,
): Promise<ChainAudit> {
  const { end, broken } = await followLinks(ctx, appId, done)
  const { n: links, digest } = end
  return { appId, links, digest, broken: broken ?? (await findUnchained(ctx, appId, done)) }
}
