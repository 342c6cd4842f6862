import { type AppId, coreBudgetMs, dayMs, knownClientMs, knownClientsPerAccountMax } from '@holdfast/contract'
import type { Documents } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'

/** An account, at whatever app, and a client of it; digests both, so that nobody is named by what is kept. */
export interface AccountClient {
  readonly account: string
  readonly client: string
}

type Kept = Documents['knownClients']['clients']

const countingIn = (kept: Documents['knownClients'] | null, nowMs: number): Kept =>
  (kept?.clients ?? []).filter(({ at }) => at.getTime() > nowMs - knownClientMs)

/** When a client last signed in to an account, to within a day; null: not within the time that it is known for. */
export async function lastSignIn(
  tx: Statements,
  scope: AppId,
  { account, client }: AccountClient,
  nowMs: number,
): Promise<Date | null> {
  const kept = await tx.get(scope, 'knownClients', { account })
  return countingIn(kept, nowMs).find((one) => one.client === client)?.at ?? null
}

/** Notes that a client has signed in, if that was not noted within the day. Of very many clients those of last are known. */
export async function noteSignIn(
  store: Pick<Store, 'transaction'>,
  scope: AppId,
  { account, client }: AccountClient,
  { last, nowMs }: { readonly last: Date | null; readonly nowMs: number },
): Promise<void> {
  if (last && last.getTime() > nowMs - dayMs) return
  const at = new Date(nowMs)
  const expiresAt = new Date(nowMs + knownClientMs)
  await store.transaction(coreBudgetMs, async (tx) => {
    const kept = countingIn(await tx.get(scope, 'knownClients', { account }), nowMs)
    const others = kept.filter((one) => one.client !== client)
    const clients = [{ client, at }, ...others].slice(0, knownClientsPerAccountMax)
    await tx.putIf(scope, 'knownClients', { appId: scope, account, clients, expiresAt }, {})
  })
}
