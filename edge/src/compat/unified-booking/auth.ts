import {
  LogInRequest,
  type PoolSignUpRequest,
  Problem,
  UserSession,
  type UserView,
  Whoami,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { jsonBytes } from '../../core-client.ts'
import { poolSignInPlace } from '../../middleware/sign-in-place.ts'
import { jsonBody } from '../../middleware/validate.ts'
import type { Unified } from './context.ts'
import { LogInBody, SignUpBody, VerifyRequest } from './requests.ts'

/** A user, as this API tells of them. */
const wireUser = ({ id, email, name, phone, createdAt }: UserView) => ({
  _id: id,
  id,
  email,
  name,
  phone,
  // One who is not has no token.
  isActive: true,
  createdAt,
})

/** Users of the pool. */
export function authRoutes({ guards, envelope, services: { core, guards: limits } }: Unified) {
  return new Hono<EdgeEnv>()
    .post(
      '/auth/signup',
      guards.appOrDefault,
      limits.signUps,
      poolSignInPlace,
      jsonBody(SignUpBody),
      async (c) => {
        const body = jsonBytes(c.req.valid('json') satisfies PoolSignUpRequest)
        const call = { method: 'POST', path: '/v1/auth/signup', body, caller: c.var } as const
        const { token, user } = (await core.ask(UserSession, call)).value
        return envelope.done({ token, user: wireUser(user) }, 'Signed up', 201)
      },
    )
    .post(
      '/auth/login',
      guards.appOrDefault,
      limits.logins,
      poolSignInPlace,
      jsonBody(LogInBody),
      async (c) => {
        // What cannot be an account's is as wrong as any other.
        const { data, success } = LogInRequest.safeParse(c.req.valid('json'))
        if (!success) throw new Problem('invalid_credentials')
        const call = { method: 'POST', path: '/v1/auth/login', body: jsonBytes(data), caller: c.var } as const
        const { token, user } = (await core.ask(UserSession, call)).value
        return envelope.done({ token, user: wireUser(user) }, 'Signed in')
      },
    )
    .post('/auth/verify', guards.appOrDefault, jsonBody(VerifyRequest), async (c) => {
      const principal = await guards.poolUserOf(c.var, c.req.valid('json').token)
      const caller = { ...c.var, principal }
      const { user } = (await core.ask(Whoami, { method: 'POST', path: '/v1/auth/verify', caller })).value
      if (!user) throw new Problem('invalid_token')
      return envelope.done({ valid: true, user: wireUser(user) }, 'The token is valid')
    })
}
