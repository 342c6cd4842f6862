import {
  type AppId,
  coreBudgetMs,
  type EndpointId,
  type EndpointInput,
  endpointsPerAppMax,
  Problem,
  type PutEndpointReply,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { EndpointDoc } from '../store/schema.ts'
import { isDuplicate, type Statements } from '../store/store.ts'
import { endpointView } from './endpoint-view.ts'
import { portFault, urlFault } from './pin-address.ts'
import { newSecret } from './signatures.ts'

type Context = Pick<Core, 'store' | 'platform' | 'areLocalWebhooksAllowed'>

interface Put {
  readonly appId: AppId
  readonly endpointId: EndpointId
  readonly input: EndpointInput
}

interface Result {
  readonly created: boolean
  readonly endpoint: PutEndpointReply
}

/**
 * Creates an endpoint, or changes one. Its secret stays; one that was disabled or turned off stays so unless it is to
 * be active.
 *
 * @throws Problem `invalid_request` for a URL that must not be called, or one endpoint too many.
 */
export async function putEndpoint(ctx: Context, put: Put): Promise<Result> {
  const rules = { isLocalAllowed: ctx.areLocalWebhooksAllowed === true }
  const { url } = put.input
  const fault = urlFault(url, rules)
  if (fault !== null) throw refusal('url', fault)
  const secret = newSecret(ctx.platform)
  const now = new Date(ctx.platform.now())
  const write = () =>
    ctx.store.transaction(coreBudgetMs, async (tx): Promise<Result> => {
      const { appId, endpointId } = put
      const before = await tx.get(appId, 'endpoints', { endpointId })
      const ofPort = before?.url === url ? null : portFault(url, rules)
      if (ofPort !== null) throw refusal('url', ofPort)
      if (before) return { created: false, endpoint: endpointView(await change(tx, before, put, now), now) }
      if ((await tx.count(appId, 'endpoints', {})) >= endpointsPerAppMax) {
        throw refusal('', `an app has at most ${endpointsPerAppMax} endpoints`)
      }
      const fresh = newEndpoint(put, secret, now)
      await tx.insert(appId, 'endpoints', fresh)
      return { created: true, endpoint: { ...endpointView(fresh, now), secret } }
    })
  try {
    return await write()
  } catch (error) {
    // Somebody else has just created it.
    if (!isDuplicate(error, 'endpoints', 'primary')) throw error
    return write()
  }
}

const newEndpoint = ({ appId, endpointId, input }: Put, secret: string, createdAt: Date): EndpointDoc => ({
  appId,
  endpointId,
  url: input.url,
  events: [...new Set(input.events)],
  status: input.active === false ? 'OFF' : 'ACTIVE',
  secrets: [{ text: secret, until: null }],
  dueAt: null,
  wakes: 0,
  failures: 0,
  failingSince: null,
  createdAt,
})

async function change(
  tx: Statements,
  before: EndpointDoc,
  { appId, endpointId, input }: Put,
  now: Date,
): Promise<EndpointDoc> {
  const isMoved = before.status === 'ACTIVE' && input.url !== before.url
  // Where it failed before says nothing of where it is now.
  const active = input.active ?? (isMoved || undefined)
  const set = { url: input.url, events: [...new Set(input.events)], ...activity(active, now) }
  await tx.updateIf(appId, 'endpoints', { endpointId }, { set })
  return { ...before, ...set }
}

/** Active again, it starts without a record of failures, and with what waits in its queue. */
function activity(active: boolean | undefined, now: Date): Partial<EndpointDoc> {
  if (active === undefined) return {}
  if (!active) return { status: 'OFF', dueAt: null }
  return { status: 'ACTIVE', dueAt: now, failures: 0, failingSince: null }
}

const refusal = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })
