import { type AppId, type EndpointId, Problem } from '@holdfast/contract'
import type { Core } from '../context.ts'

/**
 * Deletes an endpoint, and then its deliveries: what a death in between leaves of them is sent to nobody, and goes when
 * its time is over.
 * @throws Problem `not_found`
 */
export async function deleteEndpoint(
  { store }: Pick<Core, 'store'>,
  appId: AppId,
  endpointId: EndpointId,
): Promise<void> {
  if ((await store.delete(appId, 'endpoints', { endpointId })) !== 1) throw new Problem('not_found')
  await store.delete(appId, 'deliveries', { endpointId })
}
