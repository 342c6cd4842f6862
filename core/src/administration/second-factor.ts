import {
  type Platform,
  totpSecretBytes,
  totpStepSeconds,
  totpStepsAside,
  usedCodeKeptMs,
} from '@holdfast/contract'
import { Secret, TOTP } from 'otpauth'
import { type Store, StoreError, systemScope } from '../store/store.ts'
import type { AdminAccount } from './admins.ts'

interface Context {
  readonly store: Pick<Store, 'putIf'>
  readonly platform: Pick<Platform, 'now'>
}

/** What every authenticator can do. */
const totpOf = (name: string, secret: Secret): TOTP =>
  new TOTP({
    ...{ issuer: 'Holdfast', label: name, secret },
    ...{ algorithm: 'SHA1', digits: 6, period: totpStepSeconds },
  })

/** A new secret, and what an authenticator reads of it. */
export function makeTotpSecret(name: string, { random }: Pick<Platform, 'random'>) {
  const secret = new Secret({ buffer: Uint8Array.from(random(totpSecretBytes)).buffer })
  return { secret: secret.base32, uri: totpOf(name, secret).toString() }
}

/**
 * Whether a code is what the admin's authenticator shows about now. Each is good once, wherever it is sent: none counts any more when
 * it, or a later one, was taken.
 */
export async function takeCode(
  { store, platform }: Context,
  { name, totpSecret }: AdminAccount & { readonly totpSecret: string },
  code: string,
): Promise<boolean> {
  const nowMs = platform.now()
  const totp = totpOf(name, Secret.fromBase32(totpSecret))
  const offset = totp.validate({ token: code, timestamp: nowMs, window: totpStepsAside })
  if (offset === null) return false
  const step = totp.counter({ timestamp: nowMs }) + offset
  const used = { appId: systemScope, name, step, expiresAt: new Date(nowMs + usedCodeKeptMs) }
  try {
    await store.putIf(systemScope, 'usedCodes', used, { step: { lt: step } })
    return true
  } catch (error) {
    if (error instanceof StoreError && error.code === 'duplicate') return false
    throw error
  }
}
