import type { AppId, KeptReply, Principal } from '@holdfast/contract'
import type { Store } from '../store/store.ts'

/** What one owner's Idempotency-Key was answered for good, while that is kept. */
export async function readReply(
  { store }: { readonly store: Pick<Store, 'get'> },
  { appId, owner, key }: { readonly appId: AppId; readonly owner: Principal; readonly key: string },
): Promise<KeptReply> {
  const found = await store.get(appId, 'idempotency', { owner, key })
  return { reply: found?.status === 'DONE' ? found.reply : null }
}
