import {
  CodeReply,
  EmailChange,
  EmailCodeRequest,
  isGuest,
  Nothing,
  PasswordChange,
  PasswordReset,
  ProfilePatch,
  problemWith,
  SessionPage,
  SessionPath,
  UserSession,
  UserView,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv, UserEnv } from '../context.ts'
import { signInPlace } from '../middleware/sign-in-place.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import { passThrough } from '../pass-on.ts'
import type { Services } from '../services.ts'

const noToken = 'Whom a server vouches for has no token that could be ended.'
const forAccounts = 'This is of an account: sign in (POST /v1/auth/login) and send that token.'

/** Refuses guests, and users of an app's own, for whom a server vouches. */
const account = createMiddleware<UserEnv>(async function account(c, next) {
  const owner = c.get('principal')
  if (isGuest(owner) || !c.get('token')) throw problemWith('forbidden', forAccounts)
  await next()
})

/** What users do with their own accounts, all of it at core. */
export function accountRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  const { app, user, writes, logins, signUps, signUpCodes } = guards
  return new Hono<EdgeEnv>()
    .post('/codes', app, signUpCodes, jsonBody(EmailCodeRequest), (c) =>
      passThrough(core, c, CodeReply, c.get('body')),
    )
    .post('/password/reset', app, signUps, signInPlace, jsonBody(PasswordReset), (c) =>
      passThrough(core, c, UserSession, c.get('body')),
    )
    .post('/password', app, user, account, logins, signInPlace, jsonBody(PasswordChange), (c) =>
      passThrough(core, c, UserSession, c.get('body')),
    )
    .post('/email', app, user, account, logins, jsonBody(EmailChange), (c) =>
      passThrough(core, c, UserView, c.get('body')),
    )
    .get('/me', app, user, account, (c) => passThrough(core, c, UserView))
    .patch('/me', app, user, account, writes, jsonBody(ProfilePatch), (c) =>
      passThrough(core, c, UserView, c.get('body')),
    )
    .post('/signout', app, user, writes, jsonBody(Nothing), (c) => {
      if (!c.get('token')) throw problemWith('forbidden', noToken)
      return passThrough(core, c, null)
    })
    .get('/sessions', app, user, account, (c) => passThrough(core, c, SessionPage))
    .delete('/sessions', app, user, account, writes, (c) => passThrough(core, c, null))
    .delete('/sessions/:sessionId', app, user, account, writes, pathIds(SessionPath), (c) =>
      passThrough(core, c, null),
    )
}
