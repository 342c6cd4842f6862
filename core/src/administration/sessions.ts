import {
  type AdminRole,
  type AdminSession,
  adminTokenTtlSeconds,
  clockToleranceSeconds,
  type Operator,
  type Platform,
} from '@holdfast/contract'
import { base64url } from 'jose'
import { type Store, systemScope } from '../store/store.ts'
import type { TokenIssuer } from '../users/tokens.ts'
import type { AdminAccount } from './admins.ts'

/** An admin who calls, by a session that is good. */
export interface SignedInAdmin {
  readonly name: string
  readonly role: AdminRole
  readonly session: string
  /** When they signed in, in seconds. */
  readonly issuedAt: number
}

const stampBytes = 16

/**
 * What a token says of that with which its admin signed in: another password or second factor has another. A digest of the
 * hash, whose salt nobody can guess, and not by the secret of tokens, which may change while sessions go on.
 */
export async function stampOf(
  { sha256 }: Pick<Platform, 'sha256'>,
  { passwordHash, totpSecret }: AdminAccount,
): Promise<string> {
  const text = JSON.stringify(['holdfast admin stamp', passwordHash, totpSecret ?? null])
  return base64url.encode((await sha256(new TextEncoder().encode(text))).slice(0, stampBytes))
}

/** Makes a session for an admin who has shown that they are one. */
export async function openSession(
  { tokens, platform }: { tokens: Pick<TokenIssuer, 'issueAdminToken'>; platform: Pick<Platform, 'sha256'> },
  admin: AdminAccount,
  ttlSeconds: number = adminTokenTtlSeconds,
): Promise<AdminSession> {
  const asked = { name: admin.name, stamp: await stampOf(platform, admin), ttlSeconds }
  const { token, expiresInSeconds } = await tokens.issueAdminToken(asked)
  return { token, expiresInSeconds }
}

/** The name under which the end of all sessions of an admin is kept; no session is called so. */
const everyOf = (name: string): string => `all:${name}`

/** Whose session a token is of; null: it has ended, or its admin is none any more, or signs in with something else now. */
export async function readSession(
  ctx: {
    readonly store: Pick<Store, 'find'>
    readonly platform: Pick<Platform, 'sha256'>
    readonly admins: readonly AdminAccount[]
  },
  { name, id: session, issuedAt, stamp }: Operator,
): Promise<SignedInAdmin | null> {
  const admin = ctx.admins.find((one) => one.name === name)
  if (!admin || stamp !== (await stampOf(ctx.platform, admin))) return null
  const filter = { session: { in: [session, everyOf(name)] } }
  const ends = await ctx.store.find(systemScope, 'endedSessions', filter, { limit: 2 })
  const isOver = ends.some((end) => end.session === session || issuedAt * 1_000 <= end.endedAt.getTime())
  return isOver ? null : { name, role: admin.role, session, issuedAt }
}

/** Ends a session, or every session of its admin that was made until now: in the second that is under way too. */
export async function endSession(
  { store, platform }: { readonly store: Pick<Store, 'putIf'>; readonly platform: Pick<Platform, 'now'> },
  { name, session }: SignedInAdmin,
  isEverywhere: boolean,
): Promise<void> {
  const nowMs = platform.now()
  const keptMs = (adminTokenTtlSeconds + clockToleranceSeconds) * 1_000
  const end = {
    appId: systemScope,
    session: isEverywhere ? everyOf(name) : session,
    endedAt: new Date(nowMs),
    expiresAt: new Date(nowMs + keptMs),
  }
  await store.putIf(systemScope, 'endedSessions', end, {})
}
