import {
  AppPersonRequest,
  accountIdOf,
  EraseMeRequest,
  PersonRequest,
  type Principal,
  Problem,
  problemWith,
} from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, assertAdmin, bodyOf, loginClientOf, principalOf, secretAppOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { provenUser } from '../users/change-account.ts'
import { activeUser } from '../users/who-am-i.ts'
import { erasePerson } from './erase-person.ts'
import { exportPerson } from './export-person.ts'
import { personOf } from './person.ts'

const forServers =
  'What is known of an app’s own user is given out and erased by the app’s server, with the secret key.'

/** What people ask of their own data. */
export function myDataRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  /** An account shows its password; of nobody else there is one. */
  const proven = async (c: Context<CoreEnv>, owner: Principal): Promise<void> => {
    const userId = accountIdOf(owner)
    if (userId === null) return
    const { password } = bodyOf(c, EraseMeRequest)
    if (password === undefined) throw new Problem('invalid_credentials')
    await provenUser(ctx, { userId, app: appOf(c).id, client: loginClientOf(c) }, password)
  }
  /** An app's own user is who its server says: a page may be anybody's. */
  const myselfOf = (c: Context<CoreEnv>): Principal => {
    const owner = principalOf(c)
    if (owner.startsWith('ext:') && appOf(c).kind !== 'secret') throw problemWith('forbidden', forServers)
    return owner
  }
  return new Hono<CoreEnv>()
    .post('/export', async (c) => {
      const owner = myselfOf(c)
      const userId = accountIdOf(owner)
      if (userId !== null) await activeUser(core, userId)
      return c.json(await exportPerson(core, personOf(owner, appOf(c).id), true), 200)
    })
    .post('/erase', async (c) => {
      const owner = myselfOf(c)
      await proven(c, owner)
      const person = personOf(owner, accountIdOf(owner) === null ? appOf(c).id : null)
      return c.json(await erasePerson(core, person), 200)
    })
}

/** What the server of an app does for the people it has data of. */
export const peopleRoutes = (core: Core) =>
  new Hono<CoreEnv>()
    .post('/export', async (c) => {
      const person = personOf(bodyOf(c, AppPersonRequest).person, secretAppOf(c))
      return c.json(await exportPerson(core, person, false), 200)
    })
    .post('/erase', async (c) => {
      const person = personOf(bodyOf(c, AppPersonRequest).person, secretAppOf(c))
      return c.json(await erasePerson(core, person), 200)
    })

/** The same of the operator. */
export const peopleAdminRoutes = (core: Core) =>
  new Hono<CoreEnv>()
    .post('/export', async (c) => {
      assertAdmin(c)
      const { person, app = null } = bodyOf(c, PersonRequest)
      return c.json(await exportPerson(core, personOf(person, app), app === null), 200)
    })
    .post('/erase', async (c) => {
      assertAdmin(c)
      const { person, app = null } = bodyOf(c, PersonRequest)
      return c.json(await erasePerson(core, personOf(person, app)), 200)
    })
