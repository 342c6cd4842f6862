import { type AppId, newId, type Platform } from '@holdfast/contract'
import type { Store } from '../store/store.ts'
import { onRecord } from './audited-store.ts'
import { entryIdOf } from './digests.ts'
import { entryMaker, type Recording } from './entry.ts'

/** What a command does, and to what. */
interface Command {
  readonly operation: string
  readonly appId: AppId
  readonly ids?: Readonly<Record<string, string>>
}

/** Runs what somebody at the machine itself does to an app; what it changes in an audited store leaves an entry. */
export function byCli<Result>(
  ctx: Recording & { readonly store: Pick<Store, 'insert'>; readonly platform: Platform },
  { operation, appId, ids = { appId } }: Command,
  work: () => Promise<Result>,
): Promise<Result> {
  const entryOf = entryMaker(ctx, {
    entryId: entryIdOf(newId('op', ctx.platform.random)),
    ...{ actorKind: 'cli', actor: 'cli', user: null, operation, ids },
    ...{ address: null, requestId: null },
    said: () => ({ fields: [], app: appId }),
  })
  return onRecord(ctx, entryOf, work)
}
