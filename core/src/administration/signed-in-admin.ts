import { createMiddleware } from 'hono/factory'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import type { Identities } from '../identities.ts'
import { readSession } from './sessions.ts'

/** Finds out which admin calls, by the token that the edge has read; what they may do `assertAdmin` decides. */
export function signedInAdmin({ store, platform }: Core, { admins }: Pick<Identities, 'admins'>) {
  return createMiddleware<CoreEnv>(async function signedInAdmin(c, next) {
    const { admin, operator } = c.get('claims')
    // An edge of before does not say who it is: rights come from the credential, and from nothing else.
    const session = admin && operator && (await readSession({ store, platform, admins }, operator))
    if (session) c.set('admin', session)
    await next()
  })
}
