import type { AppId, IssuedVerdict, KeyQuestion, Platform } from '@holdfast/contract'
import { base64url } from 'jose'
import { verdictKeyOf } from './shared-keys.ts'
import type { VerdictCache, VerdictQuestion } from './verdict-cache.ts'

/** Somebody who presents an app key. */
export interface Presented extends Pick<VerdictQuestion, 'caller' | 'afterwards'> {
  readonly key: string
  /** The app that is named beside a key without our prefix, which says nothing of itself. */
  readonly appId?: AppId
  /** Runs before core is asked, and may throw: asking is what a guesser of keys is slowed down at. */
  readonly onMiss: () => Promise<void>
}

/** Core's word on app keys. What is kept is named by their digest. */
export type KeyVerdicts = (presented: Presented) => Promise<IssuedVerdict | null>

/** A key of ours is known by itself; another one is another with each app. */
const namedBy = ({ key, appId }: Presented): string => (appId === undefined ? key : `${appId}\n${key}`)

/** Wrong keys are remembered as well, so that repeating one costs core nothing. */
export function createKeyVerdicts(verdicts: VerdictCache, { sha256 }: Pick<Platform, 'sha256'>): KeyVerdicts {
  return async (presented) => {
    const { key, appId, ...asking } = presented
    const digest = base64url.encode(await sha256(new TextEncoder().encode(namedBy(presented))))
    const body: KeyQuestion = { key, ...(appId !== undefined && { appId }) }
    return verdicts({ name: verdictKeyOf('key', digest), path: '/internal/keys/verify', body, ...asking })
  }
}
