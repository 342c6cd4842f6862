import {
  type AppId,
  coreBudgetMs,
  idempotencyTtlMs,
  newId,
  type Platform,
  type Principal,
} from '@holdfast/contract'
import type { Documents } from '../store/schema.ts'
import { isDuplicate, type Statements, type Store } from '../store/store.ts'

/** A final answer, kept as it was sent: the same key gets the same bytes. */
export interface Reply {
  readonly status: number
  readonly body: string
}

/** The right to answer one key. Whoever completes it must still have the token. */
export interface Claim {
  readonly appId: AppId
  readonly owner: Principal
  readonly key: string
  readonly token: string
}

export type ClaimOutcome =
  | { readonly word: 'claimed'; readonly claim: Claim }
  | { readonly word: 'replay'; readonly reply: Reply }
  | { readonly word: 'reused' }
  | { readonly word: 'in_progress' }

type About = NonNullable<Documents['idempotency']['about']>

interface Context {
  readonly store: Store
  readonly platform: Platform
}

/**
 * Claims an Idempotency-Key for one owner of one app, or says what became of it. A claim whose holder has been
 * silent for longer than core may work is taken over.
 */
export async function claimKey(
  { store, platform }: Context,
  asked: { appId: AppId; owner: Principal; key: string; fingerprint: string; about?: About },
): Promise<ClaimOutcome> {
  const { appId, owner, key, fingerprint, about = null } = asked
  const now = platform.now()
  const token = newId('tok', platform.random)
  const claim: Claim = { appId, owner, key, token }
  const claimedAt = new Date(now)
  const expiresAt = new Date(now + idempotencyTtlMs)

  const found = await store.get(appId, 'idempotency', { owner, key })
  if (found === null) {
    try {
      const fresh = {
        appId,
        owner,
        key,
        fingerprint,
        token,
        status: 'CLAIMED',
        claimedAt,
        about,
        expiresAt,
      } as const
      await store.insert(appId, 'idempotency', { ...fresh, reply: null })
      return { word: 'claimed', claim }
    } catch (error) {
      if (!isDuplicate(error, 'idempotency', 'primary')) throw error
      return { word: 'in_progress' }
    }
  }

  if (found.fingerprint !== fingerprint) return { word: 'reused' }
  if (found.status === 'DONE' && found.reply) return { word: 'replay', reply: found.reply }
  if (found.claimedAt.getTime() + coreBudgetMs > now) return { word: 'in_progress' }
  const taken = await store.updateIf(
    appId,
    'idempotency',
    { owner, key, token: found.token, status: 'CLAIMED' },
    { set: { token, claimedAt, expiresAt } },
  )
  return taken === 1 ? { word: 'claimed', claim } : { word: 'in_progress' }
}

/** Thrown inside a transaction, to undo it: somebody else has taken the claim over. */
export class ClaimLost extends Error {}

/**
 * Records the final answer of a claimed key.
 * @throws ClaimLost when the claim is no longer ours.
 */
export async function completeKey(tx: Statements, claim: Claim, reply: Reply): Promise<void> {
  const completed = await tx.updateIf(
    claim.appId,
    'idempotency',
    { owner: claim.owner, key: claim.key, token: claim.token, status: 'CLAIMED' },
    { set: { status: 'DONE', reply } },
  )
  if (completed !== 1) throw new ClaimLost('the claim was taken over')
}

/** Lets a key go that got no final answer, so that a retry need not wait. False: somebody else has it. */
export async function abandonKey(store: Store, claim: Claim): Promise<boolean> {
  const { appId, owner, key, token } = claim
  return (await store.delete(appId, 'idempotency', { owner, key, token, status: 'CLAIMED' })) === 1
}
