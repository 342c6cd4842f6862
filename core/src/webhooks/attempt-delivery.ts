import {
  deliveryLeaseMs,
  deliveryRetryFactor,
  deliveryRetryMsMax,
  deliveryRetryMsMin,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { DeliveryDoc, EndpointDoc } from '../store/schema.ts'
import type { Change } from '../store/store.ts'
import type { Send } from './sender.ts'
import { signatureHeaders } from './signatures.ts'

/** What delivering works with. */
export interface Delivering extends Pick<Core, 'store' | 'platform' | 'log'> {
  readonly send: Send
}

/** What an attempt came to. `gone`: the endpoint says that it is no more. `taken`: somebody else is at it. */
export type Attempt = 'delivered' | 'failed' | 'gone' | 'taken'

const gone = 410

/** The pause after so many attempts. */
const pauseMsAfter = (attempts: number): number =>
  Math.min(deliveryRetryMsMax, deliveryRetryMsMin * deliveryRetryFactor ** (attempts - 1))

/**
 * Tries a delivery that is due. It is claimed first, for as long as a call may take, so that of several cores one sends
 * it; one that dies between the answer and the record leaves it to be sent again, with the same id.
 */
export async function attemptDelivery(
  ctx: Delivering,
  endpoint: EndpointDoc,
  delivery: DeliveryDoc,
): Promise<Attempt> {
  const { store, platform, send, log } = ctx
  const { appId, deliveryId, payload } = delivery
  const now = new Date(platform.now())
  const claimed = await store.updateIf(
    appId,
    'deliveries',
    { deliveryId, status: 'PENDING', attempts: delivery.attempts, dueAt: { lte: now } },
    {
      set: { dueAt: new Date(now.getTime() + deliveryLeaseMs), lastAttemptAt: now },
      inc: { attempts: 1 },
    },
  )
  if (claimed !== 1) return 'taken'
  const attempts = delivery.attempts + 1
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Holdfast-Webhooks/1',
    ...signatureHeaders(delivery, endpoint.secrets, now),
  }
  const sent = await send({ url: endpoint.url, headers, body: payload })
  const lastStatus = sent.word === 'answered' ? sent.status : null
  const isDelivered = lastStatus !== null && lastStatus >= 200 && lastStatus < 300
  if (!isDelivered) {
    const why = sent.word === 'answered' ? { status: sent.status } : { why: sent.why }
    log({ level: 'warn', event: 'delivery_failed', appId, endpointId: endpoint.endpointId, attempts, ...why })
  }
  const change = isDelivered
    ? ({ status: 'DELIVERED', dueAt: null, lastStatus } as const)
    : { ...afterFailure({ ...delivery, attempts }, platform.now()), lastStatus }
  // A replay that came meanwhile has begun to count anew, and is not undone.
  await store.updateIf(appId, 'deliveries', { deliveryId, status: 'PENDING', attempts }, { set: change })
  if (isDelivered) return 'delivered'
  return lastStatus === gone ? 'gone' : 'failed'
}

/** The next attempt, the last at the very end of the time; or none. */
function afterFailure(
  { attempts, giveUpAt }: Pick<DeliveryDoc, 'attempts' | 'giveUpAt'>,
  nowMs: number,
): NonNullable<Change<'deliveries'>['set']> {
  if (nowMs >= giveUpAt.getTime()) return { status: 'FAILED', dueAt: null }
  return { dueAt: new Date(Math.min(nowMs + pauseMsAfter(attempts), giveUpAt.getTime())) }
}
