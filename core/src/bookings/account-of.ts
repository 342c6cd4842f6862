import { type AppId, isGuest, type Principal } from '@holdfast/contract'
import type { Store } from '../store/store.ts'

/** Who somebody is by now: of a guest who became an account, that; of anybody else, themselves. */
export async function accountOf(
  store: Pick<Store, 'get'>,
  appId: AppId,
  owner: Principal,
): Promise<Principal> {
  if (!isGuest(owner)) return owner
  return (await store.get(appId, 'guestMerges', { guest: owner }))?.owner ?? owner
}
