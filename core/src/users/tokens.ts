import {
  type AppId,
  guestTokenTtlSeconds,
  isStrongSecret,
  newId,
  type Platform,
  principal,
  tokenIssuer,
  tokenKinds,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { SignJWT } from 'jose'

/** A token as it is given away, and how long it is good for from now. */
export interface IssuedToken {
  readonly token: string
  readonly id: string
  readonly expiresInSeconds: number
}

/** Makes the tokens that the edge verifies: a JWT each, signed with the secret of its kind. */
export interface TokenIssuer {
  /** For a user of the pool. `app` null: with every app, on the predecessors' routes. `since`: it is dated no earlier, in seconds. */
  issueUserToken(userId: string, app: AppId | null, since?: number): Promise<IssuedToken>
  /** For a guest, with one app; `challenged`: they have passed a challenge. */
  issueGuestToken(guestId: string, appId: AppId, challenged?: true): Promise<IssuedToken>
  /** For a session of an admin; `stamp` is of what they signed in with. */
  issueAdminToken(admin: AdminToken): Promise<IssuedToken>
}

/** Whose session it is (`administration/sessions.ts`), and for how long. */
interface AdminToken {
  readonly name: string
  readonly stamp: string
  readonly ttlSeconds: number
}

interface Bearer {
  readonly kind: 'user' | 'admin'
  readonly sub: string
  readonly ttlSeconds: number
  readonly app?: AppId
  readonly pool?: true
  readonly since?: number | undefined
  readonly challenged?: true | undefined
  readonly stamp?: string
}

/**
 * An issuer with one secret for users and guests, and another for admins.
 * @throws when a secret is weak.
 */
export function createTokenIssuer(
  secrets: { readonly user: Uint8Array; readonly admin: Uint8Array },
  { now, random }: Pick<Platform, 'now' | 'random'>,
): TokenIssuer {
  // jose signs HS256 with a secret of any length.
  for (const secret of [secrets.user, secrets.admin]) {
    if (!isStrongSecret(secret)) throw new Error('a token secret is too short or too regular')
  }

  const issue = async ({ kind, sub, ttlSeconds, since = 0, ...said }: Bearer): Promise<IssuedToken> => {
    const { typ, audience } = tokenKinds[kind]
    const issuedAt = Math.max(Math.floor(now() / 1000), since)
    const id = newId('tok', random)
    const token = await new SignJWT(said)
      .setProtectedHeader({ alg: 'HS256', typ })
      .setIssuer(tokenIssuer)
      .setAudience(audience)
      .setSubject(sub)
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(secrets[kind])
    return { token, id, expiresInSeconds: ttlSeconds }
  }

  return {
    issueUserToken: (userId, app, since) =>
      issue({
        ...{ kind: 'user', sub: principal.pool(userId), ttlSeconds: userTokenTtlSeconds, since },
        ...(app === null ? { pool: true } : { app }),
      }),
    issueGuestToken: (guestId, app, challenged) =>
      issue({
        ...{ kind: 'user', sub: principal.guest(guestId), ttlSeconds: guestTokenTtlSeconds },
        ...{ app, challenged },
      }),
    issueAdminToken: ({ name, ...admin }) => issue({ kind: 'admin', sub: name, ...admin }),
  }
}
