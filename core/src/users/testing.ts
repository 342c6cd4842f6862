import { AppId, type Platform, systemPlatform } from '@holdfast/contract'
import type { PasswordHasher } from './passwords.ts'
import { createTokenIssuer } from './tokens.ts'

/** For tests: a hasher that costs nothing and writes down which hashes it was asked to verify. */
export function plainPasswords() {
  const verified: (string | null)[] = []
  const hasher: PasswordHasher = {
    hash: async (text) => `plain:${text}`,
    verify: async (text, hash) => {
      verified.push(hash)
      return hash === `plain:${text}`
    },
    close: async () => {},
  }
  return { hasher, verified }
}

/** For tests: a machine whose clock stands still. */
export const platformAt = (nowMs: number): Platform => ({ ...systemPlatform, now: () => nowMs })

/** For tests: a machine on which no deadline passes, so that a slow one fails no test. */
export const patientPlatform: Platform = { ...systemPlatform, deadline: () => new AbortController().signal }

const secretOf = (text: string) => new TextEncoder().encode(text)

/** For tests: the secrets of the two kinds of token. */
export const tokenSecrets = {
  user: secretOf('user-abcdefghijklmnopqrstuvwxyz0'),
  admin: secretOf('admin-bcdefghijklmnopqrstuvwxyz1'),
}

/** For tests: an issuer, by default on the machine's own clock. */
export const testTokens = (platform: Platform = systemPlatform) => createTokenIssuer(tokenSecrets, platform)

/** For tests: where somebody signs in, at one app and on the predecessors' routes. */
export const atApp = { app: AppId.parse('app_1'), device: null } as const
export const atPool = { app: null, device: null } as const
