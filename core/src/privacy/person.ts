import { AppId, accountIdOf, type Principal, Problem } from '@holdfast/contract'
import { everyApp, type ReadScope } from '../store/store.ts'

/** A person, and whose data of them is meant: all, or what one app has. */
export interface Person {
  readonly owner: Principal
  readonly scope: ReadScope
  /** Of an account, where all of it is meant. */
  readonly userId: string | null
}

/**
 * The person whom a principal stands for, as an app has them; with null, as all have them.
 * @throws Problem `not_found`: an app's own user of another app; `invalid_request`: of a guest nobody knows the app.
 */
export function personOf(owner: Principal, appId: AppId | null): Person {
  const [kind, first = '', user] = owner.split(':')
  if (kind === 'ext') {
    const scope = AppId.parse(first)
    if (user === undefined || (appId !== null && appId !== scope)) throw new Problem('not_found')
    return { owner, scope, userId: null }
  }
  const account = accountIdOf(owner)
  if (account !== null) return { owner, scope: appId ?? everyApp, userId: appId === null ? account : null }
  if (appId !== null) return { owner, scope: appId, userId: null }
  throw new Problem('invalid_request', {
    errors: [{ path: 'app', message: 'is missing: a guest is known to one app' }],
  })
}
