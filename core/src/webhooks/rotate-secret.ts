import {
  type AppId,
  coreBudgetMs,
  type EndpointId,
  endpointSecretsMax,
  type RotatedSecret,
  type RotateSecretRequest,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { EndpointDoc } from '../store/schema.ts'
import { readEndpoint } from './read-endpoints.ts'
import { liveSecrets, newSecret } from './signatures.ts'

/**
 * Gives an endpoint a new secret. Those before it sign as well for `overlapSeconds`, and no longer than they would
 * have; the oldest ends now where there would be too many. Its text is in this answer and nowhere else.
 */
export async function rotateSecret(
  { store, platform }: Pick<Core, 'store' | 'platform'>,
  call: { readonly appId: AppId; readonly endpointId: EndpointId; readonly request: RotateSecretRequest },
): Promise<RotatedSecret> {
  const { appId, endpointId, request } = call
  const text = newSecret(platform)
  const now = new Date(platform.now())
  const until = new Date(now.getTime() + request.overlapSeconds * 1_000)
  await store.transaction(coreBudgetMs, async (tx) => {
    const { secrets } = await readEndpoint(tx, appId, endpointId)
    const set = { secrets: [{ text, until: null }, ...ending(secrets, now, until)] }
    await tx.updateIf(appId, 'endpoints', { endpointId }, { set })
  })
  return { webhook: endpointId, secret: text, previousUntil: until.toISOString() }
}

const ending = (secrets: EndpointDoc['secrets'], now: Date, until: Date): EndpointDoc['secrets'] =>
  liveSecrets(secrets, now)
    .map((one) => ({ ...one, until: one.until !== null && one.until < until ? one.until : until }))
    .filter((one) => one.until > now)
    .slice(0, endpointSecretsMax - 1)
