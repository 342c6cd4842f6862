import {
  LogInRequest,
  Problem,
  type SignUpRequest,
  UserSession,
  type UserView,
  Whoami,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { jsonBody } from '../../middleware/validate.ts'
import type { Unified } from './context.ts'
import { LogInBody, SignUpBody, VerifyRequest } from './requests.ts'

const encode = (body: object) => new TextEncoder().encode(JSON.stringify(body))

/** A user, as this API tells of them. */
const wireUser = ({ id, email, name, phone, createdAt }: UserView) => ({
  _id: id,
  id,
  email,
  name,
  phone,
  createdAt,
})

/** Users of the pool. */
export function authRoutes({ guards, envelope, services: { core } }: Unified) {
  return new Hono<EdgeEnv>()
    .post('/auth/signup', guards.appIfAny, guards.logins, jsonBody(SignUpBody), async (c) => {
      const body = encode(c.req.valid('json') satisfies SignUpRequest)
      const call = { method: 'POST', path: '/v1/auth/signup', body, caller: c.var } as const
      const { token, user } = (await core.ask(UserSession, call)).value
      return envelope.done(c, { token, user: wireUser(user) }, 'Signed up', 201)
    })
    .post('/auth/login', guards.appIfAny, guards.logins, jsonBody(LogInBody), async (c) => {
      // What cannot be an account's is as wrong as any other.
      const { data, success } = LogInRequest.safeParse(c.req.valid('json'))
      if (!success) throw new Problem('invalid_credentials')
      const call = { method: 'POST', path: '/v1/auth/login', body: encode(data), caller: c.var } as const
      const { token, user } = (await core.ask(UserSession, call)).value
      return envelope.done(c, { token, user: wireUser(user) }, 'Signed in')
    })
    .post('/auth/verify', guards.appIfAny, jsonBody(VerifyRequest), async (c) => {
      const principal = await guards.poolUserOf(c.req.valid('json').token)
      if (!principal) throw new Problem('invalid_token')
      const caller = { ...c.var, principal }
      const { user } = (await core.ask(Whoami, { method: 'POST', path: '/v1/auth/verify', caller })).value
      if (!user) throw new Problem('invalid_token')
      return envelope.done(c, { valid: true, user: wireUser(user) }, 'The token is valid')
    })
}
