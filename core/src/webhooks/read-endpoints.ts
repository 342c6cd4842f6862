import {
  type AppId,
  type DeliveryPage,
  type EndpointId,
  type EndpointList,
  type PageQuery,
  Problem,
  pageSizeMax,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { pageOf, placeIn } from '../cursor.ts'
import type { EndpointDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import { deliveryView, endpointView } from './endpoint-view.ts'

/** An endpoint of the app's; another's is as missing as one that never was. */
export async function readEndpoint(
  store: Pick<Statements, 'get'>,
  appId: AppId,
  endpointId: EndpointId,
): Promise<EndpointDoc> {
  const endpoint = await store.get(appId, 'endpoints', { endpointId })
  if (!endpoint) throw new Problem('not_found')
  return endpoint
}

/** The endpoints of an app. */
export async function listEndpoints(
  { store, platform }: Pick<Core, 'store' | 'platform'>,
  appId: AppId,
): Promise<EndpointList> {
  const found = await store.find(appId, 'endpoints', {}, { orderBy: 'endpointId', limit: pageSizeMax })
  const now = new Date(platform.now())
  return { webhooks: found.map((endpoint) => endpointView(endpoint, now)) }
}

/** The log of an endpoint, newest first; the cursor is the last one's of the page before. */
export async function listDeliveries(
  { store }: Pick<Core, 'store'>,
  appId: AppId,
  endpointId: EndpointId,
  page: PageQuery,
): Promise<DeliveryPage> {
  const place = placeIn('deliveries', page.cursor)
  await readEndpoint(store, appId, endpointId)
  const found = await store.find(
    appId,
    'deliveries',
    { endpointId, ...(place !== undefined && { cursor: { lt: place } }) },
    { orderBy: 'cursor', order: 'descending', limit: page.limit + 1 },
  )
  const { docs, next } = pageOf('deliveries', found, page.limit)
  return { deliveries: docs.map(deliveryView), ...next }
}
