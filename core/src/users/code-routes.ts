import { CodeRequest, CodeSignUpRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { redeemSignUpCode, sendSignUpCode } from './sign-up-code.ts'

/** Signing up by a code that is mailed, as the predecessor's clients do. */
export function codeRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  return new Hono<CoreEnv>()
    .post('/', async (c) => {
      appOf(c)
      return c.json(await sendSignUpCode(ctx, bodyOf(c, CodeRequest)), 200)
    })
    .post('/redeem', async (c) => {
      appOf(c)
      return c.json(await redeemSignUpCode(ctx, bodyOf(c, CodeSignUpRequest)), 201)
    })
}
