import { CodeRequest, CodeSignUpRequest, ticketsCodeDigits } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf, signInPlaceOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { sendCode } from './codes.ts'
import { signUpWithCode } from './sign-up.ts'

/** Signing up by a code that is mailed, as the predecessor's clients do. */
export function codeRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  return new Hono<CoreEnv>()
    .post('/', async (c) => {
      appOf(c)
      return c.json(await sendCode(ctx, { ...bodyOf(c, CodeRequest), digits: ticketsCodeDigits }), 200)
    })
    .post('/redeem', async (c) => {
      return c.json(await signUpWithCode(ctx, bodyOf(c, CodeSignUpRequest), signInPlaceOf(c)), 201)
    })
}
