import {
  type AppId,
  accountIdOf,
  type EdgeClaims,
  type LoginClient,
  type Principal,
  Problem,
  problemWith,
} from '@holdfast/contract'
import type { Context } from 'hono'
import type * as z from 'zod'
import type { SignedInAdmin } from '../administration/sessions.ts'
import type { SignInPlace } from '../users/sessions.ts'
import { assertMay } from './admin-rights.ts'
import type { CoreEnv } from './edge-assertion.ts'

type CoreContext = Context<CoreEnv>

/** Reads a value of the request, or refuses it with the places that are wrong. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new Problem('invalid_request', { errors })
}

/** The JSON body, by its schema. */
export function bodyOf<Schema extends z.ZodType>(c: CoreContext, schema: Schema): z.infer<Schema> {
  try {
    const json: unknown = JSON.parse(c.get('body'))
    c.set('json', json)
    return parse(schema, json)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('invalid_request', { errors: [{ path: '', message: 'must be JSON' }] })
  }
}

/** A part of the path, by its schema; what is no legal id names nothing. */
export function idOf<Schema extends z.ZodType>(schema: Schema, value: string): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (!result.success) throw new Problem('not_found')
  return result.data
}

/** The app that the key stands for. */
export function appOf(c: CoreContext): NonNullable<EdgeClaims['app']> {
  const { app } = c.get('claims')
  if (!app) throw new Problem('invalid_api_key')
  return app
}

/** The app, if the call came with its secret key. */
export function secretAppOf(c: CoreContext): AppId {
  const app = appOf(c)
  if (app.kind !== 'secret') throw new Problem('forbidden')
  return app.id
}

/** The buyer. */
export function principalOf(c: CoreContext): Principal {
  const { principal } = c.get('claims')
  if (!principal) throw new Problem('invalid_token')
  return principal
}

/** The user of the pool that calls, by their token. @throws Problem `forbidden`: a guest, or an app's own user, has no account. */
export function userIdOf(c: CoreContext): string {
  const userId = accountIdOf(principalOf(c))
  if (userId === null) throw problemWith('forbidden', forAccounts)
  return userId
}

const forAccounts =
  'This is of an account: sign in (POST /v1/auth/login) and send that token. Guests and the app’s own users have none.'

/** Where somebody signs in: with the app of the key, or on the predecessors' routes with all. */
export function signInPlaceOf(c: CoreContext): SignInPlace {
  const { pool, device = null } = c.get('claims')
  const { id } = appOf(c)
  return { app: pool ? null : id, device }
}

/** Where somebody signs in from; an edge of before counts what comes from there by itself. */
export function loginClientOf(c: CoreContext): LoginClient {
  const { loginClient, clientIp } = c.get('claims')
  return loginClient ?? { address: clientIp }
}

const noSession =
  'This session has ended, or its edge is of an older version: sign in as the operator (POST /v1/admin/login) and send that token as Authorization: Bearer.'

/**
 * Refuses everybody but an admin who may do what this route does.
 * @throws Problem `invalid_token`, `forbidden`, `sign_in_again`
 */
export function assertAdmin(c: CoreContext): SignedInAdmin {
  const { admin } = c.var
  if (!admin) throw problemWith('invalid_token', noSession)
  assertMay(c, admin)
  return admin
}
