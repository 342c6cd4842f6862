import {
  CodeRequest,
  codeDigits,
  EmailChange,
  PasswordChange,
  PasswordReset,
  Problem,
  ProfilePatch,
  SessionId,
  StandingQuestion,
} from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf, idOf, loginClientOf, principalOf, signInPlaceOf, userIdOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { changeEmail, changePassword, changeProfile, resetPassword } from './change-account.ts'
import { sendCode } from './codes.ts'
import { readRevocations } from './revocations.ts'
import { endSession, endSessions, endToken, listSessions } from './sessions.ts'
import { whoAmI } from './who-am-i.ts'

/** What users do with their own accounts. */
export function accountRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  const changerOf = (c: Context<CoreEnv>) => ({
    userId: userIdOf(c),
    app: appOf(c).id,
    client: loginClientOf(c),
  })
  return new Hono<CoreEnv>()
    .post('/codes', async (c) =>
      c.json(await sendCode(ctx, { ...bodyOf(c, CodeRequest), digits: codeDigits }), 202),
    )
    .post('/password/reset', async (c) =>
      c.json(await resetPassword(ctx, bodyOf(c, PasswordReset), signInPlaceOf(c)), 200),
    )
    .post('/password', async (c) =>
      c.json(await changePassword(ctx, changerOf(c), bodyOf(c, PasswordChange), signInPlaceOf(c)), 200),
    )
    .post('/email', async (c) => c.json(await changeEmail(ctx, changerOf(c), bodyOf(c, EmailChange)), 200))
    .get('/me', async (c) => c.json(await whoAmI(core, userIdOf(c)), 200))
    .patch('/me', async (c) => c.json(await changeProfile(core, userIdOf(c), bodyOf(c, ProfilePatch)), 200))
    .post('/signout', async (c) => {
      const { token } = c.get('claims')
      // Of an app's own user no token is shown.
      if (!token || principalOf(c).startsWith('ext:')) throw new Problem('invalid_token')
      await endToken(core, token.id)
      return c.body(null, 204)
    })
    .get('/sessions', async (c) =>
      c.json(
        await listSessions(core, userIdOf(c), { app: appOf(c).id, current: c.get('claims').token?.id }),
        200,
      ),
    )
    .delete('/sessions', async (c) => {
      await endSessions(core, userIdOf(c))
      return c.body(null, 204)
    })
    .delete('/sessions/:session', async (c) => {
      await endSession(core, userIdOf(c), idOf(SessionId, c.req.param('session')))
      return c.body(null, 204)
    })
}

/** What edges ask of a token when they cannot read revocations. */
export const tokenRoutes = (core: Core) =>
  new Hono<CoreEnv>().post('/standing', async (c) =>
    c.json({ revoked: await readRevocations(core, bodyOf(c, StandingQuestion).subjects) }, 200),
  )
