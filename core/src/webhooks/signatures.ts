import type { Platform } from '@holdfast/contract'
import { Webhook } from 'standardwebhooks'
import type { DeliveryDoc, EndpointDoc } from '../store/schema.ts'

type Secrets = EndpointDoc['secrets']

const secretBytes = 32

/** A new secret, as Standard Webhooks writes it. */
export const newSecret = ({ random }: Pick<Platform, 'random'>): string =>
  `whsec_${Buffer.from(random(secretBytes)).toString('base64')}`

/** The secrets that are good: the newest, and those that a rotation has left. */
export const liveSecrets = (secrets: Secrets, now: Date): Secrets =>
  secrets.filter(({ until }) => until === null || until > now)

/** The headers of one attempt: signed now, by each secret that is good, the newest first. */
export function signatureHeaders(
  { deliveryId, payload }: Pick<DeliveryDoc, 'deliveryId' | 'payload'>,
  secrets: Secrets,
  now: Date,
): Record<string, string> {
  const signatures = liveSecrets(secrets, now).map(({ text }) =>
    new Webhook(text).sign(deliveryId, now, payload),
  )
  return {
    'webhook-id': deliveryId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  }
}
